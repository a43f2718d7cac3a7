"""
Lists of records: filtered by state, actor and indexed fields, sorted, page by page.

    sort = "id" | "state" | an indexed field; with "-" before it from the end

A page ends with a cursor, the place of its last record in the order of the list; the
next page begins after it, whatever was written meanwhile (keyset pagination).
"""

from dataclasses import dataclass, field
from typing import Any

from huabiao.services.index.database import Connection
from huabiao.services.index.layouts import Layouts, column_value
from huabiao.services.index.questions import bounded, height_of
from huabiao.services.index.tables import ACTOR, list_of

LONGEST_CURSOR = 2_000


class NotIndexed(ValueError):
    """Records cannot be looked up by this field; the sentence says what to declare."""


class BadCursor(ValueError):
    """The cursor is none of this list; the sentence says where to have one from."""


@dataclass(frozen=True)
class Wanted:
    """Which records, and in which order; `fields` are stored values by field name."""

    state: str | None = None
    sender: bytes | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    sort: str = "id"
    after: str = ""
    limit: int = 50


@dataclass
class _Statement:
    """A statement in the making: what is joined, the terms, their arguments."""

    order: tuple[str, ...]
    tables: list[str]
    terms: list[str]
    arguments: list[Any]


def records(
    connection: Connection, layouts: Layouts, contract: str, wanted: Wanted
) -> list[dict[str, Any]]:
    """Main records as `Index.records` gives them; NotIndexed, BadCursor."""
    if not layouts.documents:
        return []  # before the first block nothing is described, and nothing is there
    name, descending = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    for each in [*wanted.fields, *({name} - {"id", "state"})]:
        check_indexed(layouts, contract, each)
    made = _ordered(contract, name)
    for number, (each, value) in enumerate(_looked_up(wanted)):
        one = f"f{number}"
        made.tables.append(f"fields {one}")
        made.terms += [f"{one}.list = ?", f"{one}.value = ?",
                       f"{one}.id = {made.order[-1]}"]  # fmt: skip
        made.arguments += [list_of(contract, each), value]
        if number:  # said, because a database does not see it through `records`
            made.terms.append(f"{one}.id = f0.id")
    if name == "id" and len(made.tables) > 1:
        _walk_along_the_first(made, wanted.after, descending)
    if wanted.state is not None:
        made.terms.append("r.state = ?")
        made.arguments.append(wanted.state)
    _begin_after(made, name, wanted.after, descending)
    rows = connection.execute(_select(made, descending),
                              (*made.arguments, bounded(wanted.limit)))  # fmt: skip
    return [
        {"id": id_, "state": state, "revision": revision, "height": height_of(step),
         "time": time or 0, "value": stored, "cursor": _cursor(name, place, id_)}
        for id_, state, revision, step, time, stored, place in rows.fetchall()
    ]  # fmt: skip


def _looked_up(wanted: Wanted) -> list[tuple[str, bytes]]:
    given = [(name, column_value(value)) for name, value in wanted.fields.items()]
    return given + ([] if wanted.sender is None else [(ACTOR, wanted.sender)])


def _ordered(contract: str, name: str) -> _Statement:
    """The walk through all records in an order: along records, or along a field."""
    if name in ("id", "state"):
        order = ("r.id",) if name == "id" else ("r.state", "r.id")
        return _Statement(order, ["records r"], ["r.contract = ?"], [contract])
    terms = ["s.list = ?", "r.contract = ?", "r.id = s.id"]
    tables, listed = ["fields s", "records r"], list_of(contract, name)
    return _Statement(("s.value", "s.id"), tables, terms, [listed, contract])


def _walk_along_the_first(made: _Statement, after: str, descending: bool) -> None:
    """Where a field is looked up, its rows are in the order of ids already: walk along
    them, and look into `records` for these only."""
    made.tables.append(made.tables.pop(0))
    made.order = ("f0.id",)
    if after:
        made.terms.append(f"f0.id {'<' if descending else '>'} ?")
        made.arguments.append(after)


def _begin_after(made: _Statement, name: str, after: str, descending: bool) -> None:
    if not after:
        return
    if len(after) > LONGEST_CURSOR:
        raise _bad_cursor()
    compare = "<" if descending else ">"
    if name == "id":
        made.terms.append(f"r.id {compare} ?")
        made.arguments.append(after)
        return
    place, found, id_ = after.partition("~")
    if not found:
        raise _bad_cursor()
    try:
        made.arguments += [place if name == "state" else bytes.fromhex(place), id_]
    except ValueError:
        raise _bad_cursor() from None
    made.terms.append(f"({', '.join(made.order)}) {compare} (?, ?)")


def _select(made: _Statement, descending: bool) -> str:
    # CROSS JOIN keeps SQLite to this order: rows come sorted, and no more are read.
    sources = " CROSS JOIN ".join([*made.tables, "versions v"])
    order = ", ".join(each + " DESC" * descending for each in made.order)
    return (
        f"SELECT r.id, r.state, r.revision, v.step, b.time, v.value, {made.order[0]}"
        f" FROM {sources} LEFT JOIN blocks b ON b.height = v.step >> 30"
        f" WHERE {' AND '.join(made.terms)} AND v.version = r.version"
        f" ORDER BY {order} LIMIT ?"
    )


def _cursor(name: str, place: Any, id_: str) -> str:
    if name == "id":
        return id_
    return f"{place if name == 'state' else place.hex()}~{id_}"


def _bad_cursor() -> BadCursor:
    return BadCursor(
        "续页标记不是此列表的；请取上一页的 next。"
        " This is no cursor of this list: take `next` of the page before."
    )


def check_indexed(layouts: Layouts, contract: str, field: str) -> None:
    """Raise NotIndexed unless a scenario declares the field in its indexes."""
    names = [name for name, *_ in layouts.plans.get(contract, ())]
    if field not in names:
        raise NotIndexed(
            f"{contract} 没有按 {field[:80]} 建索引，可用：{'、'.join(names) or '无'}；"
            f"须在场景的 indexes 中声明。"
            f" {contract} is not indexed by {field[:80]!r}; indexed are:"
            f" {', '.join(names) or 'none'}. Declare it in the scenario's indexes."
        )
