"""
share: ask for data, grant it, fetch it encrypted, here and over the border of a chain.
"""

import json
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from huabiao.doors.cli import abroad
from huabiao.doors.cli.data_gateway import gateway
from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)
from huabiao.doors.cli.uses import uses

if TYPE_CHECKING:
    from huabiao.client.remote import Remote
    from huabiao.crypto.keys import Keys

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
_ROUTE = click.option("--route", help="另一条链的路由 · to another chain")
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
    _ROUTE,
    identity_option(required=True),
)  # fmt: skip
def request(
    settings: Settings, table: str, columns: tuple[str, ...], where: tuple[str, ...],
    days: int | None, rate: int | None, rows: int | None, purpose: str,
    legal_basis: str, id_: str | None, route: str | None, identity: str,
) -> None:  # fmt: skip
    """申请数据，也可向另一条链申请。 Ask for columns and rows of a table, here or of
    another chain; what fetches there is the identity's key NAME@ROUTE."""
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
    contract, operation = "sharing", "request"
    if route:
        contract, operation = "remote_sharing", "ask_for"
        there = abroad.way(settings, route)
        key = abroad.keys_for(settings, identity, route, there.suite)
        written |= {"route": route, "fetch_key": key.public.hex()}
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, contract, operation, id_, written)
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
    _ROUTE,
    abroad.at_option,
    identity_option(required=True),
)  # fmt: skip
def fetch(
    settings: Settings, grant: str, columns: tuple[str, ...], where: tuple[str, ...],
    limit: int | None, output: Path | None, route: str | None, at_url: str | None,
    identity: str,
) -> None:  # fmt: skip
    """经提供方网关取数，密文传输；GRANT 也可为跨级申请。 Fetch rows through the owner's
    gateway; with --route, GRANT is a request to that chain."""
    from huabiao.client.fetching import fetch_rows

    own = _granted_abroad if route else _granted
    city, keys, grant, terms = own(settings, identity, grant, route or "", at_url)
    rows = fetch_rows(
        city,
        keys,
        grant,
        _columns(columns) or terms.get("columns", []),
        [(c["column"], c["operator"], c["values"]) for c in conditions_of(where)],
        limit or terms.get("rows_a_request", 100),
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


Grant = tuple["Remote", "Keys", str, dict[str, Any]]
"""Where to fetch, by which key, under which grant of that chain, on which terms."""


def _granted(
    settings: Settings, identity: str, grant: str, route: str, at_url: str | None
) -> Grant:
    path = f"/api/scenarios/sharing/records/{quote(grant, safe='/')}"
    record = settings.read(identity, lambda city: city.get(path))
    terms = record["fields"].get("granted") or {}
    return settings.city, settings.keys(identity), grant, terms


def _granted_abroad(
    settings: Settings, identity: str, asked: str, route: str, at_url: str | None
) -> Grant:
    """What the owner's chain granted, as far as it has been shown here; the gateway
    knows it as it stands now."""
    signed_in = settings.city.as_(settings.keys(identity))
    page = signed_in.get(
        "/api/scenarios/remote_sharing/parts/asked", prefix=asked, limit=200
    )
    found = {each["key"]: each["entry"] for each in page["entries"]}.get(asked)
    if found is None or found["route"] != route:
        raise Failed(
            f"“{identity}”没有经“{route}”的申请 {asked}。"
            f" {identity!r} has no request {asked} over {route!r}."
        )
    door = abroad.door_of(settings, route, at_url)
    keys = abroad.keys_for(settings, identity, route, door.suite_name, make=False)
    return door, keys, found["grant"], found["granted"] or {}


for each in (request, approve, fetch, uses, gateway):
    share.add_command(each)
