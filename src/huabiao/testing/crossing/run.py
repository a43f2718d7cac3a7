"""A manifest from start to report: chains, relays, people, faults, and the laws."""

import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from huabiao.client.remote import Remote
from huabiao.codec import decode
from huabiao.testing.crossing.faults import Faults
from huabiao.testing.crossing.governing import Office
from huabiao.testing.crossing.laws import check_all
from huabiao.testing.crossing.load import HELD, Sender, coin
from huabiao.testing.crossing.manifest import Manifest
from huabiao.testing.crossing.places import Places, clock_of
from huabiao.testing.crossing.program import Clock
from huabiao.testing.network.checks import Broken

SETTLE_S, LOOK_S = 300.0, 1.0
PAUSE_S = 0.6
Say = Callable[[str], None]


def run(manifest: Manifest, folder: Path, say: Say = print) -> dict[str, Any]:
    """Raise Broken where a promise does not hold; else figures."""
    probe = resources.files("huabiao.testing.network").joinpath("probe.py")
    clock, path = clock_of(folder)
    places = Places(manifest, folder, [probe.read_text("utf-8")], path)
    try:
        offices = open_offices(manifest, places, clock)
        for name in places.relays.homes:
            places.relays.start(name)
        places.relays.wait_until_linked(2 * len(manifest.routes))
        senders = start_senders(manifest, places, offices, clock)
        play(manifest, Faults(manifest, places, offices, clock), say)
        for sender in senders:
            sender.stop.set()
        for sender in senders:
            sender.thread.join(60)
        say("  everything is mended, nobody sends any more")
        recovered = settle(manifest, places, offices, say)
    finally:
        places.close()
    homes = {name: part.homes for name, part in places.chains.items()}
    acts = {name: senders_acts(senders, name) for name in homes}
    told = sum(act.outcome is not None for each in acts.values() for act in each)
    return {**check_all(homes, acts), "told": told, "recovered": recovered}


def senders_acts(senders: list[Sender], chain: str) -> list[Any]:
    return [act for each in senders if each.chain == chain for act in each.acts]


def open_offices(manifest: Manifest, places: Places, clock: Clock) -> dict[str, Office]:
    """Start every chain; connect those that a route is between."""
    offices = {}
    for chain in manifest.chains:
        part = places.chains[chain.name]
        part.start_all()
        office = Office(chain, part.homes, part.url("org-1"), clock)
        office.grant("routes", "guard")
        office.grant("transfers", "issuer")
        offices[chain.name] = office
    for route in manifest.routes:
        for here, there in _both_ways(route.between):
            offices[here].connect(offices[there], route, manifest.period)
    return offices


def _both_ways(between: Any) -> Iterator[tuple[str, str]]:
    one, other = between
    yield one, other
    yield other, one


def start_senders(
    manifest: Manifest, places: Places, offices: dict[str, Office], clock: Clock
) -> list[Sender]:
    """One person on each chain, who holds some of its coin."""
    senders = []
    for number, chain in enumerate(manifest.chains):
        part = places.chains[chain.name]
        urls = [part.url(name) for name in part.homes]
        sender = Sender(number, chain.name, chain.suite, urls, PAUSE_S, now=clock.now)
        offices[chain.name].issue(coin(chain.name), [sender.keys.account], HELD)
        senders.append(sender)
    accounts = {each.chain: [each.keys.account] for each in senders}
    for sender in senders:
        sender.reached = {
            there: accounts[there]
            for route in manifest.routes
            for here, there in _both_ways(route.between)
            if here == sender.chain
        }
        sender.thread.start()
    return senders


def play(manifest: Manifest, faults: Faults, say: Say) -> None:
    """Do each fault at its time and undo it at its time; then let people send on."""
    started = time.monotonic()
    due: list[tuple[float, str, Callable[[], Any]]] = []
    for fault in manifest.faults:
        # What is done gives what undoes it, which is due later.
        def do(fault: Any = fault) -> None:
            undo = faults.hurt(fault)
            done = time.monotonic() - started
            due.append((done + fault.lasts, f"{fault.on}: …mended", undo))

        due.append((fault.at, f"{fault.on}: {fault.do}", do))
    while due:
        at, line, act = min(due, key=lambda each: each[0])
        due.remove((at, line, act))
        time.sleep(max(0.0, started + at - time.monotonic()))
        say(f"  {time.monotonic() - started:5.1f} s  {line}")
        act()
    time.sleep(max(0.0, started + manifest.seconds - time.monotonic()))


def settle(
    manifest: Manifest, places: Places, offices: dict[str, Office], say: Say
) -> list[str]:
    """Until nothing is under way on any chain; the administrators recover clients that
    have expired. Gives which."""
    started, recovered = time.monotonic(), list[str]()
    for part in places.chains.values():
        for name in part.homes:
            part.wait_until_serving(name)
    while time.monotonic() < started + SETTLE_S:
        for route in manifest.routes:
            for here, there in _both_ways(route.between):
                if offices[here].recovered(offices[there]):
                    recovered.append(f"{here} → {there}")
        left = {chain: under_way(places, chain) for chain in places.chains}
        if not any(left.values()):
            say(f"  all ended after {time.monotonic() - started:.0f} s")
            return recovered
        time.sleep(LOOK_S)
    raise Broken(f"still under way: {left}; {said_by_relays(places)}")


def under_way(places: Places, chain: str) -> list[str]:
    """Packets of a chain that have not ended, as the slowest of its nodes knows."""
    part, found = places.chains[chain], set[str]()
    routes = [each for each in places.chains if each != chain]
    for name in part.homes:
        with Remote(part.url(name)) as city:
            flows = city.state_proofs(
                {f"packets/flows/{route}": "value" for route in routes}
            )
            for route, flow in zip(routes, flows.entries, strict=True):
                last = decode(flow.value)[0] if flow.value else 1
                keys = [f"packets/sent/{route}.{n}" for n in range(1, last)]
                for start in range(0, len(keys), 500):
                    asked = keys[start : start + 500]
                    entries = city.state_proofs(dict.fromkeys(asked, "value")).entries
                    held = zip(asked, entries, strict=True)
                    found |= {key for key, entry in held if entry.value is not None}
    return sorted(found)


def said_by_relays(places: Places) -> str:
    """The end of what each relay told."""
    homes = places.relays.homes.items()
    return "\n".join(
        f"{name}: …{(home / 'node.log').read_text('utf-8')[-2_000:]}"
        for name, home in homes
    )
