"""
Pruning frees the disk and loses nothing: what goes is archived, what a start needs
stays, proofs go on, and whoever asks for an old block hears where it is.
"""

import shutil
import time
from pathlib import Path

import pytest
from loaded_node import Load, run
from old_city import FILES, OldCity
from starlette.testclient import TestClient

from huabiao.client.port import Outcome
from huabiao.crypto.envelope import Call
from huabiao.doors.api import build_app
from huabiao.node.node import start
from huabiao.node.proving import NotProvable, prove_notarised, prove_state
from huabiao.proofs.verify import verify
from huabiao.state.whole import remove_below


@pytest.fixture
def stopped(old: OldCity) -> OldCity:
    """Archived, indexed, and no node there."""
    old.index()
    old.archive("--before", "36")
    old.city.close()
    return old


def kept_blocks(old: OldCity) -> int:
    return sum(path.stat().st_size for path in (old.home / "blocks").glob("*.log"))


def archived(old: OldCity) -> list[str]:
    return ["--archived", str(old.folder / "archive")]


def test_old_blocks_go_and_everything_goes_on(stopped: OldCity) -> None:
    old = stopped
    before, height = kept_blocks(old), old.city.ledger.height
    found = old.prune("--keep", "12", *archived(old), "--where", "市档案馆")
    assert 16 < found["first"] <= height - 11
    assert found["freed"] == before - kept_blocks(old) > before / 3
    city = old.city
    city.reopen()
    assert city.ledger.height == height
    trust = old.trust.read_text()
    # The hand-over's block is gone, and new proofs still walk over it.
    late = prove_notarised(city.ledger, height, 0, 0)
    assert verify(late, trust, FILES[0]).ok
    city.block()
    assert verify(prove_state(city.ledger, "membership/members", None), trust).ok
    with pytest.raises(NotProvable, match="市档案馆.*huabiao archive proof"):
        prove_notarised(city.ledger, 1, 0, 0)
    assert old.archive()["first"] == 36, "the next archive goes on"
    assert old.verify_archive()["last"] == height + 1


def test_nothing_goes_without_another_copy(stopped: OldCity) -> None:
    before = kept_blocks(stopped)
    home = str(stopped.home)
    said = stopped.run("prune", "--home", home, "--keep", "5")
    assert said.exit_code == 1 and "--archived" in said.output
    (path,) = (stopped.folder / "archive").glob("*.archive")
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[-5_000] ^= 1
    path.write_bytes(content)
    said = stopped.run("prune", "--home", home, "--keep", "5", *archived(stopped))
    assert said.exit_code == 1 and path.name in said.output
    assert kept_blocks(stopped) == before
    stopped.city.reopen()


def test_another_citys_archive_is_no_copy(stopped: OldCity, tmp_path: Path) -> None:
    other = OldCity(tmp_path / "other", "sm")
    other.archive()
    other.city.close()
    said = stopped.run(
        "prune", "--home", str(stopped.home), "--keep", "5", *archived(other)
    )
    assert said.exit_code == 1
    stopped.city.reopen()


def test_an_envelope_that_could_come_again_is_still_known(old: OldCity) -> None:
    clerk = old.city.cast("clerk")
    call = Call("evidence", "notarize", "", {"digests": [bytes(32)]})
    again = old.city.envelope(clerk, call)
    assert old.city.block(again).receipts[0].code == "ok"
    for _ in range(20):  # within its validity
        old.notarise()
    old.index()
    old.archive()
    old.city.close()
    found = old.prune("--keep", "1", *archived(old))
    assert found["limited_by"] == "window"
    old.city.reopen()
    assert old.city.block(again).receipts[0].code == "envelope.replayed"


def test_the_read_model_bounds_what_goes(old: OldCity) -> None:
    old.archive()
    old.city.close()
    said = old.prune("--keep", "5", *archived(old))
    assert said["limited_by"] == "index" and said["freed"] == 0
    old.city.reopen()


def test_a_running_node_is_not_pruned(old: OldCity) -> None:
    from huabiao.node.home import Home, lock_home

    with lock_home(Home(old.home)):
        home = str(old.home)
        words = ["prune", "--home", home, "--keep", "5", "--i-have-another-copy"]
        said = old.run(*words)
    assert said.exit_code == 1 and "已有节点在运行" in said.output


def test_a_replay_says_what_it_checked(stopped: OldCity) -> None:
    old, home = stopped, str(stopped.home)
    root, height = old.city.ledger.state.root.hex(), old.city.ledger.height
    old.prune("--keep", "12", *archived(old))
    alone = old.json("replay", "--home", home)
    assert alone["height"] == height and "合约未重新执行" in alone["sentence"]
    archive = str(old.folder / "archive")
    whole = old.json("replay", "--home", home, "--archive", archive)
    assert (whole["height"], whole["state_root"]) == (height, root)
    old.city.reopen()


def test_a_lost_state_comes_back_from_the_archive(stopped: OldCity) -> None:
    old, home = stopped, str(stopped.home)
    root = old.city.ledger.state.root
    old.prune("--keep", "12", *archived(old))
    shutil.rmtree(old.home / "state")
    with pytest.raises(Exception, match="archive put-back"):
        old.city.reopen()
    old.city.close()
    archive = str(old.folder / "archive")
    found = old.json("archive", "put-back", archive, "--home", home)
    assert found["first"] == 1 and found["blocks"] > 10
    old.city.reopen()
    assert old.city.ledger.state.root == root
    assert verify(
        prove_notarised(old.city.ledger, 1, 0, 0), old.trust.read_text(), FILES[0]
    ).ok


@pytest.fixture
def pruned(tmp_path: Path) -> tuple[Path, Path, Outcome, int]:
    """A real home: (home, archive, a notarisation that was pruned, the log's start)."""
    home, archive = tmp_path / "home", tmp_path / "archive"
    node = start(home, "intl", lambda line: None)
    node.ledger.log.segment_bytes = 5_000
    load = Load(node, home)
    load.wait_for(40)
    load.stop()
    first, height = load.told[0], node.port.height
    assert node.index.wait_for(height, 20)
    node.close()
    run("archive", "--home", str(home), "-o", str(archive))
    words = ["prune", "--home", str(home), "--keep", "5", "--archived", str(archive)]
    said = run(*words)
    assert said["limited_by"] == "window", "all is within five minutes"
    # What a node that ran for longer would prune, the window aside.
    begins, _ = remove_below(home / "blocks", height - 5)
    assert begins > first.height
    return home, archive, first, begins


def test_a_served_node_says_where_its_older_blocks_are(
    pruned: tuple[Path, Path, Outcome, int], tmp_path: Path
) -> None:
    home, archive, first, begins = pruned
    node = start(home, "intl", lambda line: None)
    try:
        client = TestClient(build_app(node.port, node.index, node.services()))
        gone = client.get(f"/api/blocks/{first.height}")
        assert gone.status_code == 410 and "huabiao archive proof" in gone.text
        assert client.get(f"/api/blocks/{node.port.height}").status_code == 200
        gone = client.get(f"/api/proofs/{first.envelope}")
        assert gone.status_code == 410, gone.text
        assert client.get("/api/status").json()["blocks_from"] == begins
        more = Load(node, home)
        more.wait_for(3)
        more.stop()
        assert node.index.wait_for(more.told[-1].height, 20)
        proof = tmp_path / "old.proof"
        run("archive", "proof", str(archive), first.envelope, "-o", str(proof))
        assert verify(proof.read_bytes(), node.port.trust()).ok
    finally:
        node.close()


def test_a_lost_read_model_asks_for_the_blocks_and_takes_them(
    pruned: tuple[Path, Path, Outcome, int],
) -> None:
    home, archive, _, _ = pruned
    (home / "index.sqlite").unlink()
    node = start(home, "intl", lambda line: None)
    try:
        end = time.monotonic() + 20
        while "put-back" not in node.index.failure:
            assert time.monotonic() < end, node.index.failure
            time.sleep(0.05)
    finally:
        node.close()
    run("archive", "put-back", str(archive), "--home", str(home))
    node = start(home, "intl", lambda line: None)
    try:
        assert node.index.wait_for(node.port.height, 20)
        assert node.port.block(1) is not None
    finally:
        node.close()
