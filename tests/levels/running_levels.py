"""`huabiao up --districts` as a process, and each level as its people reach it."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.doors.cli import main


def up(home, *words):
    """The running process and what it says of itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "huabiao", "up", "--home", str(home), "--json", *words],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return process, json.loads(process.stdout.readline())


def stop(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    process.stdout.close()


def until(looked):
    """What is there as soon as something is there: the carrier takes a moment."""
    end = time.monotonic() + 120
    while not (found := looked()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


@dataclass
class Town:
    """One level: its home, its door, its people, its command line."""

    home: Path
    door: Remote

    def keys(self, name):
        return open_identity(self.home, name, self.door.suite_name, make=True)

    def does(self, name, *calls):
        outcome = self.door.send(self.keys(name), *calls)
        assert outcome.accepted, outcome

    def grant(self, contract, role, account):
        self.does("operator", call("governance", "grant_role", "test", role=role,
                                   scenario=contract, account=account))  # fmt: skip

    def run(self, *words, typed=None, at=None):
        """A command of the command line, in this home, at this door or another."""
        told = ("--home", str(self.home), "--url", at or self.door.url)
        return CliRunner().invoke(main, [*words, *told], input=typed)

    def json(self, *words, typed=None):
        """What a command gives to a program."""
        found = self.run(*words, "--json", typed=typed)
        assert found.exit_code == 0, found.output
        return json.loads(found.stdout.strip().splitlines()[-1])
