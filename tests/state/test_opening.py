"""What a state store says when it is not ours, not whole, or of another kind."""

from pathlib import Path

import lmdb
import msgspec
import pytest
from textbook_trees import sha256

from huabiao.crypto import suite
from huabiao.state import State, StateDamaged
from huabiao.state.opening import FORMAT, MAGIC
from huabiao.state.store import POINT, encode_point, value_record


def filled(folder: Path) -> bytes:
    """A closed store with some keys; gives its root."""
    state = State.open(folder, sha256)
    state.apply(1, {b"%d" % n: b"value" for n in range(3000)})
    root = state.root
    state.close()
    return root


def change(folder: Path, database: bytes, key: bytes, record: bytes | None) -> None:
    """Change one record of a closed store."""
    with lmdb.open(str(folder), max_dbs=8, map_size=2**30) as env:
        db = env.open_db(database)
        with env.begin(write=True) as txn:
            if record is None:
                txn.delete(key, db=db)
            else:
                txn.put(key, record, db=db)


def test_opens_again(tmp_path: Path) -> None:
    root = filled(tmp_path)
    state = State.open(tmp_path, sha256)
    assert (state.height, state.flushed_height, state.root) == (1, 1, root)
    assert state.check() == 3000
    state.close()


def test_another_suite(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(StateDamaged, match="another suite"):
        State.open(tmp_path, suite("sm").digest)


@pytest.mark.parametrize("version", [1, 9])
def test_another_version(tmp_path: Path, version: int) -> None:
    filled(tmp_path)
    change(tmp_path, b"meta", FORMAT, MAGIC + bytes([version]) + sha256(MAGIC))
    said = f"has format {version}, this program reads 2.* remove the folder to rebuild"
    with pytest.raises(StateDamaged, match=said):
        State.open(tmp_path, sha256)


def test_another_program(tmp_path: Path) -> None:
    change(tmp_path, b"meta", b"anything", b"of theirs")
    with pytest.raises(StateDamaged, match="not a state store of Huabiao"):
        State.open(tmp_path, sha256)


@pytest.mark.parametrize("left", [0, 100, 5000, 9000, 13_000])
def test_cut_short(tmp_path: Path, left: int) -> None:
    """Reading past the end of a mapped file would end the process."""
    filled(tmp_path)
    file = tmp_path / "data.mdb"
    file.write_bytes(file.read_bytes()[:left])
    if left == 0:  # LMDB takes an empty file for a new store; then so do we
        State.open(tmp_path, sha256).close()
        return
    with pytest.raises(StateDamaged, match="damaged"):
        State.open(tmp_path, sha256)


def test_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "data.mdb").write_bytes(b"no database " * 4000)
    with pytest.raises(StateDamaged, match="damaged"):
        State.open(tmp_path, sha256)


@pytest.mark.parametrize("name", ["nodes", "values"])
@pytest.mark.parametrize("left", [None, 0, 5000, -1])
def test_a_pile_cut_short(tmp_path: Path, name: str, left: int | None) -> None:
    filled(tmp_path)
    (file,) = tmp_path.glob(f"{name}-*.pile")
    if left is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:left])
    with pytest.raises(StateDamaged, match="damaged"):
        State.open(tmp_path, sha256)


def test_what_was_never_committed_is_written_over(tmp_path: Path) -> None:
    root = filled(tmp_path)
    for file in tmp_path.glob("*.pile"):
        with file.open("ab") as pile:
            pile.write(b"torn" * 1000)
    (tmp_path / f"values-{10**9:020d}.pile").write_bytes(b"begun and not committed")
    state = State.open(tmp_path, sha256)
    assert state.root == root
    state.apply(2, {b"%d" % n: b"newer" for n in range(0, 3000, 3)})
    assert state.check() == 3000
    assert (state.get(b"3"), state.get(b"4")) == (b"newer", b"value")
    state.close()


def test_another_root(tmp_path: Path) -> None:
    filled(tmp_path)
    state = State.open(tmp_path, sha256)
    forged = msgspec.structs.replace(state.store.points[-1], root=bytes(31) + b"x")
    state.close()
    change(tmp_path, b"meta", POINT + (1).to_bytes(8), encode_point(forged))
    with pytest.raises(StateDamaged, match="is not its hash"):
        State.open(tmp_path, sha256)


def spoil(folder: Path, name: str, old: bytes, new: bytes) -> None:
    """Change bytes of a closed store's pile."""
    (file,) = folder.glob(f"{name}-*.pile")
    held = file.read_bytes()
    assert old in held
    file.write_bytes(held.replace(old, new))


def test_a_changed_node_is_met_with_a_sentence(tmp_path: Path) -> None:
    filled(tmp_path)
    spoil(tmp_path, "nodes", sha256(b"\x02value")[:30], bytes(30))
    state = State.open(tmp_path, sha256)
    said = "damaged: node [0-9]+ is missing or is not its hash. Remove the state folder"
    for attempt in (
        lambda: state.prove(b"1"),
        lambda: state.get(b"1"),
        lambda: state.apply(2, {b"1": b"2"}),
        state.check,
    ):
        with pytest.raises(StateDamaged, match=said):
            attempt()
    state.close()


def test_a_changed_value_is_met_with_a_sentence(tmp_path: Path) -> None:
    filled(tmp_path)
    record = value_record(b"77", b"value")
    spoil(tmp_path, "values", record, value_record(b"77", b"forge"))
    state = State.open(tmp_path, sha256)
    assert state.get(b"78") == b"value"
    for attempt in (lambda: state.get(b"77"), state.check):
        with pytest.raises(StateDamaged, match="value [0-9]+ is missing or is not"):
            attempt()
    state.close()


def test_check_finds_another_key(tmp_path: Path) -> None:
    filled(tmp_path)
    record = value_record(b"77", b"value")
    spoil(tmp_path, "values", record, value_record(b"78", b"value"))
    state = State.open(tmp_path, sha256)
    with pytest.raises(StateDamaged, match="value [0-9]+ is missing or is not"):
        state.check()
    state.close()


def test_check_counts(tmp_path: Path) -> None:
    filled(tmp_path)
    state = State.open(tmp_path, sha256)
    forged = msgspec.structs.replace(state.store.points[-1], count=2999)
    state.close()
    change(tmp_path, b"meta", POINT + (1).to_bytes(8), encode_point(forged))
    state = State.open(tmp_path, sha256)
    with pytest.raises(StateDamaged, match="3000 / 2999"):
        state.check()
    state.close()
