"""A new master key: killed at each step; what an old backup still says (nothing)."""

import asyncio
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.codec import encode
from huabiao.doors.cli import main
from huabiao.node.home import HomeError
from huabiao.node.node import start
from huabiao.node.rotating import rotate
from huabiao.services.vault import Damaged, Missing, Place, open_vault

COUNT = 3
KILLED = """
import os, signal, sys
from pathlib import Path
from huabiao.node.rotating import rotate

def on_step(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

rotate(Path(sys.argv[1]), on_step)
"""


def value(number: int) -> bytes:
    return encode(f"赵保密 {number}")


@pytest.fixture(scope="module", params=["intl", "sm"])
def kept(tmp_path_factory: Any, request: Any) -> Any:
    """A stopped node's home with some values, and one that never came to the chain."""
    home = tmp_path_factory.mktemp("home") / "city"
    node = start(home, request.param, lambda line: None)
    owner = open_identity(home, "owner", request.param, make=True)
    places, calls = [], []
    for number in range(COUNT + 1):
        salt = bytes([number]) * 32
        commitment = owner.suite.digest(salt + value(number))
        place = Place(node.port.chain, "trade", f"r{number}", "driver", commitment)
        node.vault.keep(place, salt, value(number))
        places.append(place)
        calls.append(
            call("privacy", "keep", place.name, keeper=node.vault.account,
                 scenario="trade", record=f"r{number}", field="driver")
        )  # fmt: skip
    *calls, _never = calls
    envelope = sign_envelope(node.port.chain, owner, calls)
    (outcome,) = asyncio.run(node.port.submit([envelope]))
    assert outcome.accepted, outcome
    with pytest.raises(HomeError):
        rotate(home)  # while the node runs
    node.close()
    return home, request.param, places


@pytest.fixture
def stopped(kept: Any, tmp_path: Path) -> Any:
    home, suite, places = kept
    return shutil.copytree(home, tmp_path / "city"), suite, places


def assert_all_open(home: Path, suite: str, places: list[Place]) -> None:
    vault = open_vault(home, suite)
    for number, place in enumerate(places[:COUNT]):
        assert vault.open(place) == value(number)


def test_the_key_is_new_the_account_and_the_values_stay(stopped: Any) -> None:
    home, suite, places = stopped
    before = open_vault(home, suite).master
    environment = {"HUABIAO_HOME": str(home)}
    result = CliRunner().invoke(main, ["vault", "rotate", "--json"], env=environment)
    assert f'"wrapped": {COUNT}, "destroyed": 1, "damaged": []' in result.stdout
    after = open_vault(home, suite).master
    assert after.account == before.account and after.secret == before.secret
    assert after.recipient_public != before.recipient_public
    assert_all_open(home, suite, places)
    with pytest.raises(Missing):
        open_vault(home, suite).open(places[COUNT])
    files = {path.name for path in (home / "vault").iterdir() if path.is_file()}
    assert files == {"key.json"}
    node = start(home, None, lambda line: None)  # and the node serves as before
    assert node.vault.open(places[0]) == value(0)
    node.close()


def test_an_old_backup_of_the_wrapped_keys_opens_nothing(stopped: Any) -> None:
    home, suite, places = stopped
    backup = shutil.copytree(home / "vault" / "keys", home / "backup")
    rotate(home)
    vault = open_vault(home, suite)
    vault.destroy(places[0].name)
    shutil.copytree(backup, home / "vault" / "keys", dirs_exist_ok=True)
    with pytest.raises((Damaged, Missing)):
        vault.open(places[0])
    with pytest.raises(Damaged):
        vault.open(places[1])


@pytest.mark.parametrize("step", ["made", "wrapped", "linked", "replaced"])
def test_killed_at_each_step_everything_opens_and_the_next_run_ends_it(
    stopped: Any, step: str
) -> None:
    home, suite, places = stopped
    old = open_vault(home, suite).master.recipient_public
    child = subprocess.run([sys.executable, "-c", KILLED, str(home), step], timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert_all_open(home, suite, places)
    # what is kept meanwhile is kept under the new key
    vault, salt = open_vault(home, suite), b"x" * 32
    late = Place("c", "s", "r", "f", vault.master.suite.digest(salt + value(9)))
    vault.keep(late, salt, value(9))
    assert vault.open(late) == value(9)
    vault.destroy(late.name)
    rotate(home)
    assert_all_open(home, suite, places)
    assert open_vault(home, suite).master.recipient_public != old
    files = {path.name for path in (home / "vault").iterdir() if path.is_file()}
    assert files == {"key.json"}


def test_a_damaged_key_is_named_and_does_not_stop_the_rest(stopped: Any) -> None:
    home, suite, places = stopped
    name = places[1].name
    path = home / "vault" / "keys" / name[:2] / name
    path.write_bytes(bytes([path.read_bytes()[0]]) + bytes(50))
    found = rotate(home)
    assert found["damaged"] == [name] and found["wrapped"] == COUNT - 1
    assert open_vault(home, suite).open(places[2]) == value(2)
