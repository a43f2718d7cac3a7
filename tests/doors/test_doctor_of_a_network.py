"""
`huabiao doctor` before a network node's first start: a good home has no error, and a
home with one thing spoilt has that one error.
"""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huabiao.doors.cli import doctor as doctor_room
from huabiao.doors.cli import main
from huabiao.engines.cometbft.binary import COMETBFT
from huabiao.node.home import Home
from huabiao.node.network import Network, Organisation, lay_out
from huabiao.node.place import read_place, write_place
from huabiao.testing.ports import free_ports

OWN = "市大数据中心"


@dataclass
class Laid:
    """A laid-out network whose other members answer; `own` is not started."""

    folder: Path
    own: Path
    other: Path
    peers: list[socket.socket]
    patch: pytest.MonkeyPatch

    @property
    def engine_genesis(self) -> Path:
        return self.own / "engine/config/genesis.json"

    def ports(self) -> dict[str, int]:
        place = read_place(Home(self.own))
        assert place is not None
        names = ("p2p", "rpc", "door")
        return {name: int(getattr(place, name).rpartition(":")[2]) for name in names}


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laid]:
    ports = iter(free_ports(9))
    listed = [
        Organisation(name, p2p=next(ports), rpc=next(ports), door=next(ports))
        for name in (OWN, "交通局", "港务局")
    ]
    lay_out(Network(organisations=listed), tmp_path)
    peers = []
    for about in listed[1:]:
        peers.append(socket.create_server(("127.0.0.1", about.p2p)))
    monkeypatch.setattr(doctor_room, "ENOUGH_FREE", 2**20)
    yield Laid(tmp_path, tmp_path / OWN, tmp_path / "交通局", peers, monkeypatch)
    for each in peers:
        each.close()


def errors(laid: Laid) -> list[dict[str, Any]]:
    told = CliRunner().invoke(main, ["doctor", "--json", "--home", str(laid.own)])
    assert "Traceback" not in told.output
    found = json.loads(told.stdout.strip().splitlines()[-1])
    wrong = [each for each in found["findings"] if not each["ok"]]
    assert told.exit_code == (1 if wrong else 0) and found["ok"] == (not wrong)
    return wrong


def test_a_good_home_has_no_error(laid: Laid) -> None:
    before = set(laid.own.rglob("*"))
    assert errors(laid) == []
    assert set(laid.own.rglob("*")) == before, "the doctor wrote"


def take_port(laid: Laid) -> None:
    laid.peers.append(socket.create_server(("127.0.0.1", laid.ports()["rpc"])))


def silence_peer(laid: Laid) -> None:
    laid.peers[0].close()


def lose_binary(laid: Laid) -> None:
    laid.patch.setenv("HUABIAO_COMETBFT", str(laid.folder / "none"))


def take_another_binary(laid: Laid) -> None:
    other = laid.folder / "cometbft"
    other.write_bytes(b"\x7fELF github.com/cometbft/cometbft\tv0.38.0")
    other.chmod(0o755)
    laid.patch.setenv("HUABIAO_COMETBFT", str(other))


def change_genesis(change: Callable[[dict[str, Any]], Any]) -> Callable[[Laid], None]:
    def spoil(laid: Laid) -> None:
        document = json.loads(laid.engine_genesis.read_text())
        change(document)
        laid.engine_genesis.write_text(json.dumps(document))

    return spoil


def damage_engine_genesis(laid: Laid) -> None:
    laid.engine_genesis.write_text("{")


def damage_genesis(laid: Laid) -> None:
    (laid.own / "genesis").write_bytes(b"\xc1")


def open_key(laid: Laid) -> None:
    (laid.own / "engine/config/priv_validator_key.json").chmod(0o640)


def open_passphrase(laid: Laid) -> None:
    (laid.own / "passphrase").chmod(0o644)


def take_anothers_key(laid: Laid) -> None:
    name = "engine/config/priv_validator_key.json"
    shutil.copy(laid.other / name, laid.own / name)


def spoil_place(laid: Laid) -> None:
    (laid.own / "node.toml").write_text("organisation = ")


def name_no_certificate(laid: Laid) -> None:
    place = read_place(Home(laid.own))
    assert place is not None
    changed = {"tls_certificate": "tls/none.pem", "tls_key": "tls/none.key"}
    write_place(Home(laid.own), type(place)(**{**vars(place), **changed}))


def take_old_python(laid: Laid) -> None:
    laid.patch.setattr(doctor_room, "PYTHONS", ((4, 0), (4, 1)))


def fill_disk(laid: Laid) -> None:
    laid.patch.setattr(doctor_room, "ENOUGH_FREE", 2**62)


SPOILT: dict[str, tuple[Callable[[Laid], None], str, str]] = {
    "port": (take_port, "port rpc", "change rpc in node.toml"),
    "peer": (silence_peer, "peer", "firewall"),
    "no binary": (lose_binary, "CometBFT", "huabiao engine install"),
    "binary": (take_another_binary, "CometBFT", f"not CometBFT {COMETBFT.version}"),
    "chain": (
        change_genesis(lambda d: d.update(chain_id="other")),
        "geneses",
        "another chain",
    ),
    "validators": (
        change_genesis(lambda d: d["validators"].pop()),
        "geneses",
        "other validators",
    ),
    "power": (
        change_genesis(lambda d: d["validators"][0].update(power="9")),
        "geneses",
        "other validators",
    ),
    "engine genesis": (damage_engine_genesis, "geneses", "cannot be read"),
    "genesis": (damage_genesis, "genesis", "restore"),
    "key": (open_key, "permissions", "chmod 600"),
    "passphrase": (open_passphrase, "passphrase", "chmod 600"),
    "another's folder": (take_anothers_key, "own seat", "Do not start it"),
    "place": (spoil_place, "node.toml", "cannot be read"),
    "certificate": (name_no_certificate, "certificate", "cannot be used"),
    "python": (take_old_python, "Python", "3.11"),
    "disk": (fill_disk, "disk", "Free some space"),
}


@pytest.mark.parametrize("thing", SPOILT)
def test_one_thing_spoilt_is_one_error(laid: Laid, thing: str) -> None:
    spoil, about, said = SPOILT[thing]
    spoil(laid)
    found = errors(laid)
    assert len(found) == 1, found
    assert about in found[0]["about"] and said in found[0]["sentence"], found
    assert any("\u4e00" <= sign <= "\u9fff" for sign in found[0]["sentence"])
