"""Random manifests: chains, routes, relays and faults from a seed, always the same."""

import random
from itertools import combinations

from huabiao.testing.crossing.manifest import Chain, Fault, Manifest, RelayOf, Route

NAMES = ("beijing", "haidian", "tianjin")
SUITES = ("intl", "sm")
SHORT_S, HALF_DAY, TWO_DAYS = 60, 43_200, 172_800
FIRST_S, LAST_S = 5.0, 6.0
BY_PEOPLE = ("members", "stop")
"""What administrators do by the chain's own doors, which are open then."""


def random_manifest(seed: int) -> Manifest:
    """
    Three chains, at most one of them on CometBFT; at least one relay is honest.

    No more of a chain's nodes are hurt at once than it bears (one of four), or its only
    one, which comes back: so everything that was sent must end.
    """
    chance = random.Random(seed)
    mixed = chance.random() < 0.7
    engines = chance.sample([4, 1, 1] if mixed else [1, 1, 1], 3)
    chains = [
        Chain(name, chance.choice(SUITES), engines[n]) for n, name in enumerate(NAMES)
    ]
    pairs = [*combinations(NAMES, 2)]
    routes = [
        Route(pair, chance.random() < 0.4)
        for pair in chance.sample(pairs, chance.choice((2, 3)))
    ]
    relays = [RelayOf("one")]
    second = chance.choice(("none", "honest", "lying"))
    if second != "none":
        lies = chance.randint(1, 999) if second == "lying" else 0
        relays.append(RelayOf("two", lies))
    expires = chance.random() < 0.4
    period = (SHORT_S if mixed else HALF_DAY) if expires else TWO_DAYS
    faults = _faults(chance, Manifest(chains, routes, relays), expires, mixed)
    seconds = round(max(f.at + f.lasts for f in faults) + LAST_S, 1)
    return Manifest(chains, routes, relays, faults, seconds, period)


def _faults(
    chance: random.Random, laid: Manifest, expires: bool, mixed: bool
) -> list[Fault]:
    """Some of each kind, one after the other or two at a time, and what is drawn for
    the whole: a day, or an expiry."""
    targets = {
        "node": [node for chain in laid.chains for node in chain.nodes],
        "relay": [relay.name for relay in laid.relays],
        "way": [f"{r.name}>{c.name}" for r in laid.relays for c in laid.chains],
        "route": [route.name for route in laid.routes],
        "chain": [chain.name for chain in laid.chains],
    }
    doings = [
        ("node", "kill"), ("node", "pause"), ("relay", "kill"), ("relay", "pause"),
        ("way", "cut"), ("way", "slow"), ("route", "stop"), ("chain", "away"),
        ("chain", "members"), *([("node", "cut")] if mixed else []),
    ]  # fmt: skip
    faults, at = [], FIRST_S
    for kind, do in chance.sample(doings, chance.randint(3, 5)):
        lasts = 0.0 if do == "members" else round(chance.uniform(3, 9), 1)
        on = chance.choice(targets[kind])
        if do in BY_PEOPLE and faults:
            at = max(at, *(fault.at + fault.lasts + 1 for fault in faults))
        faults.append(Fault(round(at, 1), on, do, lasts))
        overlap = 1.0 if do in BY_PEOPLE else chance.choice((0.5, 1.0))
        at += overlap * (lasts + chance.uniform(3, 6))
    if not mixed:
        faults.append(Fault(round(at, 1), chance.choice(NAMES), "day", 6.0))
    elif expires:
        lasts = SHORT_S + 10.0
        faults.append(Fault(round(at, 1), chance.choice(NAMES), "away", lasts))
    return faults
