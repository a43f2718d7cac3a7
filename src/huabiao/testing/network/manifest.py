"""
A network's manifest: a small TOML file, or one made from a seed.

    suite = "sm"
    validators = 4            org-1 … org-4
    followers = 1             more nodes that verify and do not vote
    late = ["org-4"]          not started at first
    seconds = 20              how long the load lasts
    clients = 4

    [[fault]]
    at = 5                    seconds after the load began
    node = "org-2"
    do = "kill"               see DOINGS
    for = 4                   seconds until it is undone; 0 where nothing is to undo
    recovers = 20             the network commits again within so many seconds
"""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huabiao.crypto.suite import SUITES

DOINGS = {
    "start": "a late node is started",
    "kill": "SIGKILL, of the node and its engine; started again afterwards",
    "stop": "SIGTERM; started again afterwards",
    "pause": "SIGSTOP of the node and its engine; goes on afterwards",
    "cut": "no connection with any other node; mended afterwards",
    "slow": "everything to and from it 200 ms later; as before afterwards",
    "wipe": "SIGKILL and its blocks and state removed; it comes back from the others",
    "fill": "its disk is full; there is room again afterwards",
    "upgrade": "stopped, and started again as software that knows one protocol more",
    "equivocate": "its voting key signs for two blocks at one height",
}
RANDOM_DOINGS = ("kill", "stop", "pause", "cut", "slow", "wipe", "upgrade")


class BadManifest(ValueError):
    """The manifest describes no network; the sentence says what is wrong."""


@dataclass(frozen=True)
class Fault:
    """What is done to a node, when, and when it is undone."""

    node: str
    do: str
    at: float
    lasts: float = 0.0
    recovers: float = 30.0


@dataclass(frozen=True)
class Manifest:
    """A network and what happens to it."""

    suite: str = "intl"
    validators: int = 4
    followers: int = 0
    late: Sequence[str] = ()
    liars: dict[str, str] = field(default_factory=dict)
    """A node that lies, and how (liar.py)."""
    seconds: float = 20.0
    clients: int = 4
    faults: Sequence[Fault] = ()

    @property
    def nodes(self) -> list[str]:
        return [f"org-{n + 1}" for n in range(self.validators + self.followers)]

    @property
    def cuts(self) -> bool:
        """Whether some node is cut off from the others."""
        return any(fault.do == "cut" for fault in self.faults)

    def votes(self, name: str) -> bool:
        return self.nodes.index(name) < self.validators


def read_manifest(path: Path) -> Manifest:
    """The file as a Manifest; BadManifest names what is wrong."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        faults = [
            Fault(
                each["node"], each["do"], float(each["at"]),
                float(each.get("for", 0)), float(each.get("recovers", 30)),
            )
            for each in found.pop("fault", [])
        ]  # fmt: skip
        manifest = Manifest(**found, faults=faults)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadManifest(f"{path}：无法读取：{error!r} · cannot be read") from None
    names = manifest.nodes
    for fault in manifest.faults:
        if fault.node not in names or fault.do not in DOINGS:
            raise BadManifest(
                f"{path}：没有节点“{fault.node}”，或不会“{fault.do}”；可用："
                f"{'、'.join(DOINGS)}。 No such node, or nothing called {fault.do!r}."
            )
    return manifest


def random_manifest(seed: int) -> Manifest:
    """
    A network with faults from a seed; the same seed gives the same one.

    Never more nodes are hurt at once than the network must bear (a third of the
    power), so that it has to go on.
    """
    chance = random.Random(seed)
    validators = chance.choice((4, 4, 4, 5))
    followers = chance.choice((0, 0, 1))
    names = [f"org-{n + 1}" for n in range(validators)]
    faults, at = [], 4.0
    for _ in range(chance.randint(2, 4)):
        lasts = round(chance.uniform(2, 6), 1)
        do = chance.choice(RANDOM_DOINGS)
        faults.append(Fault(chance.choice(names), do, round(at, 1), lasts))
        at += lasts + chance.uniform(4, 8)
    return Manifest(
        suite=chance.choice(SUITES),
        validators=validators,
        followers=followers,
        seconds=round(at + 4, 1),
        clients=chance.randint(2, 4),
        faults=faults,
    )


def as_toml(manifest: Manifest) -> str:
    """A manifest as the file that describes it, to keep one that found something."""
    lines = [
        f'suite = "{manifest.suite}"',
        f"validators = {manifest.validators}",
        f"followers = {manifest.followers}",
        f"seconds = {manifest.seconds}",
        f"clients = {manifest.clients}",
    ]
    for fault in manifest.faults:
        lines += [
            "", "[[fault]]", f"at = {fault.at}", f'node = "{fault.node}"',
            f'do = "{fault.do}"', f"for = {fault.lasts}",
            f"recovers = {fault.recovers}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
