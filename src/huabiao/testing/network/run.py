"""A manifest from start to report: the nodes, the load, the faults, the checks."""

import signal
import threading
import time
from importlib import resources
from pathlib import Path
from typing import Any

from huabiao.node.catalogue import shipped_sources
from huabiao.testing.network.checks import Broken, check_all
from huabiao.testing.network.clients import Client
from huabiao.testing.network.manifest import Fault, Manifest
from huabiao.testing.network.nodes import Nodes

SLOW_S, SETTLE_S = 0.2, 60.0


def run(manifest: Manifest, folder: Path, say: Any = print) -> dict[str, Any]:
    """Raise Broken (or AssertionError) where the network does not keep its word."""
    probe = resources.files("huabiao.testing.network").joinpath("probe.py")
    sources = [*shipped_sources(), probe.read_text("utf-8")]
    nodes = Nodes(manifest, folder, sources)
    try:
        nodes.start_all()
        early = list(nodes.running)
        clients = start_clients(manifest, nodes, early)
        recoveries = play(manifest, nodes, say)
        for client in clients:
            client.stop.set()
        for client in clients:
            client.thread.join(30)
        settle(manifest, nodes, say)
    finally:
        nodes.close()
    honest = {n: nodes.homes[n] for n in manifest.nodes if n not in manifest.liars}
    acts = [act for client in clients for act in client.acts]
    return {**check_all(honest, acts), "recoveries_s": recoveries}


def start_clients(manifest: Manifest, nodes: Nodes, doors: list[str]) -> list[Client]:
    honest = [nodes.url(name) for name in doors if name not in manifest.liars]
    chain = nodes.health_chain(doors[0])
    clients = [
        Client(number, chain, manifest.suite, honest)
        for number in range(manifest.clients)
    ]
    for client in clients:
        client.thread.start()
    return clients


def play(manifest: Manifest, nodes: Nodes, say: Any) -> list[float]:
    """Do each fault at its time and undo it; seconds until each commit afterwards."""
    started, recoveries = time.monotonic(), []
    for fault in sorted(manifest.faults, key=lambda fault: fault.at):
        time.sleep(max(0.0, started + fault.at - time.monotonic()))
        say(f"  {time.monotonic() - started:5.1f} s  {fault.node}: {fault.do}")
        undo = hurt(nodes, fault)
        if fault.lasts:
            time.sleep(fault.lasts)
        undo()
        recoveries.append(commits_within(nodes, fault))
        say(f"  {time.monotonic() - started:5.1f} s  …committed again")
    time.sleep(max(0.0, started + manifest.seconds - time.monotonic()))
    return recoveries


def hurt(nodes: Nodes, fault: Fault) -> Any:
    """Do what a fault says; gives what undoes it."""
    name = fault.node

    def restart() -> None:
        nodes.start(name)

    if fault.do == "start":
        nodes.start(name)
        return lambda: nodes.wait_until_serving(name)
    if fault.do == "pause":
        nodes.send(name, signal.SIGSTOP)
        return lambda: nodes.send(name, signal.SIGCONT)
    if fault.do == "cut":
        nodes.cut(name)
        return lambda: nodes.mend(name)
    if fault.do == "slow":
        nodes.wires.slow(name, SLOW_S)
        return lambda: nodes.wires.slow(name, 0.0)
    if fault.do == "upgrade":
        nodes.upgrade(name)
        return lambda: None
    if fault.do == "equivocate":
        nodes.equivocate(name)
        return lambda: None
    if fault.do == "fill":
        nodes.kill(name)
        nodes.start(name, full=True)

        def refill() -> None:
            nodes.kill(name)
            nodes.start(name)

        return refill
    {"kill": nodes.kill, "stop": nodes.stop, "wipe": nodes.wipe}[fault.do](name)
    return restart


def commits_within(nodes: Nodes, fault: Fault) -> float:
    """Seconds until some node has a new block; AssertionError after the time stated."""
    started = time.monotonic()
    before = max(nodes.height(name) for name in nodes.running)
    while time.monotonic() - started < fault.recovers:
        if max(nodes.height(name) for name in nodes.running) > before:
            return round(time.monotonic() - started, 1)
        time.sleep(0.2)
    told = "\n".join(nodes.told_by(name) for name in nodes.running)
    raise AssertionError(
        f"no block within {fault.recovers} s after {fault.do} of {fault.node}:\n{told}"
    )


def settle(manifest: Manifest, nodes: Nodes, say: Any) -> None:
    """Wait until every node stands at one height: those that were away catch up."""
    deadline = time.monotonic() + SETTLE_S
    heights: dict[str, int] = {}
    while time.monotonic() < deadline:
        heights = {name: nodes.height(name) for name in manifest.nodes}
        if len({h for n, h in heights.items() if n not in manifest.liars}) == 1:
            say(f"  all at height {max(heights.values())}")
            return
        threading.Event().wait(0.3)
    behind = [
        name for name, height in heights.items() if height < max(heights.values())
    ]
    told = "\n".join(nodes.told_by(name) for name in behind)
    raise Broken(f"the nodes do not come to one height: {heights}\n{told}")
