"""
A city of two levels in one process: `huabiao up --districts haidian,chaoyang`.

    HOME                        the city's own chain, as ever
    HOME/districts/NAME         a district's chain: a home of its own, with node.toml

Each is a node with its own member, operator, ledger, read model and doors; here they
are started together, follow each other, and what crosses is carried between them. What
was founded once is brought up again by every later `up` of the city's home.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huabiao.doors.levels import Beside
from huabiao.engines.verification import Verification
from huabiao.node.between import Between
from huabiao.node.connecting import connect
from huabiao.node.districts import (
    FOLDER,
    MUNICIPAL,
    Wanted,
    district,
    read_districts,
)
from huabiao.node.home import Home, HomeError, open_home, suite_of, write_run_file
from huabiao.node.level import Level
from huabiao.node.node import Say, start
from huabiao.node.place import NodePlace, read_place, write_place
from huabiao.node.relaying import Relaying
from huabiao.node.reporting import keep_reporting
from huabiao.node.serving import DEFAULT_DOOR, Doors, aloud, listen_at, serve, silent


def run_levels(
    home: Path, districts: str | None, port: int | None, suite: str | None, story: str,
    as_json: bool,
) -> int:  # fmt: skip
    """Serve both levels until told to stop; returns the exit code."""
    say = silent if as_json else aloud
    suite = suite or suite_of(Home(home)) or "intl"
    wanted = laid_out(
        home, read_districts(districts) if districts is not None else [], port, suite
    )
    shared = Verification(suite)
    with contextlib.ExitStack() as open_nodes:
        opened = [
            _open(*place, suite, shared, open_nodes, say, port if n == 0 else None)
            for n, place in enumerate([(home, MUNICIPAL.name), *wanted])
        ]
        levels, all_doors = [each[0] for each in opened], [each[1] for each in opened]
        asyncio.run(_serve(home, levels, all_doors, story, as_json, say))
    return 0


def laid_out(
    home: Path, wanted: Sequence[Wanted], port: int | None, suite: str
) -> list[tuple[Path, str]]:
    """Folders and names of a city's districts, the new ones with their place."""
    known = {path.parent.name for path in home.glob(f"{FOLDER}/*/node.toml")}
    taken = {_door_port(home / FOLDER / name) for name in known}
    following = port or int(DEFAULT_DOOR.rpartition(":")[2])
    taken.add(following)
    for each in wanted:
        folder, its = home / FOLDER / each.district.name, each.district
        if its.name in known:
            _require_same(folder, each)
            continue
        door = each.port or next(n for n in range(following, 65_536) if n not in taken)
        taken.add(door)
        now = int(time.time() * 1000)
        open_home(Home(folder), each.suite or suite, now, its.name)
        write_place(
            Home(folder), NodePlace(f"{its.zh} {its.en}", door=f"127.0.0.1:{door}")
        )
        known.add(its.name)
    return [(home / FOLDER / name, name) for name in sorted(known)]


def _door_port(folder: Path) -> int:
    place = read_place(Home(folder))
    return int(place.door.rpartition(":")[2]) if place else 0


def _require_same(folder: Path, wanted: Wanted) -> None:
    """A district that was founded keeps its suite and its door."""
    suite, port = suite_of(Home(folder)), _door_port(folder)
    if wanted.suite not in (None, suite) or wanted.port not in (None, port):
        its = wanted.district
        raise HomeError(
            f"{its.zh}已用套件 {suite}、端口 {port} 建立；端口在 {folder}/node.toml"
            f" 改，套件由 suites 合约更替。 {its.en} was founded with the suite"
            f" {suite} and port {port}; change the port in its node.toml."
        )


def _open(
    folder: Path, name: str, suite: str, shared: Verification,
    until: contextlib.ExitStack, say: Say, port: int | None,
) -> tuple[Level, Doors]:  # fmt: skip
    """A node and its doors, closed when the process ends."""
    its = MUNICIPAL if name == MUNICIPAL.name else district(name)
    listener, url, certificate = listen_at(folder, port)
    until.callback(listener.close)
    node = start(folder, suite if its is MUNICIPAL else None, say, verification=shared)
    doors = Doors(node, listener, url, certificate)
    until.callback(doors.close)
    return Level(its, node, doors.app.state.city), doors


async def _serve(
    home: Path, levels: list[Level], all_doors: list[Doors], story: str, as_json: bool,
    say: Say,
) -> None:  # fmt: skip
    beside: list[asyncio.Task[None]] = []
    relaying = Relaying(levels, all_doors, say)
    _introduce(levels, all_doors)

    async def then() -> None:
        city, *districts = levels
        for each in districts:
            await connect(city, each, say)
            await connect(each, city, say)
            between = Between(city, each, relaying.say)
            await between.run_once()
            beside.append(asyncio.create_task(between.run()))
        relaying.start()
        for level in levels:
            beside.append(asyncio.create_task(keep_reporting(level, say)))
        facts = _facts(levels, all_doors)
        write_run_file(Home(home), {**facts, "url": all_doors[0].local})
        if as_json:
            print(json.dumps(facts, ensure_ascii=False), flush=True)
        for level, doors in zip(levels, all_doors, strict=True):
            say(f"{level.district.zh} {level.district.en}")
            doors.say_where(say)
        await all_doors[0].play(story, say)

    try:
        await serve(all_doors, then, relaying.stop)
    finally:
        for task in beside:
            task.cancel()
        await relaying.ended()


def _introduce(levels: list[Level], all_doors: list[Doors]) -> None:
    """Let each level's doors know the others that run beside it."""
    known = {
        level.name: Beside(level.node.port, doors.url)
        for level, doors in zip(levels, all_doors, strict=True)
    }
    city = levels[0].name
    all_doors[0].services["other_levels"] = known
    for doors in all_doors[1:]:
        doors.services["other_levels"] = {city: known[city]}


def _facts(levels: list[Level], all_doors: list[Doors]) -> dict[str, Any]:
    listed = [
        {"name": level.name, "zh": level.district.zh, **doors.facts()}
        for level, doors in zip(levels, all_doors, strict=True)
    ]
    return {**all_doors[0].facts(), "districts": listed[1:]}
