"""levels: the chains of the city and its districts, progress, docked catalogs."""

from typing import Any

import click

from huabiao.doors.cli.settings import (
    Settings,
    command,
    identity_option,
    tell_outcome,
)


@click.group()
def levels() -> None:
    """市区两级。 City and districts: chains, progress, docked catalogs."""


@command()
def show(settings: Settings) -> None:
    """两级链、入链进度、对接与漂移。 Chains, progress, dockings and drift."""
    found = settings.city.get("/api/levels")
    lines = [_chain(each) for each in found["chains"]]
    for level in found["progress"]:
        lines.append(
            f"进度 progress  {level['route'] or '本级 here'}  "
            + "  ".join(f"{name} {count}" for name, count in level["total"].items())
            + f"  待入链 awaited {level['awaited']}  涉密 excluded {level['excluded']}"
        )
        lines += [
            f"    {each['department']}  职责 {each['duties']}  系统 {each['systems']}"
            f"  目录 {each['catalogs']}  库表 {each['tables']}  对接 {each['docked']}"
            for each in level["departments"]
        ]
    lines += [_docking(each) for each in found["dockings"]]
    settings.give(found, "\n".join(lines))


def _chain(each: dict[str, Any]) -> str:
    behind = f"  落后 {each['behind']} 块 behind" if each["behind"] else ""
    return (
        f"{each['zh']} {each['en']}  {each['chain']}  {each['suite']}  {each['state']}"
        f"  锚定 anchored {each['height']}{behind}"
    )


def _docking(each: dict[str, Any]) -> str:
    drift = f"  漂移 drift: {'、'.join(each['drift'])}" if each["drift"] else ""
    return (
        f"对接 docking  {each['docking']}  {each['route']}  {each['state']}"
        f"  {each['catalog'] or '—'} ↔ {each['other'] or '—'}{drift}"
    )


@command(identity_option(required=True))
def report(settings: Settings, identity: str) -> None:
    """报告本级入链进度；区级的同时报到市级。 Report this level's progress."""
    found = settings.city.get("/api/levels")["progress"][0]
    written = {
        name: found[name] for name in ("height", "departments", "excluded", "awaited")
    }
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "levels", "report", "", written)
    tell_outcome(settings, outcome, str(found["height"]))


@command(click.argument("route"), click.argument("party", metavar="ACCOUNT"))
def account(settings: Settings, route: str, party: str) -> None:
    """对方链上的单位在本链用哪个账户。 As which account a department of the chain at
    the end of a route asks here: grant it the role of a department."""
    found = settings.city.get("/api/levels/account", route=route, account=party)
    settings.give(found, str(found["account"]))


for each in (show, account, report):
    levels.add_command(each)
