"""
The explorer's list of accounts: who stands in a register of this chain, and as what.

    department     listed by governance
    organisation   registered under its credit code
    device         enrolled by an organisation
    member         holds a seat among those that sign headers
    role           holds a role of a contract
    actor          acted on a record of a contract

The first five are what registers say that everybody may read. The last is for those
alone who supervise the contract: whoever once acted may be a person, and a list of
those says who exists. So is the newest act of an account, for who supervises the city.

A register is walked in the order of its keys, page by page; nothing is counted and no
records are looked through, however many there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from huabiao.codec import Instant
from huabiao.crypto.address import parse
from huabiao.doors.city import City
from huabiao.doors.listing import MOST_EXPORTED, csv_head, csv_line
from huabiao.doors.problems import Problem, malformed, sign_in
from huabiao.doors.registers import REGISTERS, Json, Sought, Viewer, by_name
from huabiao.doors.visibility import CITY, SUPERVISOR

COLUMNS = ("account", "name", "register", "zh", "en", "since", "until", "stands")


@dataclass(frozen=True)
class Page:
    """Where a page of the list begins, and how long it is."""

    after: str = ""
    limit: int = 50


def standings(city: City, viewer: Viewer, sought: Sought, page: Page) -> Json:
    """{"accounts", "next"}: one row for each thing that an account stands as; `next`
    continues as `after`. Problem 401, 403, 422."""
    _check(city, viewer, sought)
    city.caught_up()
    if sought.words:
        found = [("", row) for row in by_name(city, sought.words, page.limit)]
    else:
        walked = _walk(city, viewer, sought, page.after)
        found = list(islice(walked, page.limit + 1))
    rows = [row for _, row in found[: page.limit]]
    if viewer is not None and city.port.holds_role(CITY, SUPERVISOR, viewer):
        rows = [row | {"last": _last_act(city, row["account"])} for row in rows]
    more = len(found) > page.limit
    return {"accounts": rows, "next": found[page.limit - 1][0] if more else None}


def csv_of_standings(city: City, viewer: Viewer, sought: Sought) -> Iterator[str]:
    """The same as CSV (RFC 4180), MOST_EXPORTED rows at most."""
    _check(city, viewer, sought)
    city.caught_up()
    return _csv(city, viewer, sought)


def _csv(city: City, viewer: Viewer, sought: Sought) -> Iterator[str]:
    yield csv_head(COLUMNS)
    if sought.words:
        rows = iter(by_name(city, sought.words, MOST_EXPORTED))
    else:
        rows = (row for _, row in _walk(city, viewer, sought, ""))
    for row in islice(rows, MOST_EXPORTED):
        yield csv_line([_cell(row[name]) for name in COLUMNS])


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _check(city: City, viewer: Viewer, sought: Sought) -> None:
    if sought.register and sought.register not in REGISTERS:
        raise malformed(
            f"没有“{sought.register[:40]}”这种登记，有：{'、'.join(REGISTERS)}。"
            f" There is no register {sought.register[:40]!r}; there are:"
            f" {', '.join(REGISTERS)}.",
            "accounts.register", "register",
        )  # fmt: skip
    if sought.scenario not in ("", CITY):
        city.description(sought.scenario)
    elif sought.role and not sought.scenario:
        raise malformed(
            "指定角色须同时指定场景。 Name the scenario of the role.",
            "accounts.role", "scenario",
        )  # fmt: skip
    if sought.register == "actor" and not sought.supervised(city, viewer):
        raise _kept_from(viewer)


def _kept_from(viewer: Viewer) -> Problem:
    if viewer is None:
        return sign_in(
            "谁办过事只给监管方看。 Who acted is shown to those who supervise."
        )
    return Problem(
        403, "accounts.supervisor",
        "谁办过事只给监管方看。 Who acted is shown to those who supervise.",
        "监管角色 supervisor 由牵头单位或管理员授予。"
        " The lead unit or an administrator grants the role supervisor.",
    )  # fmt: skip


def _walk(
    city: City, viewer: Viewer, sought: Sought, after: str
) -> Iterator[tuple[str, Json]]:
    """Register after register, each row with the cursor of its place."""
    names = sought.registers()
    begun, _, key = after.partition("~")
    if after and begun not in names:
        raise malformed(
            "续页标记不是此列表的；请取上一页的 next。"
            " This is no cursor of this list: take `next` of the page before.",
            "list.cursor", "after",
        )  # fmt: skip
    for name in names[names.index(begun) if after else 0 :]:
        for place, row in REGISTERS[name](city, viewer, sought, key):
            yield f"{name}~{place}", {"register": name, **row}
        key = ""


def _last_act(city: City, account: str) -> Json | None:
    """The newest envelope of an account, accepted or not."""
    acts = city.index.account_history(parse(account), limit=1)
    if not acts:
        return None
    (act,) = acts
    told = {name: act[name] for name in ("envelope", "height")}
    return {**told, "time": Instant.show(act["time"])}
