"""
Several organisations' nodes on one machine: `huabiao up --engine cometbft`.

Each node is a process of its own with a home of its own, as on machines of their own;
this process starts them, waits until they serve, and stops them. Their output goes to
each home's node.log.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from huabiao.engines import go_program
from huabiao.engines.cometbft.binary import COMETBFT
from huabiao.engines.orphans import end_with_parent
from huabiao.engines.verification import CORES
from huabiao.node.home import Home, HomeError, write_run_file
from huabiao.node.network import Network, Organisation, lay_out
from huabiao.node.place import read_place

START_S = 90.0
FIRST_P2P = 18_600
"""Ports for engines on one machine, past the door's: p2p and rpc, two a node."""


def run_many(
    folder: Path, validators: int, port: int, suite: str | None,
    story: str, as_json: bool,
) -> int:  # fmt: skip
    """Serve until told to stop; returns the exit code."""
    say: Callable[[str], None] = (
        (lambda line: None) if as_json else (lambda line: print(line, flush=True))
    )
    go_program.install(COMETBFT, say)
    homes = _homes(folder)
    if not homes:
        _found(folder, validators, port, suite or "intl")
        homes = _homes(folder)
    elif validators and len(homes) != validators:
        raise HomeError(
            f"{folder} 中的网络有 {len(homes)} 个节点，不是 {validators} 个；"
            "请去掉该选项或另选文件夹。"
            f" The network in {folder} has {len(homes)} nodes, not {validators}."
        )
    cores = max(1, (os.cpu_count() or 1) // len(homes))
    nodes = [
        _start(home, story if home is homes[0] else "none", cores) for home in homes
    ]
    _keep_to_cores([node.pid for node in nodes])
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        found = _wait_until_serving(homes, nodes, stop)
        facts = {**found[0], "nodes": found}
        write_run_file(Home(folder), facts)
        if as_json:
            print(json.dumps(facts, ensure_ascii=False), flush=True)
        for each in found:
            say(f"{each['organisation']} · {each['url']} · {each['home']}")
        return _watch(homes, nodes, stop)
    finally:
        _stop(nodes)
        Home(folder).run_file.unlink(missing_ok=True)


def _homes(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob("*/node.toml"))


def _found(folder: Path, validators: int, port: int, suite: str) -> None:
    """A network to try out: all on this machine, and any one operator decides."""
    listed = [
        Organisation(
            f"org-{n + 1:02d}", door=port + n,
            p2p=FIRST_P2P + port + 2 * n, rpc=FIRST_P2P + port + 2 * n + 1,
        )
        for n in range(validators or 4)
    ]  # fmt: skip
    laid = lay_out(Network(suite, needed=1, organisations=listed), folder)
    for name in ("wallets", "passphrase"):
        link = folder / name
        if not link.exists():
            os.symlink(laid[0].home.folder.resolve() / name, link)


def _start(home: Path, story: str, cores: int) -> "subprocess.Popen[bytes]":
    # Go wakes a thread for each core that is free; here the cores are the others' too.
    share = {"GOMAXPROCS": str(cores), CORES: str(cores), **os.environ}
    with (home / "node.log").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "huabiao", "up", "--home", str(home),
             "--story", story],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=share,
            start_new_session=True, preexec_fn=end_with_parent,
        )  # fmt: skip


def _keep_to_cores(pids: Sequence[int]) -> None:
    """Give members that share cores one each, evenly, where the system can: threads of
    a node that take turns, and the engine that it waits for, find their memory near.
    Where they cannot be shared out evenly the slowest core would hold up the rest."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(os.sched_getaffinity(0))
    if len(pids) > len(cores) and len(pids) % len(cores) == 0:
        for number, pid in enumerate(pids):
            with contextlib.suppress(ProcessLookupError):  # said when it is waited for
                os.sched_setaffinity(pid, {cores[number % len(cores)]})


def _wait_until_serving(
    homes: Sequence[Path],
    nodes: "Sequence[subprocess.Popen[bytes]]",
    stop: threading.Event,
) -> list[dict[str, Any]]:
    deadline = time.monotonic() + START_S
    found: dict[Path, dict[str, Any]] = {}
    while len(found) < len(homes) and not stop.is_set():
        for home, node in zip(homes, nodes, strict=True):
            if node.poll() is not None:
                raise HomeError(_ended(home))
            if (home / "run.json").exists() and home not in found:
                place = read_place(Home(home))
                name = place.organisation if place else home.name
                facts = json.loads((home / "run.json").read_text())
                found[home] = {"organisation": name, "home": str(home), **facts}
        if time.monotonic() > deadline:
            late = [home.name for home in homes if home not in found]
            raise HomeError(
                f"{START_S:.0f} 秒内未启动：{'、'.join(late)}；请看其 node.log。"
                f" Not up within {START_S:.0f} s: {', '.join(late)}; see node.log."
            )
        stop.wait(0.1)
    return [found[home] for home in homes if home in found]


def _watch(
    homes: Sequence[Path],
    nodes: "Sequence[subprocess.Popen[bytes]]",
    stop: threading.Event,
) -> int:
    """Say when a node ends; the others go on as long as they can."""
    ended: set[Path] = set()
    while not stop.wait(0.5):
        for home, node in zip(homes, nodes, strict=True):
            if node.poll() is not None and home not in ended:
                ended.add(home)
                print(_ended(home), file=sys.stderr, flush=True)
        if len(ended) == len(homes):
            return 1
    return 0


def _ended(home: Path) -> str:
    lines = (home / "node.log").read_text("utf-8", "replace").strip().splitlines()
    last = lines[-1] if lines else "—"
    return f"{home} 的节点已结束：{last} · the node in {home} has ended"


def _stop(nodes: "Sequence[subprocess.Popen[bytes]]") -> None:
    for node in nodes:
        if node.poll() is None:
            node.terminate()
    for node in nodes:
        try:
            node.wait(40)
        except subprocess.TimeoutExpired:
            node.kill()
