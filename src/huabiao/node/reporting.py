"""
Reporting: each level's operator, its coordinator here, reports the level's progress
when it has changed. A district's report reaches the city's chain by packet.
"""

import asyncio
from typing import Any

from huabiao.client.described import show_entry
from huabiao.client.signing import call
from huabiao.doors.levels import FIGURES, progress
from huabiao.node.level import Level, NotTaken
from huabiao.node.node import Say

EVERY_S = 30.0
MOST = 120
"""Departments in a report; platform/levels.py."""
TOLD = ("departments", "excluded", "awaited")


async def keep_reporting(level: Level, say: Say) -> None:
    """Report until cancelled."""
    while True:
        try:
            await report(level)
        except (NotTaken, TimeoutError) as error:
            say(f"{level.district.zh}未能报告进度：{error} · progress not reported")
        await asyncio.sleep(EVERY_S)


async def report(level: Level) -> bool:
    """Report the progress if it is another than was reported last; whether it was."""
    found = await asyncio.to_thread(progress, level.city)
    found["departments"] = found["departments"][:MOST]
    stored = level.node.port.read("levels/reports/here")
    known = (
        show_entry(level.city.description("levels"), "reports", stored)
        if stored
        else {}
    )
    figures = {name: found[name] for name in TOLD}
    nothing = {"departments": [], "excluded": 0, "awaited": 0}
    if figures == {**nothing, **{name: known[name] for name in TOLD if known}}:
        return False
    listed = [_stored(each) for each in found["departments"]]
    await level.act(
        call("levels", "report", "", **(figures | {"departments": listed}),
             height=found["height"])
    )  # fmt: skip
    return True


def _stored(each: dict[str, Any]) -> list[Any]:
    return [each["department"], *(each[name] for name in FIGURES)]
