"""What is done to chains, nodes, relays, ways and routes, and how it is undone."""

import signal
from collections.abc import Callable

from huabiao.testing.crossing.governing import Office
from huabiao.testing.crossing.manifest import Fault, Manifest
from huabiao.testing.crossing.places import Places
from huabiao.testing.crossing.program import Clock
from huabiao.testing.network.nodes import Nodes

SLOW_S = 0.3
DAY_MS = 86_400_000
Undo = Callable[[], None]


class Faults:
    """The faults of a manifest on what runs."""

    def __init__(
        self, manifest: Manifest, places: Places, offices: dict[str, Office],
        clock: Clock,
    ) -> None:  # fmt: skip
        self._manifest, self._places = manifest, places
        self._offices, self._clock = offices, clock

    def hurt(self, fault: Fault) -> Undo:
        """Do what a fault says; gives what undoes it."""
        kind = self._manifest.kind_of(fault.on)
        if kind in ("node", "relay"):
            return self._process(fault.on, fault.do)
        if kind == "way":
            return self._way(*fault.on.split(">"), fault.do)
        if kind == "route":
            return self._stop(*fault.on.split("="))
        if fault.do == "members":
            self._open(fault.on).change_members()
            return lambda: None
        return self._away(fault.on, fault.do == "day")

    def _process(self, on: str, do: str) -> Undo:
        part, name = self._places.of(on)
        if do == "cut":
            return self._alone(on)
        if name not in part.running:
            return lambda: None  # another fault has it
        if do == "pause":
            part.send(name, signal.SIGSTOP)
            return lambda: part.send(name, signal.SIGCONT)
        part.kill(name)
        return lambda: part.start(name)

    def _alone(self, node: str) -> Undo:
        """A member whom neither the others nor a relay reach."""
        part, name = self._places.of(node)
        relays = self._places.relays.wires
        relays.cut(node)
        if isinstance(part, Nodes):
            part.wires.cut(name)

        def mend() -> None:
            relays.mend(node)
            if isinstance(part, Nodes):
                part.wires.mend(name)

        return mend

    def _way(self, relay: str, chain: str, do: str) -> Undo:
        wires, nodes = self._places.relays.wires, self._places.nodes(chain)
        for node in nodes:
            if do == "cut":
                wires.cut(relay, node)
            else:
                wires.slow(SLOW_S, relay, node)

        def mend() -> None:
            for node in nodes:
                wires.mend(relay, node)
                wires.slow(0.0, relay, node)

        return mend

    def _open(self, chain: str) -> Office:
        """A chain's administrator, when its door is open again."""
        self._places.chains[chain].wait_until_serving("org-1")
        return self._offices[chain]

    def _stop(self, one: str, other: str) -> Undo:
        ends = (one, other), (other, one)
        for here, route in ends:
            self._open(here).pause(route)

        def resume() -> None:
            for here, route in ends:
                self._open(here).resume(route)

        return resume

    def _away(self, chain: str, a_day: bool) -> Undo:
        wires, nodes = self._places.relays.wires, self._places.nodes(chain)
        for node in nodes:
            wires.cut(node)
        if a_day:
            self._clock.set_ahead(self._clock.ahead + DAY_MS)

        def mend() -> None:
            for node in nodes:
                wires.mend(node)

        return mend
