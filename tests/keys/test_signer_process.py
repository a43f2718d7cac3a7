"""A node whose header key is with a signer: asked, killed, started again, rotated."""

import os
import socket
import stat
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from signer_desk import (
    HOME_PASSPHRASE,
    cheap_keys,
    header,
    message,
    signer_process,
)

from huabiao.client.signing import call, prove_seat
from huabiao.crypto import keystore
from huabiao.crypto.envelope import open_envelope
from huabiao.crypto.stores import signer_socket
from huabiao.crypto.stores.signing import SigningRefused, StoreAway, StoreFailed
from huabiao.doors.cli import main
from huabiao.engines.pool import Placed, Ticket
from huabiao.node.home import Home, HomeError, name_signer
from huabiao.node.node import Node, start
from huabiao.node.replaying import replay
from huabiao.services.signer.guard import Guard
from huabiao.services.signer.server import SignerServer, SocketTaken


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUABIAO_PASSPHRASE", HOME_PASSPHRASE)


def notarize(node: Node, mark: int) -> Placed:
    """One envelope of the operator's, by the way that a door takes."""
    from huabiao.client.signing import sign_envelope
    from huabiao.client.wallets import open_identity

    operator = open_identity(node.home.folder, "operator", node.port.suite_name)
    made = call("evidence", "notarize", digests=[bytes([mark]) * 32])
    raw = sign_envelope(node.port.chain, operator, [made])
    done = threading.Event()
    ticket = Ticket([open_envelope(raw, node.ledger.digest)], lambda _: done.set())
    node.engine.offer(ticket)
    assert done.wait(30)
    return ticket.placed[0]


@pytest.mark.parametrize("suite_name", ["intl", "sm"])
def test_a_city_runs_without_its_members_key(tmp_path: Path, suite_name: str) -> None:
    desk, home = tmp_path / "desk", tmp_path / "home"
    keystore.create(tmp_path / "k.json", suite_name, "member", HOME_PASSPHRASE)
    key = str(tmp_path / "k.json")
    with signer_process(key, desk, home):
        name_signer(Home(home), f"unix:{desk / 'signer.sock'}")
        node = start(home, suite_name, lambda line: None)
        assert notarize(node, 1).code == "ok"
    # stopped, and started again while a block waits for its certificate
    first = threading.Thread(target=lambda: answered.append(notarize(node, 2)))
    answered: list[Placed] = []
    first.start()
    with signer_process(key, desk, home) as process:
        first.join(30)
        assert answered[0].code == "ok"
        process.kill()
        process.wait()
    with signer_process(key, desk, home):
        assert notarize(node, 3).code == "ok"
        node.close()
    assert list(home.glob("member*.json")) == []
    assert replay(home)["ok"]


def test_while_the_signer_is_away_nothing_is_lost_or_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signer_socket.SocketSigner, "patience", 0.2)
    desk, home = tmp_path / "desk", tmp_path / "home"
    keystore.create(tmp_path / "k.json", "intl", "member", HOME_PASSPHRASE)
    with signer_process(str(tmp_path / "k.json"), desk, home):
        name_signer(Home(home), f"unix:{desk / 'signer.sock'}")
        node = start(home, "intl", lambda line: None)
    height = node.ledger.height
    placed = notarize(node, 1)
    assert placed.code == "signer.failed" and "signer serve" in placed.sentence
    assert "signer serve" in " ".join(node.port.health()["alerts"])
    assert node.ledger.height == height
    with signer_process(str(tmp_path / "k.json"), desk, home):
        assert notarize(node, 1).code == "ok"
        assert not node.port.health()["alerts"]
    node.close()
    with pytest.raises(StoreAway, match="does not answer"):
        signer_socket.open_signer(desk / "signer.sock", 0.1)


def test_a_home_that_holds_its_key_says_how_to_hand_it_over(tmp_path: Path) -> None:
    start(tmp_path, "intl", lambda line: None).close()
    with pytest.raises(HomeError, match="member rotate"):
        name_signer(Home(tmp_path), "unix:/run/other.sock")


@pytest.fixture
def served(tmp_path: Path):
    """A signer in this process, with its guard's key."""
    keys = cheap_keys()
    server = SignerServer(Guard(keys, tmp_path / "state"), tmp_path / "s.sock")
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server, keys
    server.stop()
    thread.join(10)
    assert not (tmp_path / "s.sock").exists()


def test_the_socket_is_private_and_the_kernel_says_who_asks(served) -> None:
    server, keys = served
    assert stat.S_IMODE(os.stat(server.path).st_mode) == 0o600
    assert signer_socket.open_signer(server.path).public == keys.public
    server.allowed = {os.geteuid() + 1}
    with pytest.raises(StoreAway):
        signer_socket.open_signer(server.path, 0.1)
    with pytest.raises(SocketTaken, match="already answers"):
        SignerServer(server.guard, server.path)


def test_what_is_refused_is_said(served) -> None:
    server, keys = served
    signer = signer_socket.open_signer(server.path)
    one, other = header(keys), header(keys, mark=9)
    assert signer.sign(message(keys, one), one)
    assert prove_seat("town", signer, "seat", "bureau")
    with pytest.raises(SigningRefused, match="no second"):
        signer.sign(message(keys, other), other)
    with pytest.raises(SigningRefused, match="block certificates"):
        signer.sign(b"huabiao login\x00anything")


def test_another_key_behind_the_socket_is_noticed(served) -> None:
    server, keys = served
    signer = signer_socket.open_signer(server.path)
    server.guard.key = cheap_keys("sm")
    stating = _As(signer, server.guard.key.public)
    with pytest.raises(StoreFailed, match="was its key changed"):
        prove_seat("town", stating, "seat", "bureau")


class _As:
    """A signer that states another public key than it was opened with."""

    def __init__(self, signer: signer_socket.SocketSigner, public: bytes) -> None:
        self.signer, self.public = signer, public

    def sign(self, asked: bytes) -> bytes:
        return self.signer.sign(asked)


@pytest.mark.parametrize(
    "sent",
    [b"", b"\xff\xff\xff\xff", b"\x00\x00\x00\x05hi", b"\x00\x00\x00\x01\xc1"],
)
def test_hostile_bytes_end_their_own_connection_only(served, sent: bytes) -> None:
    server, keys = served
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(server.path))
        asking.sendall(sent)
        asking.shutdown(socket.SHUT_WR)
        answer = asking.recv(1_000)
    assert not answer or b"signer.malformed" in answer
    assert signer_socket.open_signer(server.path).public == keys.public


def test_more_stalled_connections_than_places_delay_and_do_not_end_it(served) -> None:
    server, keys = served
    stalled = [socket.socket(socket.AF_UNIX) for _ in range(9)]
    for each in stalled:
        each.connect(str(server.path))
    for each in stalled:
        each.close()
    assert signer_socket.open_signer(server.path).public == keys.public


def test_show_names_the_key(served) -> None:
    server, keys = served
    told = CliRunner().invoke(main, ["signer", "show", f"unix:{server.path}", "--json"])
    assert keys.public.hex() in told.output
    told = CliRunner().invoke(main, ["signer", "show", "member.json"])
    assert told.exit_code == 1 and "begins with" in told.output
