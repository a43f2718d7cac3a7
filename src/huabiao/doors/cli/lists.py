"""list: a scenario's records, filtered and sorted, for people or as CSV."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import click

from huabiao.doors.cli.bars import bar
from huabiao.doors.cli.completing import scenarios
from huabiao.doors.cli.settings import Settings, command, identity_option


@command(
    click.argument("scenario", shell_complete=scenarios),
    click.option("--state", help="只列此状态 · in this state"),
    click.option("--where", multiple=True, metavar="FIELD=VALUE",
                 help="只列此值，可多次 · with this value, of an indexed field"),
    click.option("--own", is_flag=True, help="自己经办的 · that --as acted on"),
    click.option("--sort", default="id", metavar="FIELD",
                 help="id、state 或索引字段；-id 倒序 · -id: from the end"),
    click.option("--limit", type=click.IntRange(1, 200), default=50),
    click.option("--after", help="接上一页的 next · `next` of the page before"),
    click.option("--csv", "as_csv", is_flag=True, help="全部，CSV · all, as CSV"),
    identity_option(),
)  # fmt: skip
def list(
    settings: Settings,
    scenario: str,
    state: str | None,
    where: tuple[str, ...],
    own: bool,
    sort: str,
    limit: int,
    after: str | None,
    as_csv: bool,
    identity: str | None,
) -> None:
    """列出场景的记录。 List records as far as one may see them."""
    path = f"/api/scenarios/{quote(scenario)}/records"
    asked: dict[str, Any] = {
        "state": state, "where": [*where] or None, "own": own or None, "sort": sort,
    }  # fmt: skip
    city = settings.city.as_(settings.keys(identity)) if identity else settings.city
    if as_csv:
        with city.rows(f"{path}.csv", **asked) as (total, parts):
            export_rows(total, parts)
        return
    found = city.get(path, **asked, limit=limit, after=after)
    lines = [_line(each) for each in found["records"]]
    if found["next"] is not None:
        lines.append(f"（下一页 next page: --after {found['next']!r}）")
    settings.give(found, "\n".join(lines) or "没有记录 · no records")


def export_rows(total: int | None, parts: Iterator[bytes]) -> None:
    """Rows to where they are wanted, and how many of how many to whoever looks on."""
    rows, last = -1, b""
    with bar("导出 · export", total) as shown:
        for part in parts:
            click.echo(part, nl=False)
            before, rows = rows, rows + (last + part).count(b"\r\n")
            shown.update(max(rows, 0) - max(before, 0))
            last = part[-1:]
    if total is not None and rows < total:
        click.echo(
            f"只导出了 {total} 行中的 {rows} 行，请先筛选。"
            f" {rows} of {total} rows were exported: filter the list.",
            err=True,
        )


def _line(record: dict[str, Any]) -> str:
    title = record["state_title"].get("zh", "")
    shown = "  ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in record["fields"].items()
    )
    return f"{record['id']}  {title} {record['state']}  {shown}".rstrip()
