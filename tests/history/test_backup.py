"""
A node under load is backed up and comes up elsewhere: the same roots, everything that
was acknowledged before; and a torn or hostile file restores nothing.
"""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from loaded_node import Load, run

from huabiao.codec import decode
from huabiao.ledger.block import decode_logged
from huabiao.node.node import Node, start
from huabiao.proofs.header import decode_header
from huabiao.proofs.verify import verify
from huabiao.services.gateway import tag_key

KEPT = (
    "sign_in/accounts/organisation/place.json", f"documents/{'d' * 64}.jsonld"
)  # fmt: skip
"""What no block has, and a backup must."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Node, Load, Path]]:
    home = tmp_path / "home"
    node = start(home, "intl", lambda line: None)
    node.ledger.log.segment_bytes = 20_000
    for name in KEPT:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("{}")
    tag_key(home)
    load = Load(node, home)
    yield node, load, home
    load.stop()
    node.close()


def test_a_node_under_load_comes_up_elsewhere(
    running: tuple[Node, Load, Path], tmp_path: Path
) -> None:
    node, load, home = running
    load.wait_for(50)
    file, there = tmp_path / "home.backup", tmp_path / "there"
    acknowledged = list(load.told)
    made = run("backup", "--home", str(home), "-o", str(file))
    load.wait_for(len(acknowledged) + 10)
    load.stop()
    assert file.stat().st_mode & 0o077 == 0, "it holds keys"
    assert made["height"] >= acknowledged[-1].height

    restored = run("restore", str(file), "--home", str(there))
    assert restored["height"] == made["height"] and "不得再" in restored["sentence"]
    assert tag_key(there) == tag_key(home)
    assert [n for n in (*KEPT, "passphrase") if (there / n).exists()] == [*KEPT]
    (there / "passphrase").write_text((home / "passphrase").read_text())
    replayed = run("replay", "--home", str(there))
    header = decode_header(decode_logged(node.ledger.log.read(made["height"])).header)
    assert (replayed["height"], replayed["state_root"]) == (
        made["height"], header.state.hex(),
    )  # fmt: skip

    trust = node.port.trust()
    again = start(there, "intl", lambda line: None)
    try:
        for outcome in acknowledged:
            block = again.port.block(outcome.height)
            assert block is not None
            assert block.envelopes[outcome.index].id.hex() == outcome.envelope
        last = acknowledged[-1]
        assert verify(again.port.prove_receipt(last.height, last.index), trust).ok
        assert again.index.wait_for(made["height"], 60)
        more = Load(again, there)
        more.wait_for(3)
        more.stop()
        assert all(each.accepted for each in more.told)
    finally:
        again.close()


def test_an_archive_beside_a_running_node_leaves_the_newest_block(
    running: tuple[Node, Load, Path], tmp_path: Path
) -> None:
    node, load, home = running
    load.wait_for(20)
    found = run("archive", "--home", str(home), "-o", str(tmp_path / "archive"))
    assert 0 < found["last"] < node.port.height
    load.wait_for(len(load.told) + 5)
    more = run("archive", "--home", str(home), "-o", str(tmp_path / "archive"))
    assert more["first"] == found["last"] + 1 and more["blocks"]
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(node.port.trust()))
    words = ["archive", "verify", str(tmp_path / "archive"), "--trust", str(trust)]
    assert run(*words)["last"] == more["last"]


def test_a_torn_altered_or_hostile_file_restores_nothing(
    running: tuple[Node, Load, Path], tmp_path: Path
) -> None:
    _, load, home = running
    load.wait_for(5)
    load.stop()
    file, there = tmp_path / "home.backup", tmp_path / "there"
    run("backup", "--home", str(home), "-o", str(file))
    whole = file.read_bytes()
    for cut in (100, 600, 20_000, len(whole) // 2):
        file.write_bytes(whole[:cut])
        assert "torn" in run("restore", str(file), "--home", str(there), code=1)
    for place in (1_000, 100_000):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        run("restore", str(file), "--home", str(there), code=1)
    for name in ("../outside", "/tmp/outside", "run.json", "vault/../../outside"):
        with tarfile.open(file, "w") as tar:
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
        assert "torn" in run("restore", str(file), "--home", str(there), code=1)
    with tarfile.open(file, "w") as tar:
        link = tarfile.TarInfo("genesis")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert "torn" in run("restore", str(file), "--home", str(there), code=1)
    assert not there.exists()
    assert decode((home / "genesis").read_bytes())[0] == 2
    run("restore", str(file), "--home", str(home), code=1)  # never over a home
