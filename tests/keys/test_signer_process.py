"""A node whose header key is with a signer: asked, killed, started again, rotated."""

import contextlib
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
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

from huabiao.client.signing import call, prove_seat, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.crypto import keystore
from huabiao.crypto.envelope import Envelope, open_envelope
from huabiao.crypto.keys import Keys
from huabiao.crypto.stores import signer_socket
from huabiao.crypto.stores.signing import SigningRefused, StoreAway, StoreFailed
from huabiao.doors.cli import main
from huabiao.engines.embedded import EmbeddedEngine
from huabiao.engines.pool import Placed, Ticket
from huabiao.node.header_keys import HeaderKeys
from huabiao.node.home import Home, HomeError, name_signer
from huabiao.node.node import Node, start
from huabiao.node.replaying import replay
from huabiao.services.signer.guard import Guard
from huabiao.services.signer.server import SignerServer, SocketTaken
from huabiao.testing.city import City


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUABIAO_PASSPHRASE", HOME_PASSPHRASE)


def place_one(engine: EmbeddedEngine, envelope: Envelope) -> Placed:
    """Offer it as a door does, and wait for its answer."""
    done = threading.Event()
    ticket = Ticket([envelope], lambda _: done.set())
    engine.offer(ticket)
    assert done.wait(60)
    return ticket.placed[0]


def notarize(node: Node, mark: int) -> Placed:
    """One envelope of the operator's."""
    operator = open_identity(node.home.folder, "operator", node.port.suite_name)
    made = call("evidence", "notarize", digests=[bytes([mark]) * 32])
    raw = sign_envelope(node.port.chain, operator, [made])
    assert isinstance(node.engine, EmbeddedEngine)
    return place_one(node.engine, open_envelope(raw, node.ledger.digest))


def place(city: City, engine: EmbeddedEngine, mark: int) -> Placed:
    """One envelope in a city without doors."""
    note = call("evidence", "notarize", digests=[bytes([mark]) * 32])
    raw = city.envelope(city.cast("other"), note)
    return place_one(engine, open_envelope(raw, city.ledger.digest))


def test_a_city_runs_without_its_members_key(tmp_path: Path) -> None:
    desk, home, key = tmp_path / "desk", tmp_path / "home", str(tmp_path / "k.json")
    keystore.create(Path(key), "intl", "member", HOME_PASSPHRASE)
    with signer_process(key, desk, home) as process:
        name_signer(Home(home), f"unix:{desk / 'signer.sock'}")
        node = start(home, "intl", lambda line: None)
        assert notarize(node, 1).code == "ok"
        process.kill()
        process.wait()
    # a block waits for its certificate while the signer is started again
    answered: list[Placed] = []
    waiting = threading.Thread(target=lambda: answered.append(notarize(node, 2)))
    waiting.start()
    with signer_process(key, desk, home):
        waiting.join(30)
        answered = answered if answered[0].code == "ok" else [notarize(node, 2)]
        node.close()
    assert answered[0].code == "ok", "more than one block was lost"
    assert list(home.glob("member*.json")) == []
    assert replay(home)["ok"]


def test_while_the_signer_is_away_nothing_is_lost_or_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huabiao.node.header_keys.LOOK_AGAIN_S", 0.0)
    city = City(tmp_path / "city")
    city.now = int(time.time() * 1000)
    state, path = tmp_path / "state", tmp_path / "s.sock"
    (tmp_path / "member.signer").write_text(f"unix:{path}\n")
    with signer_here(Guard(city.member, state), path):
        engine = EmbeddedEngine(city.ledger, HeaderKeys(tmp_path, 0.1))
        engine.start()
        assert place(city, engine, 1).code == "ok"
    refused = place(city, engine, 2)
    assert refused.code == "signer.failed" and "signer serve" in refused.sentence
    assert "signer serve" in " ".join(engine.health()["alerts"])
    assert city.ledger.height == 1
    with signer_here(Guard(city.member, state), path):
        assert place(city, engine, 3).code == "ok"
        assert not engine.health()["alerts"]
    engine.stop()
    assert city.ledger.height == 2
    city.close()


def test_a_seat_rotates_to_a_signer_while_blocks_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huabiao.node.header_keys.LOOK_AGAIN_S", 0.0)
    city = City(tmp_path / "city")
    city.now = int(time.time() * 1000)
    old, new = tmp_path / "old.sock", tmp_path / "new.sock"
    (tmp_path / "member.signer").write_text(f"unix:{old}\n")
    with (
        signer_here(Guard(city.member, tmp_path / "old"), old),
        signer_here(Guard(cheap_keys(), tmp_path / "new"), new),
    ):
        engine = EmbeddedEngine(city.ledger, HeaderKeys(tmp_path, 0.1))
        engine.start()
        assert place(city, engine, 1).code == "ok"
        (tmp_path / "member-2.signer").write_text(f"unix:{new}\n")
        following = signer_socket.open_signer(new)
        chain = city.genesis.chain
        proof = prove_seat(chain, following, "member", "")
        said = {"public": following.public, "proof": proof}
        turn = call("membership", "rotate", "member", **said)
        raw = city.envelope(city.admin, turn)
        placed = place_one(engine, open_envelope(raw, city.ledger.digest))
        assert placed.code == "ok"
        assert place(city, engine, 2).code == "ok"
        engine.stop()
    assert [each.public for each in city.ledger.members] == [following.public]
    assert city.ledger.height == 3
    city.close()


def test_a_home_that_holds_its_key_says_how_to_hand_it_over(tmp_path: Path) -> None:
    keystore.create(tmp_path / "member.json", "intl", "member", HOME_PASSPHRASE)
    with pytest.raises(HomeError, match="member rotate"):
        name_signer(Home(tmp_path), "unix:/run/other.sock")


@contextlib.contextmanager
def signer_here(guard: Guard, path: Path) -> Iterator[SignerServer]:
    """A signer in this process."""
    server = SignerServer(guard, path)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(10)
        guard.close()
    assert not path.exists()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[SignerServer, Keys]]:
    keys = cheap_keys()
    guard = Guard(keys, tmp_path / "state")
    with signer_here(guard, tmp_path / "s.sock") as server:
        yield server, keys


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
