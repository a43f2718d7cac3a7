"""share: ask for data, grant it, fetch it encrypted, and see who used one's own."""

import json
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

DAY_MS = 86_400_000
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "prefix")

_COLUMN = click.option("-c", "--column", "columns", multiple=True, help="字段 · column")
_WHERE = click.option(
    "-w",
    "--where",
    multiple=True,
    help="行条件 字段:运算:值 · COLUMN:OPERATOR:VALUE[,…]",
)
_DAYS = click.option("--days", type=click.IntRange(1, 1096), help="期限（天）· days")
_RATE = click.option("--rate", type=click.IntRange(1), help="每分钟次数 · a minute")
_ROWS = click.option("--rows", type=click.IntRange(1), help="每次行数 · rows a request")


@click.group()
def share() -> None:
    """政务数据共享。 Ask for data, grant it, fetch it, see its uses."""


def conditions_of(where: tuple[str, ...]) -> list[dict[str, Any]]:
    """Row filters from COLUMN:OPERATOR:VALUE; `in` takes several, with commas."""
    found = []
    for each in where:
        column, _, rest = each.partition(":")
        operator, colon, value = rest.partition(":")
        if not colon or operator not in OPERATORS:
            raise ValueError(
                f"条件“{each}”须写作 字段:运算:值，运算为 {'、'.join(OPERATORS)}。"
                f" Write {each!r} as COLUMN:OPERATOR:VALUE."
            )
        values = value.split(",") if operator == "in" else [value]
        found.append({"column": column, "operator": operator, "values": values})
    return found


def _columns(given: tuple[str, ...]) -> list[str]:
    return [name for each in given for name in each.split(",") if name]


def _instant(milliseconds: int) -> str:
    from huabiao.codec import Instant

    return str(Instant.show(milliseconds))


@command(
    click.argument("table"),
    _COLUMN, _WHERE, _DAYS, _RATE, _ROWS,
    click.option("--purpose", required=True, help="用途 · purpose"),
    click.option("--legal-basis", required=True, help="法律依据 · legal basis"),
    click.option("--id", "id_", help="申请编号，默认自动 · the request's id"),
    identity_option(required=True),
)  # fmt: skip
def request(
    settings: Settings, table: str, columns: tuple[str, ...], where: tuple[str, ...],
    days: int | None, rate: int | None, rows: int | None, purpose: str,
    legal_basis: str, id_: str | None, identity: str,
) -> None:  # fmt: skip
    """申请数据。 Ask for columns and rows of a registered table."""
    now, id_ = int(time.time() * 1000), id_ or f"r-{secrets.token_hex(5)}"
    terms = {
        "columns": _columns(columns),
        "conditions": conditions_of(where),
        "since": _instant(now),
        "until": _instant(now + (days or 30) * DAY_MS),
        "requests_a_minute": rate or 60,
        "rows_a_request": rows or 1_000,
    }
    written = {
        "table": table, "purpose": purpose, "legal_basis": legal_basis, "terms": terms,
    }  # fmt: skip
    outcome = settings.city.call(
        settings.keys(identity), "sharing", "request", id_, written
    )
    tell_outcome(settings, outcome, id_)


@command(
    click.argument("id"),
    _COLUMN, _WHERE, _DAYS, _RATE, _ROWS,
    identity_option(required=True),
)  # fmt: skip
def approve(
    settings: Settings, id: str, columns: tuple[str, ...], where: tuple[str, ...],
    days: int | None, rate: int | None, rows: int | None, identity: str,
) -> None:  # fmt: skip
    """授权：与申请相同，或更窄。 Grant what was asked, or less."""
    keys = settings.keys(identity)
    path = f"/api/scenarios/sharing/records/{quote(id, safe='/')}"
    record = settings.read(identity, lambda city: city.get(path))
    if not record["complete"]:
        raise Failed(
            f"申请 {id} 不归“{identity}”审批。"
            f" The request is not {identity!r}'s to grant."
        )
    terms = dict(record["fields"]["asked"])
    terms["conditions"] = terms["conditions"] + conditions_of(where)
    if columns:
        terms["columns"] = _columns(columns)
    if days:
        from huabiao.codec import Instant

        until = int(time.time() * 1000) + days * DAY_MS
        terms["until"] = _instant(min(until, Instant.parse(terms["until"])))
    terms["requests_a_minute"] = rate or terms["requests_a_minute"]
    terms["rows_a_request"] = rows or terms["rows_a_request"]
    outcome = settings.city.call(keys, "sharing", "approve", id, {"terms": terms})
    tell_outcome(settings, outcome, id)


@command(
    click.argument("grant"),
    _COLUMN, _WHERE,
    click.option("--limit", type=click.IntRange(1), help="行数 · rows at most"),
    click.option("-o", "--output", type=click.Path(path_type=Path), help="文件 · file"),
    identity_option(required=True),
)  # fmt: skip
def fetch(
    settings: Settings, grant: str, columns: tuple[str, ...], where: tuple[str, ...],
    limit: int | None, output: Path | None, identity: str,
) -> None:  # fmt: skip
    """经提供方网关取数，密文传输。 Fetch rows through the gateway."""
    from huabiao.client.fetching import fetch_rows

    keys = settings.keys(identity)
    path = f"/api/scenarios/sharing/records/{quote(grant, safe='/')}"
    terms = settings.read(identity, lambda city: city.get(path))["fields"].get(
        "granted"
    )
    rows = fetch_rows(
        settings.city,
        keys,
        grant,
        _columns(columns) or (terms or {}).get("columns", []),
        [(c["column"], c["operator"], c["values"]) for c in conditions_of(where)],
        limit or (terms or {}).get("rows_a_request", 100),
    )
    if output is not None:
        with output.open("w", encoding="utf-8") as file:
            for row in rows.rows:
                named = dict(zip(rows.columns, row, strict=True))
                file.write(json.dumps(named, ensure_ascii=False) + "\n")
    document = {
        "receipt": rows.receipt, "envelope": rows.envelope, "columns": rows.columns,
        "count": len(rows.rows), "file": str(output) if output else None,
    }  # fmt: skip
    shown = "\n".join("\t".join(str(item) for item in row) for row in rows.rows[:20])
    settings.give(
        document if output else {**document, "rows": rows.rows},
        f"{shown}\n{len(rows.rows)} 行 · rows，回执 · receipt {rows.receipt}",
    )


@command(identity_option(required=True))
def uses(settings: Settings, identity: str) -> None:
    """谁用了我的数据。 Who used my data, when, what, for what purpose."""
    found = settings.city.as_(settings.keys(identity)).get("/api/me/uses")
    lines = [
        f"{use.get('at', '')}  {use.get('reader_name', '')}  "
        f"{', '.join(use.get('columns', []))}  {use.get('purpose', '')}"
        f"  授权 · grant {use.get('grant', '')}"
        for use in found["uses"]
    ]
    settings.give(found, "\n".join(lines) or "没有使用记录。 No use is known.")


for each in (request, approve, fetch, uses):
    share.add_command(each)
