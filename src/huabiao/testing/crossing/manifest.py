"""
Chains, routes, relays and what happens to them: a small TOML file.

    seconds = 40             how long people send
    period = 172800          seconds that a client is trusted without a newer header

    [[chain]]
    name = "beijing"
    suite = "intl"
    members = 1              1: the embedded engine; 4: CometBFT

    [[route]]
    between = ["beijing", "haidian"]      both ways
    ordered = true

    [[relay]]
    name = "one"
    lies = 0                 a seed for what it spoils; 0: it is honest

    [[fault]]
    at = 5                   seconds after people began to send
    on = "haidian"           see DOINGS
    do = "away"
    for = 8                  seconds until it is undone; 0 where nothing is to undo
"""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from huabiao.crypto.suite import SUITES

DOINGS = {
    "node kill": "SIGKILL; started again afterwards",
    "node pause": "SIGSTOP; goes on afterwards",
    "node cut": "no connection with the other members, nor with a relay",
    "relay kill": "SIGKILL; started again afterwards",
    "relay pause": "SIGSTOP; goes on afterwards",
    "way cut": "a relay cannot reach a chain",
    "way slow": "everything between a relay and a chain comes 300 ms later",
    "route stop": "the guards of both chains pause it; administrators resume it",
    "chain away": "no relay reaches it; its own people go on",
    "chain day": "away, and a day of chain time goes by everywhere",
    "chain members": "every member signs with another key, one after the other",
}
"""What a fault is on: `haidian/org-2`, a relay's name, `one>haidian` (a way),
`beijing=haidian` (a route), a chain's name."""


class BadManifest(ValueError):
    """The manifest describes nothing that can be run; the sentence says why."""


@dataclass(frozen=True)
class Chain:
    name: str
    suite: str = "intl"
    members: int = 1

    @property
    def nodes(self) -> list[str]:
        """Its nodes by their full names."""
        return [f"{self.name}/org-{n + 1}" for n in range(self.members)]


@dataclass(frozen=True)
class Route:
    between: Sequence[str]
    ordered: bool = False

    @property
    def name(self) -> str:
        return "=".join(self.between)


@dataclass(frozen=True)
class RelayOf:
    name: str
    lies: int = 0


@dataclass(frozen=True)
class Fault:
    at: float
    on: str
    do: str
    lasts: float = 0.0


@dataclass(frozen=True)
class Manifest:
    """What there is and what happens to it."""

    chains: Sequence[Chain]
    routes: Sequence[Route]
    relays: Sequence[RelayOf]
    faults: Sequence[Fault] = ()
    seconds: float = 30.0
    period: int = 7 * 86_400

    def kind_of(self, on: str) -> str:
        """What a fault is on: node, relay, way, route or chain; BadManifest."""
        relays = [each.name for each in self.relays]
        chains = [each.name for each in self.chains]
        kinds = {
            "chain": chains,
            "relay": relays,
            "node": [node for each in self.chains for node in each.nodes],
            "route": [each.name for each in self.routes],
            "way": [f"{relay}>{chain}" for relay in relays for chain in chains],
        }
        for kind, names in kinds.items():
            if on in names:
                return kind
        raise BadManifest(
            f"没有“{on}”；有：{kinds}。 There is no {on!r} in this manifest."
        )


def read_manifest(path: Path) -> Manifest:
    """The file as a Manifest; BadManifest names what is wrong."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        manifest = Manifest(
            [Chain(**each) for each in found.pop("chain")],
            [Route(**each) for each in found.pop("route")],
            [RelayOf(**each) for each in found.pop("relay")],
            [_fault(each) for each in found.pop("fault", [])],
            **found,
        )
    except (tomllib.TOMLDecodeError, LookupError, TypeError, ValueError) as error:
        raise BadManifest(f"{path}：无法读取：{error!r} · cannot be read") from None
    check(manifest)
    return manifest


def _fault(told: dict[str, Any]) -> Fault:
    return Fault(float(told["at"]), told["on"], told["do"], float(told.get("for", 0)))


def check(manifest: Manifest) -> None:
    """Refuse what cannot be run, with a sentence."""
    names = [chain.name for chain in manifest.chains]
    for fault in manifest.faults:
        if f"{manifest.kind_of(fault.on)} {fault.do}" not in DOINGS:
            raise BadManifest(
                f"不会对“{fault.on}”做“{fault.do}”；会：{'、'.join(DOINGS)}。"
                f" Nothing called {fault.do!r} can be done to {fault.on!r}."
            )
        if fault.do == "day" and any(c.members > 1 for c in manifest.chains):
            raise BadManifest(
                "CometBFT 的时钟是本机的，只有 embedded 的链能过一天。"
                " CometBFT's clock is the machine's: a day goes by on embedded chains."
            )
    for chain in manifest.chains:
        if chain.suite not in SUITES or chain.members < 1:
            raise BadManifest(f"{chain}：套件或成员数不对。 Suite, members?")
    for route in manifest.routes:
        if len(set(route.between)) != 2 or not set(route.between) <= {*names}:
            raise BadManifest(f"{route}：须在两条链之间。 Between two chains.")
    if all(relay.lies for relay in manifest.relays):
        raise BadManifest("至少一个中继须诚实。 One relay at least is honest.")


def as_toml(manifest: Manifest) -> str:
    """A manifest as the file that describes it, to keep one that found something."""
    lines = [f"seconds = {manifest.seconds}", f"period = {manifest.period}"]
    tables = {
        "chain": manifest.chains, "route": manifest.routes, "relay": manifest.relays,
        "fault": manifest.faults,
    }  # fmt: skip
    for name, rows in tables.items():
        for row in rows:
            lines += ["", f"[[{name}]]"]
            for key, value in asdict(row).items():  # type: ignore[call-overload]
                key = "for" if key == "lasts" else key
                lines.append(f"{key} = {_written(value)}")
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_written, value))}]"
    return str(value)
