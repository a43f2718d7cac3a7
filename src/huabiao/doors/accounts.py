"""
What people read of one account: its acts page by page, and what it holds in books.

A page goes on from the last act that its reader sees. Where the others stand is not
told: a place on the chain would say who sent what lies there. So a search for acts of
somebody else ends after MOST_LOOKED envelopes, whether or not there are more, and goes
on from any earlier block that one names.
"""

import re
from collections.abc import Iterator
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import Instant
from huabiao.crypto.address import parse
from huabiao.crypto.address import show as show_account
from huabiao.doors.city import City
from huabiao.doors.listing import BYTE_ORDER_MARK, MOST_EXPORTED, csv_line
from huabiao.doors.problems import malformed
from huabiao.doors.reading import sees_calls
from huabiao.services.index import LONGEST_NAME

Json = dict[str, Any]
Viewer = bytes | None
MOST_LOOKED, CALLS_LOOKED, PAGE = 1_000, 10_000, 200
CURSOR = r"[0-9]{1,10}(-[0-9]{1,7})?"
COLUMNS = (
    "height",
    "time",
    "envelope",
    "contract",
    "operation",
    "key",
    "calls",
    "code",
)


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
    return _csv(city, account, viewer, before, place_of(before))


def _csv(
    city: City, account: bytes, viewer: Viewer, before: str, place: Any
) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_line(list(COLUMNS))
    given, after = 0, before
    while after is not None and given < MOST_EXPORTED:
        acts, after = _acts(city, account, viewer, PAGE, place_of(after))
        given += len(acts)
        yield "".join(csv_line([act[name] for name in COLUMNS]) for act in acts)


def place_of(written: str) -> tuple[int, int] | None:
    """The place before which acts are, HEIGHT or HEIGHT-INDEX; Problem 422."""
    if not written:
        return None
    if not re.fullmatch(CURSOR, written):
        raise malformed(
            "“之前”须为区块高度，或上一页的 next。"
            " `before` is the height of a block, or `next` of the page before.",
            "account.cursor", "before",
        )  # fmt: skip
    height, _, index = written.partition("-")
    return int(height), int(index or 0)


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
    return shown, f"{shown[-1]['height']}-{shown[-1]['index']}"


def _of_those_seen(city: City, rows: list[Json], viewer: Viewer) -> list[Json]:
    calls = city.index.calls_of([(row["height"], row["index"]) for row in rows])
    pairs = zip(rows, calls, strict=True)
    return [row for row, about in pairs if _sees_act(city, row, about, viewer)]


def _sees_act(
    city: City, row: Json, calls: list[tuple[str, str]], viewer: Viewer
) -> bool:
    """Whether all of an envelope's calls are seen. The read model cuts keys that are
    longer than any that is accepted: what was refused with one is nobody else's."""
    cut = row["code"] != "ok" and any(len(key) >= LONGEST_NAME for _, key in calls)
    return bool(calls) and not cut and sees_calls(city, calls, viewer)


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
