"""
What people read of one account: its acts page by page, and what it holds in books.

A page goes on from the last act that its reader sees. Where the others stand is not
told: a place on the chain would say who sent what lies there. So a search for acts of
somebody else ends after MOST_LOOKED envelopes, whether or not there are more, and goes
on from any earlier block that one names.
"""

from collections.abc import Iterator
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import Instant
from huabiao.crypto.address import parse
from huabiao.crypto.address import show as show_account
from huabiao.doors.city import City
from huabiao.doors.envelopes import TOLD, place_of, with_sight, written_place
from huabiao.doors.listing import MOST_EXPORTED, csv_head, csv_line
from huabiao.doors.problems import malformed

Json = dict[str, Any]
Viewer = bytes | None
MOST_LOOKED, CALLS_LOOKED, PAGE = 1_000, 10_000, 200


def read_account(written: str) -> bytes:
    """The account that is written in an address; Problem 422."""
    try:
        return parse(written)
    except ValueError as error:
        raise malformed(str(error), "account.malformed", "account") from None


def account(
    city: City, account: bytes, viewer: Viewer, limit: int, before: str = ""
) -> Json:
    """What is publicly known of an account, and its acts as far as they are seen, the
    newest first, those before a block or before the `next` of a page."""
    city.caught_up()
    name = city.organisation(account)
    written = show_account(account)
    acts, after = _acts(city, account, viewer, limit, place_of(before))
    return {
        "account": written,
        "organisation": name if name != written else None,
        "acts": acts,
        "next": after,
        "looked": None if viewer == account else MOST_LOOKED,
    }


def csv_of_acts(
    city: City, account: bytes, viewer: Viewer, before: str = ""
) -> Iterator[str]:
    """The same acts as CSV (RFC 4180), MOST_EXPORTED rows at most."""
    city.caught_up()
    place_of(before)
    return _csv(city, account, viewer, before)


def _csv(city: City, account: bytes, viewer: Viewer, before: str) -> Iterator[str]:
    yield csv_head(TOLD)
    given, after = 0, before
    while after is not None and given < MOST_EXPORTED:
        acts, after = _acts(city, account, viewer, PAGE, place_of(after))
        given += len(acts)
        yield "".join(csv_line([act[name] for name in TOLD]) for act in acts)


def _acts(
    city: City, account: bytes, viewer: Viewer, limit: int,
    before: tuple[int, int] | None,
) -> tuple[list[Json], str | None]:  # fmt: skip
    """Some acts that are seen; after which act they go on, None where none is known."""
    seen: list[Json] = []
    size, looked, calls = limit + 1, 0, 0
    while len(seen) <= limit and looked < MOST_LOOKED and calls < CALLS_LOOKED:
        rows = city.index.account_history(account, size, before)
        seen += rows if viewer == account else _of_those_seen(city, rows, viewer)
        if len(rows) < size:
            break
        before = rows[-1]["height"], rows[-1]["index"]
        looked, size = looked + size, PAGE
        calls += sum(row["calls"] for row in rows)
    shown = [row | {"time": Instant.show(row["time"])} for row in seen[:limit]]
    if len(seen) <= limit:
        return shown, None
    return shown, written_place(shown[-1])


def _of_those_seen(city: City, rows: list[Json], viewer: Viewer) -> list[Json]:
    return [row for row, sees in with_sight(city, rows, viewer) if sees]


# -- what it holds ----------------------------------------------------------------


def balances(city: City, account: bytes, viewer: Viewer) -> Json:
    """What stands on an account in the books of every scenario, as far as the viewer
    sees it; an account at zero is not there. Books of many things have a balance of
    each, under "of"; the first 200."""
    found = []
    for scenario, description in city.descriptions().items():
        for part, facts in description["parts"].items():
            if facts["part"] != "books":
                continue
            named = {name: facts[name] for name in ("unit", "zh", "en")}
            where = {"scenario": scenario, "part": part}
            for key, stored in _standing(city, scenario, part, facts, account):
                if city.sees_entry(description, part, key, stored, viewer):
                    balance = show_entry(description, part, stored)["balance"]
                    of = {"of": key.partition("@")[2]} if facts.get("many") else {}
                    found.append({**where, **named, **of, "balance": balance})
    return {"account": show_account(account), "balances": found}


def _standing(
    city: City, scenario: str, part: str, facts: Json, account: bytes
) -> list[tuple[str, bytes]]:
    """The entries of an account in a book: one at most, or one of each thing."""
    if facts.get("many"):
        city.caught_up()
        prefix = f"{account.hex()}@"
        return city.index.entries(scenario, part, prefix, after="", limit=200)
    stored = city.port.read(f"{scenario}/{part}/{account.hex()}")
    return [(account.hex(), stored)] if stored else []
