"""
A network namespace for each node, where the machine allows: cut off, packets vanish.

    this machine ── bridge hb<n>p ── p2p     198.18.….…   the wires listen at its .1
                 └─ bridge hb<n>d ── doors   198.19.….…   clients stay connected

A wire that is cut (wires.py) closes its connections; a link that is down says nothing,
as a broken cable does, and both ends find out by themselves. It takes root and Linux
with veth and bridge. The addresses are those that RFC 2544 sets aside for tests.
"""

import itertools
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

MOST_NETWORKS, ROOM = 4_096, 16
"""Networks at once on a machine; addresses of each, of which three are not a node's."""


class Namespaces:
    """Namespaces of a network's nodes; `close` leaves none. OSError: not allowed."""

    def __init__(self, names: Sequence[str]) -> None:
        if len(names) > ROOM - 3:
            raise ValueError(f"{len(names)} nodes; a network has {ROOM - 3} at most")
        self._places = {name: place for place, name in enumerate(names, 2)}
        self._number = _make_bridges()
        try:
            for name in names:
                self._add(name)
        except OSError:
            self.close()
            raise

    @property
    def hub(self) -> str:
        """This machine's address towards the nodes' engines."""
        return self._address(18, 1)

    def p2p(self, name: str) -> str:
        """Where other nodes' engines reach a node; not while it is cut off."""
        return self._address(18, self._places[name])

    def door(self, name: str) -> str:
        """Where clients reach it."""
        return self._address(19, self._places[name])

    def inside(self, name: str) -> list[str]:
        """What goes before a command that is to run in a node's namespace."""
        return ["ip", "netns", "exec", self._space(name)]

    def cut(self, name: str) -> None:
        """Cut a node off from all others."""
        _ip(f"link set {self._link(name, 'p')} down")

    def mend(self, name: str) -> None:
        _ip(f"link set {self._link(name, 'p')} up")

    def close(self) -> None:
        _remove(self._number)

    def _add(self, name: str) -> None:
        """A namespace with a link to each bridge."""
        space = self._space(name)
        _ip(f"netns add {space}", f"-n {space} link set lo up")
        for side, address in ("p", self.p2p(name)), ("d", self.door(name)):
            link = self._link(name, side)
            _ip(
                f"link add {link} type veth peer name {side} netns {space}",
                f"link set {link} master hb{self._number}{side} up",
                f"-n {space} address add {address}/28 dev {side}",
                f"-n {space} link set {side} up",
            )

    def _space(self, name: str) -> str:
        return f"hb{self._number}-{self._places[name]}"

    def _link(self, name: str, side: str) -> str:
        return f"hb{self._number}{side}{self._places[name]}"

    def _address(self, second: int, place: int) -> str:
        return _address(second, self._number, place)


def namespaces_for(names: Sequence[str]) -> Namespaces | None:
    """Namespaces where this machine allows them, else None: there are the wires."""
    if os.geteuid() != 0:
        return None
    try:
        return Namespaces(names)
    except OSError:
        return None


def _make_bridges() -> int:
    """Two bridges of a number that no other network has: their making decides."""
    for number in itertools.islice(itertools.count(os.getpid()), MOST_NETWORKS):
        number %= MOST_NETWORKS
        if _abandoned(number):
            _remove(number)
        try:
            _ip(f"link add hb{number}p type bridge")
        except FileExistsError:
            continue
        _ip(
            f"link set hb{number}p alias {os.getpid()}",
            f"link add hb{number}d type bridge",
            f"address add {_address(18, number, 1)}/28 dev hb{number}p",
            f"address add {_address(19, number, 1)}/28 dev hb{number}d",
            f"link set hb{number}p up",
            f"link set hb{number}d up",
        )
        return number
    raise OSError("there are too many test networks on this machine")


def _abandoned(number: int) -> bool:
    """Whether a network was left behind by a process that was killed."""
    try:
        owner = Path(f"/sys/class/net/hb{number}p/ifalias").read_text().strip()
    except OSError:
        return False
    return owner.isdecimal() and not Path(f"/proc/{owner}").exists()


def _remove(number: int) -> None:
    spaces = [f"hb{number}-{place}" for place in range(ROOM)]
    there = [each for each in spaces if Path(f"/run/netns/{each}").exists()]
    for command in (
        *(f"netns del {space}" for space in there),
        *(f"link del hb{number}{side}" for side in "dp"),
    ):
        subprocess.run(["ip", *command.split()], capture_output=True, check=False)


def _address(second: int, number: int, place: int) -> str:
    first = number * ROOM + place
    return f"198.{second}.{first >> 8}.{first & 255}"


def _ip(*commands: str) -> None:
    """Run iproute2; FileExistsError where a name is taken, OSError for the rest."""
    for command in commands:
        done = subprocess.run(
            ["ip", *command.split()], capture_output=True, text=True, check=False
        )
        if "File exists" in done.stderr:
            raise FileExistsError(command)
        if done.returncode:
            raise OSError(f"ip {command}: {done.stderr.strip()}")
