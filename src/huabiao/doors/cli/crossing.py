"""crossing: what goes to other chains and comes from them, in words."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import click

from huabiao.doors.cli.settings import Settings, command


@click.group()
def crossing() -> None:
    """跨链件。 Crossings: list them, show what one waits for."""


@command(
    click.option("--route", help="只列此路由 · over this route"),
    click.option("--state", help="只列此状态，如 sent_out · in this state"),
    click.option("--incoming", is_flag=True, help="收到的 · received here"),
    click.option("--limit", type=click.IntRange(1, 200), default=50),
    click.option("--after", help="接上一页的 next · `next` of the page before"),
)
def list(
    settings: Settings, route: str | None, state: str | None, incoming: bool,
    limit: int, after: str | None,
) -> None:  # fmt: skip
    """列出跨链件，各等什么。 Crossings, and what each waits for."""
    found = settings.city.get(
        "/api/crossings", route=route, state=state, incoming=incoming or None,
        limit=limit, after=after,
    )  # fmt: skip
    lines = [f"{each['id']}  {each['sentence']}" for each in found["crossings"]]
    if found["next"] is not None:
        lines.append(f"（下一页 next page: --after {found['next']!r}）")
    settings.give(found, "\n".join(lines) or "没有跨链件。 No crossing.")


@command(click.argument("key"))
def show(settings: Settings, key: str) -> None:
    """一件跨链件的经过，卡住时怎么办。 One crossing; if it is stuck, what to do."""
    found = settings.city.get(f"/api/crossings/{quote(key)}")
    settings.give(found, "\n".join(_lines(found)))


def _lines(found: dict[str, Any]) -> Sequence[str]:
    title = found["state_title"]
    lines = [
        f"{found['id']}  {found['chain']}  {title['zh']} · {title['en']}",
        f"  {found['sentence']}",
        *(f"  要做 todo: {each}" for each in found["todo"]),
        f"  信任 trust: {found['trust_sentence']}",
    ]
    if found["direction"] == "out":
        receivers = "、".join(found["receivers"])
        lines.append(
            f"  {found['sender']} → {receivers}，发出 sent {found['sent_at']}，"
            f"时限 until {found['timeout']}"
        )
    lines += [
        f"  {step['time']}  {step['title']} {step['operation']} {step['code']}"
        f"  {step['envelope'][:16]}"
        for step in found["steps"]
    ]
    return [*lines, f"  证明 proof: huabiao proof {found['proof']} -o FILE"]


for each in (list, show):
    crossing.add_command(each)
