"""What a state store says when it is not ours, not whole, or of another kind."""

from pathlib import Path

import lmdb
import pytest
from textbook_trees import sha256

from huabiao.crypto import suite
from huabiao.state import State, StateDamaged
from huabiao.state.opening import FORMAT, MAGIC


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


def test_another_version(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path, b"meta", FORMAT, MAGIC + b"\x09" + sha256(MAGIC))
    with pytest.raises(StateDamaged, match="has format 9, this program reads 1"):
        State.open(tmp_path, sha256)


def test_another_program(tmp_path: Path) -> None:
    change(tmp_path, b"meta", b"anything", b"of theirs")
    with pytest.raises(StateDamaged, match="not a state store of Huabiao"):
        State.open(tmp_path, sha256)


@pytest.mark.parametrize("left", [0, 100, 5000, 40_000, 300_000, 450_000])
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


def test_another_root(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path, b"meta", b"newest", (1).to_bytes(8) + bytes(32))
    with pytest.raises(StateDamaged, match="not the one recorded"):
        State.open(tmp_path, sha256)


def test_a_missing_node_is_met_with_a_sentence(tmp_path: Path) -> None:
    filled(tmp_path)
    for n in range(16):
        change(tmp_path, b"nodes", b"/" + bytes([n]), None)
    state = State.open(tmp_path, sha256)
    with pytest.raises(StateDamaged, match="lacks node"):
        state.prove(b"1")
    with pytest.raises(StateDamaged, match="lacks node"):
        state.apply(2, {b"1": b"2"})
    with pytest.raises(StateDamaged, match="lacks node"):
        state.check()
    state.close()


def test_check_finds_a_changed_value(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path, b"values", b"77", b"forged")
    state = State.open(tmp_path, sha256)
    with pytest.raises(StateDamaged, match="not in the tree"):
        state.check()
    state.close()


def test_check_finds_a_lost_value(tmp_path: Path) -> None:
    filled(tmp_path)
    change(tmp_path, b"values", b"77", None)
    state = State.open(tmp_path, sha256)
    with pytest.raises(StateDamaged, match="2999 / 3000"):
        state.check()
    state.close()


def test_check_finds_a_changed_node(tmp_path: Path) -> None:
    filled(tmp_path)
    state = State.open(tmp_path, sha256)
    with state.store.reading() as txn:
        leaf = state.store.node(txn, bytes([3, 3])) or state.store.node(
            txn, bytes([3, 3, 3])
        )
    state.close()
    assert leaf is not None
    change(tmp_path, b"nodes", b"/" + bytes([3, 3]), leaf[:-1] + b"\x00")
    state = State.open(tmp_path, sha256)
    with pytest.raises(StateDamaged, match="not its hash"):
        state.check()
    state.close()
