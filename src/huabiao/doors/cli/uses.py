"""share uses: who used one's data, on this chain and on those of the other level."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from huabiao.doors.cli import abroad
from huabiao.doors.cli.settings import Settings, command, identity_option

if TYPE_CHECKING:
    from huabiao.client.remote import Remote

Json = dict[str, Any]


@command(
    click.option(
        "--level", "named", multiple=True, metavar="ROUTE=URL",
        help="另一级的门户；同机运行时自动得知 · another level's door",
    ),
    identity_option(required=True),
)  # fmt: skip
def uses(settings: Settings, named: tuple[str, ...], identity: str) -> None:
    """谁用了我的数据，两级都问。 Who used my data, when, for what; each level is asked
    by the key NAME@ROUTE, and the reader's chain for the same receipt."""
    from huabiao.client.remote import Remote

    with Remote(settings.url) as own:
        mine = own.as_(settings.keys(identity))
        found = [{**use, "level": ""} for use in mine.get("/api/me/uses")["uses"]]
        doors, missing = [("", mine)], []
        for route, door in _levels(settings, named):
            try:
                there = abroad.keys_for(
                    settings, identity, route, door.suite_name, make=False
                )
            except LookupError:
                missing.append(route)
                continue
            doors.append((route, door.as_(there)))
            listed = door.get("/api/me/uses")["uses"]
            found += [{**use, "level": route} for use in listed]
        for use in found:
            use["shown_at"] = _shown_at(use, dict(doors))
    found.sort(key=lambda use: str(use.get("at", "")))
    lines = [_line(use) for use in found] or ["没有使用记录。 No use is known."]
    lines += [
        f"未问 {route}：先运行 huabiao key new {identity}@{route} --url 其门户，"
        "再由当地登记机构绑定。"
        f" {route} was not asked: make that key, and have it bound there."
        for route in missing
    ]
    settings.give({"uses": found, "not_asked": missing}, "\n".join(lines))


def _levels(
    settings: Settings, named: tuple[str, ...]
) -> Iterator[tuple[str, "Remote"]]:
    """Doors of the other level by route: those named, and those beside this one."""
    given = dict(each.partition("=")[::2] for each in named)
    beside = [each["route"] for each in abroad.levels(settings) if each["url"]]
    for route in dict.fromkeys([*given, *beside]):
        yield route, abroad.door_of(settings, route, given.get(route))


def _shown_at(use: Json, doors: dict[str, "Remote"]) -> int | None:
    """The height of the owner's chain at which the reader's has this receipt; None
    where the reader is not abroad, or it is not shown there yet."""
    from huabiao.client.remote import Answered

    owner = doors[use["level"]]
    for door in doors.values():
        if use.get("reader_chain") == door.chain:
            with suppress(Answered):
                slip = owner.get(f"/api/me/uses/{use['receipt']}/slip")
                return int(door.post("/api/sharing/abroad", slip)["height"])
    return None


def _line(use: Json) -> str:
    shown = ""
    if use.get("reader_chain"):
        proven = use["shown_at"]
        told = f"已呈验 shown {proven}" if proven else "尚未呈验 not shown"
        shown = f"  {use['reader_chain']} {told}"
    level = f"[{use['level']}] " if use["level"] else ""
    return (
        f"{level}{use.get('at', '')}  {use.get('reader_name', '')}  "
        f"{', '.join(use.get('columns', []))}  {use.get('purpose', '')}"
        f"  授权 · grant {use.get('grant', '')}{shown}"
    )
