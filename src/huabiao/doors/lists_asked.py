"""A list as a request asks for it, the same at the API and on the pages."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.responses import StreamingResponse

from huabiao.doors.city import MOST_EXPORTS, City
from huabiao.doors.listing import (
    MOST_EXPORTED,
    MOST_FILTERS,
    Asked,
    export_csv,
    rows_in_all,
)
from huabiao.doors.problems import Problem, malformed
from huabiao.doors.registers import Sought

After = Annotated[str, Query(max_length=2_000, description="`next` of the page before")]
Before = Annotated[
    str, Query(max_length=20, description="HEIGHT, or `next` of the page before")
]
_Own = Annotated[bool, Query(description="records that this account acted on")]
_Sort = Annotated[
    str,
    Query(max_length=200, description="id, state, an indexed field; -id: from the end"),
]
_Where = Annotated[
    list[str] | None,
    Query(max_length=MOST_FILTERS, description="field=value, of an indexed field"),
]


async def which(
    state: Annotated[str, Query(max_length=200)] = "",
    where: _Where = None,
    own: _Own = False,
    sort: _Sort = "id",
) -> Asked:
    """Filter and order of a list; the scenario stands in the address."""
    return Asked("", state or None, conditions(where or []), own, sort or "id")


def conditions(where: list[str]) -> dict[str, str]:
    """field=value, each field once; Problem 422."""
    fields: dict[str, str] = {}
    for written in where:
        name, equals, value = written.partition("=")
        if not equals or name in fields or len(value) > 500:
            raise malformed(
                "条件须写作 字段=值，每个字段一次。"
                " Write a condition as field=value, each field once.",
                "list.filters",
                "where",
            )
        fields[name] = value
    return fields


CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}
"""What OpenAPI says of an address that answers with a list as a file."""

Which = Annotated[Asked, Depends(which)]


TOTAL = "x-total-count"
"""The rows of the whole list, before the first of them. RFC 9110 has no field for it:
its Content-Range is for the answer to a range; many APIs call it so."""

_Word = Annotated[str, Query(max_length=200)]
_Register = Annotated[
    str,
    Query(max_length=40, description="department, organisation, device, member, role; "
          "actor: for supervisors"),
]  # fmt: skip


async def which_accounts(
    register: _Register = "", scenario: _Word = "", role: _Word = "", q: _Word = "",
    sort: Annotated[str, Query(pattern="^-?(account)?$")] = "",
) -> Sought:  # fmt: skip
    """Which accounts of the registers; `sort` "-account" is from the last key."""
    backward = sort.startswith("-")
    return Sought(register, scenario, role.strip(), q.strip(), backward)


Standing = Annotated[Sought, Depends(which_accounts)]


def csv_answer(city: City, viewer: bytes | None, asked: Asked) -> StreamingResponse:
    """The list as a file to keep."""
    rows = export_csv(city, viewer, replace(asked, limit=MOST_EXPORTED))
    return csv_download(city, rows, asked.scenario, rows_in_all(city, asked))


def csv_download(
    city: City, rows: Iterator[str], name: str, total: int | None = None
) -> StreamingResponse:
    """Lines of CSV as a file of this name to keep, sent as they are made; `total` says
    how many rows the list has, where that is known. Problem 503 where as many exports
    are under way as a node makes at once."""
    if not city.exports.acquire(blocking=False):
        raise Problem(
            503, "export.full",
            f"已有 {MOST_EXPORTS} 个导出在进行。 {MOST_EXPORTS} exports are under way.",
            "请稍后再导出，或先筛选。 Export again in a while, or filter the list.",
        )  # fmt: skip
    lines = _let_go_after(city, rows)
    first = next(lines)  # begun, so that its end is reached however it ends
    headers = {
        "content-disposition": f'attachment; filename="{name}.csv"',
        "cache-control": "no-store",
    }
    if total is not None:
        headers[TOTAL] = str(total)
    return StreamingResponse(
        chain([first], lines), media_type="text/csv", headers=headers
    )


def _let_go_after(city: City, rows: Iterator[str]) -> Iterator[str]:
    try:
        yield from rows
    finally:
        city.exports.release()
