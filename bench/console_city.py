"""
A city of many records for bench/console.py, and the people who work in it.

Records are made by real envelopes of two hundred calls, fifty at once: some thousands
a second, most of it the ledger's own work. A city that is kept is not filled again.

The account `plant` drafted every load, and `truck` collected every second one. Sixteen
people at most stand before one account, as sessions allow: the rest of them belong to
neighbouring plants and trucks, who are strangers to these loads and see their public
part, or to bureaus, who supervise all of them.
"""

import time
from pathlib import Path
from typing import Any

import httpx

from huabiao.client.remote import Answered, Remote
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys
from huabiao.doors.sessions import MOST_PER_ACCOUNT

SCENARIO, CALLS, ENVELOPES = "hazardous_waste", 200, 50
KINDS = (None, "plant", "truck", "plant", "bureau")
"""What each of the people is, in turn; the first is signed out."""
ROLES = {"plant": "generator", "truck": "carrier", "bureau": "supervisor"}
CLERK = "clerk"
"""Whoever sits before the real browser: a generator, a carrier, and a stranger."""


def accounts(people: int) -> list[str | None]:
    """Before which account each of the people sits; None: signed out."""
    before: dict[str, int] = {}
    found: list[str | None] = []
    for number in range(people):
        kind = KINDS[number % len(KINDS)]
        if kind is None:
            found.append(None)
            continue
        number = before.get(kind, 0)
        before[kind] = number + 1
        block = number // MOST_PER_ACCOUNT
        found.append(f"{kind}-{block}" if block else kind)
    return found


def fill(city: Remote, home: Path, records: int, people: int) -> dict[str, Keys]:
    """Everybody's keys and roles, and the loads that an earlier run did not make."""
    names = dict.fromkeys([*ROLES, *filter(None, accounts(people)), CLERK])
    crowd = {
        name: open_identity(home, name, city.suite_name, make=True) for name in names
    }
    _grant(city, home, crowd)
    wait_for_index(city)
    for start in range(records_in(city), records, CALLS * ENVELOPES):
        ids = [
            f"load-{n}" for n in range(start, min(start + CALLS * ENVELOPES, records))
        ]
        _post(city, crowd["plant"], [
            call(SCENARIO, "draft", id_, waste_code="900-041-49", declared=1000)
            for id_ in ids
        ])  # fmt: skip
        _post(city, crowd["truck"], [
            call(SCENARIO, "collect", id_, weighed=1000) for id_ in ids[::2]
        ])  # fmt: skip
    wait_for_index(city)
    return crowd


def _grant(city: Remote, home: Path, crowd: dict[str, Keys]) -> None:
    held = [
        (keys, ROLES[kind]) for name, keys in crowd.items()
        if (kind := name.partition("-")[0]) in ROLES
    ]  # fmt: skip
    held += [(crowd[CLERK], role) for role in ("generator", "carrier")]
    operator = open_identity(home, "operator", city.suite_name)
    outcome = city.send(
        operator,
        *(call("governance", "grant_role", "bench", scenario=SCENARIO, role=role,
               account=keys.account) for keys, role in held),
    )  # fmt: skip
    assert outcome.accepted, outcome


def records_in(city: Remote) -> int:
    """How many loads of `fill` there are: the acts of an earlier run have other ids."""
    first, beyond = 0, 1
    while _has_load(city, beyond - 1):
        first, beyond = beyond, 2 * beyond
    while beyond - first > 1:
        middle = (first + beyond) // 2
        if _has_load(city, middle - 1):
            first = middle
        else:
            beyond = middle
    return first


def _has_load(city: Remote, number: int) -> bool:
    try:
        city.get(f"/api/scenarios/{SCENARIO}/records/load-{number}")
    except Answered as answer:
        if answer.status != 404:
            raise
        return False
    return True


def sign_in(city: Remote, keys: Keys) -> dict[str, str]:
    """The cookie of a session of its own, as the page /me gives it for a token."""
    token = {"token": city.token(keys)["token"]}
    answer = httpx.post(city.url + "/me", data=token, timeout=60, verify=False)
    return dict(answer.cookies)


def wait_for_index(city: Remote) -> None:
    """Until the read model has followed to the newest block."""
    while b"\nhuabiao_index_lag_blocks 0\n" not in city.octets("/api/metrics"):
        time.sleep(0.2)


def _post(city: Remote, keys: Keys, calls: list[Any]) -> None:
    """Many calls, CALLS an envelope; each must be accepted."""
    envelopes = [
        sign_envelope(city.chain, keys, calls[start : start + CALLS])
        for start in range(0, len(calls), CALLS)
    ]
    for outcome in city.submit(envelopes):
        assert outcome.accepted, outcome
