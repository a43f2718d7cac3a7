"""
Lists of a scenario's records: which, in which order, as JSON pages and as CSV.

What is not public cannot be found out by asking for it either: a list by a field that a
viewer may not see in every record is refused, unless it is of records that he acted on
or where the field is his own account.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from huabiao.client.described import parse_field
from huabiao.client.labels import called, record_fields
from huabiao.crypto.address import parse as parse_account
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, malformed, sign_in
from huabiao.doors.visibility import is_supervisor
from huabiao.services.index import BadCursor, NotIndexed, Wanted

Json = dict[str, Any]
Viewer = bytes | None
PAGE, MOST_EXPORTED, MOST_FILTERS = 500, 100_000, 8

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets read Chinese text in the wrong character set."""


@dataclass(frozen=True)
class Asked:
    """A list as somebody asks for it; `where` are values as people write them."""

    scenario: str
    state: str | None = None
    where: dict[str, str] = field(default_factory=dict)
    own: bool = False
    sort: str = "id"
    after: str = ""
    limit: int = 50


def list_records(city: City, viewer: Viewer, asked: Asked) -> Json:
    """One page of records as the viewer sees them; `next` continues as `after`."""
    description = city.description(asked.scenario)
    city.caught_up()
    one_more = replace(asked, limit=asked.limit + 1)
    found = _rows(city, viewer, one_more, description)
    rows = found[: asked.limit]
    return {
        "scenario": asked.scenario,
        "counts": city.index.counts(asked.scenario),
        "records": _seen(city, description, rows, viewer),
        "next": rows[-1]["cursor"] if len(found) > asked.limit else None,
    }


def export_csv(city: City, viewer: Viewer, asked: Asked) -> Iterator[str]:
    """The same list as CSV (RFC 4180), page by page, MOST_EXPORTED rows at most. What
    is refused is refused before the first line."""
    description = city.description(asked.scenario)
    city.caught_up()
    page = replace(asked, limit=min(PAGE, asked.limit))
    first = _rows(city, viewer, page, description)
    names = list(record_fields(description))
    return _csv(city, viewer, page, asked.limit, description, names, first)


def rows_in_all(city: City, asked: Asked) -> int | None:
    """How many records a list has, where that is known without going through them: of
    all, or of one state."""
    if asked.own or asked.where:
        return None
    counts = city.index.counts(asked.scenario)
    return sum(counts.values()) if asked.state is None else counts.get(asked.state, 0)


def _csv(
    city: City, viewer: Viewer, page: Asked, most: int, description: Json,
    names: list[str], rows: list[Json],
) -> Iterator[str]:  # fmt: skip
    yield csv_head(["id", "state", "revision", *names])
    given = 0
    while rows:
        for seen in _seen(city, description, rows[: most - given], viewer):
            cells = [seen["fields"].get(name) for name in names]
            yield csv_line([seen["id"], seen["state"], seen["revision"], *cells])
        given += len(rows)
        if len(rows) < page.limit or given >= most:
            return
        page = replace(page, after=rows[-1]["cursor"])
        rows = _rows(city, viewer, page, description)


def _seen(
    city: City, description: Json, rows: list[Json], viewer: Viewer
) -> list[Json]:
    records = {row["id"]: row["value"] for row in rows}
    sights = city.sights(description, records, viewer)
    return [
        city.shown(description, id_, stored, sight)
        for (id_, stored), sight in zip(records.items(), sights, strict=True)
    ]


def csv_head(names: Iterable[str]) -> str:
    """The first line of a file: names, after the mark that says UTF-8."""
    return BYTE_ORDER_MARK + csv_line(list(names))


def csv_line(cells: list[Any]) -> str:
    """Cells as a line of CSV, safe in a spreadsheet."""
    written = io.StringIO()
    csv.writer(written).writerow([cell(each) for each in cells])
    return written.getvalue()


def cell(value: Any) -> Any:
    """A value in a spreadsheet: numbers stay numbers, text never becomes a formula."""
    if value is None or isinstance(value, int):
        return "" if value is None else value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text if text.lstrip(" ").startswith(FORMULA) else text


def _rows(
    city: City, viewer: Viewer, asked: Asked, description: Json
) -> list[dict[str, Any]]:
    wanted = _wanted(city, viewer, asked, description)
    try:
        return city.index.records(asked.scenario, wanted)
    except NotIndexed as error:
        raise malformed(str(error), "list.unindexed", "sort") from None
    except BadCursor as error:
        raise malformed(str(error), "list.cursor", "after") from None


def _wanted(city: City, viewer: Viewer, asked: Asked, description: Json) -> Wanted:
    """What the read model is asked; Problem where the viewer may not ask it."""
    if asked.own and viewer is None:
        raise sign_in()
    if len(asked.where) > MOST_FILTERS:
        raise malformed(
            f"至多 {MOST_FILTERS} 个条件。 At most {MOST_FILTERS} conditions.",
            "list.filters", "where",
        )  # fmt: skip
    unindexed = [name for name in asked.where if name not in description["indexes"]]
    if unindexed:
        fields = record_fields(description)
        named = [called(name, fields[name]) for name in description["indexes"]]
        known = ", ".join(description["indexes"]) or "—"
        raise malformed(
            f"不能按 {unindexed[0][:80]} 筛选，可用：{'、'.join(named) or '—'}。"
            f" {unindexed[0][:80]!r} is no field to filter by; there are: {known}.",
            "list.unindexed", "where",
        )  # fmt: skip
    sort = asked.sort.removeprefix("-")
    named = [*asked.where, *({sort} - {"id", "state"} & set(description["indexes"]))]
    for name in named:
        if not _may_ask(city, viewer, asked, description, name):
            raise _not_to_be_asked(description, viewer, name)
    fields = {
        name: parse_field(description, name, written)
        for name, written in asked.where.items()
    }
    sender = viewer if asked.own else None
    return Wanted(asked.state, sender, fields, asked.sort, asked.after, asked.limit)


def _may_ask(
    city: City, viewer: Viewer, asked: Asked, description: Json, name: str
) -> bool:
    """Whether what is found says no more of a field than the viewer sees."""
    if description["visible"] == "public" or name in description["public"]:
        return True
    if viewer is None:
        return False
    if is_supervisor(description, viewer, city.port):
        return True
    if description["visible"] == "supervision":
        return False
    return asked.own or any(
        _is_party(description, each) and _is_account(written, viewer)
        for each, written in asked.where.items()
    )


def _is_party(description: Json, name: str) -> bool:
    facts = record_fields(description)[name]
    return facts["widget"] == "party" or "[Party]" in facts["kind"]


def _is_account(written: str, account: bytes) -> bool:
    try:
        return parse_account(written) == account
    except ValueError:
        return False


def _not_to_be_asked(description: Json, viewer: Viewer, name: str) -> Problem:
    told = called(name, record_fields(description).get(name))
    if viewer is None:
        return sign_in(
            f"{told}不公开，不能按它列出。 {name} is not public: no list by it."
        )
    return Problem(
        403, "list.private",
        f"{told}不公开，不能按它列出所有人的记录。"
        f" {name} is not public: no list of everybody's records by it.",
        "只列自己经办的（own），或按自己的账户筛选。"
        " Ask for your own records (own), or filter by your own account.", "sort",
    )  # fmt: skip
