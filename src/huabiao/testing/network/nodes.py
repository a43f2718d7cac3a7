"""A network's nodes as processes of their own, and what can be done to them."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from huabiao.node.home import Home
from huabiao.node.network import Network, Organisation, lay_out
from huabiao.node.place import read_place, write_place
from huabiao.testing.network.double_vote import vote_twice
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.namespaces import namespaces_for
from huabiao.testing.network.wires import Wires
from huabiao.testing.ports import free_port, free_ports

LOOPBACK = "127.0.0.1"
START_S, STOP_S = 60.0, 40.0
ROOM_WHEN_FULL = 4096
NEWER = "newer"
"""Software that knows one protocol more (liar.py)."""


class Nodes:
    """The nodes of a manifest in a folder; `close` leaves nothing running."""

    def __init__(self, manifest: Manifest, folder: Path, sources: list[str]) -> None:
        self.manifest, self.folder = manifest, folder
        self.ports = {name: free_ports(3) for name in manifest.nodes}
        self.spaces = namespaces_for(manifest.nodes) if manifest.cuts else None
        self.wires = Wires(self.spaces.hub if self.spaces else LOOPBACK)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.upgraded: set[str] = set()
        self.homes = {name: folder / name for name in manifest.nodes}
        listed = [
            Organisation(
                name,
                self.place(name)[0],
                p2p=p2p,
                rpc=rpc,
                door=door,
                votes=manifest.votes(name),
            )
            for name, (p2p, rpc, door) in self.ports.items()
        ]
        network = Network(manifest.suite, needed=1, organisations=listed)
        self.laid = lay_out(network, folder, sources)
        self._lay_wires()

    def _lay_wires(self) -> None:
        """Put a wire between each two nodes: peers are dialled through it."""
        for name, home in self.homes.items():
            place = read_place(Home(home))
            assert place is not None
            others = [other for other in self.ports if other != name]
            peers = self._wires_to(name, others)
            rpc = f"{'0.0.0.0' if self.spaces else LOOPBACK}:{self.ports[name][1]}"
            write_place(Home(home), replace(place, peers=peers, rpc=rpc))

    def _wires_to(self, name: str, others: list[str]) -> list[str]:
        ids = {laid.organisation.name: laid.node_id for laid in self.laid}
        peers = []
        for other in others:
            port = free_port()
            self.wires.lay(name, other, port, self.place(other))
            peers.append(f"{ids[other]}@{self.wires.host}:{port}")
        return peers

    def place(self, name: str) -> tuple[str, int]:
        """Where its engine listens for others."""
        return self.spaces.p2p(name) if self.spaces else LOOPBACK, self.ports[name][0]

    def url(self, name: str) -> str:
        host = self.spaces.door(name) if self.spaces else LOOPBACK
        return f"http://{host}:{self.ports[name][2]}"

    def start(self, name: str, full: bool = False) -> None:
        """Start a node, as a liar if the manifest says so; `full`: no disk is left."""
        lie = NEWER if name in self.upgraded else self.manifest.liars.get(name)
        module = ["huabiao.testing.network.liar", lie] if lie else ["huabiao", "up"]
        command = self.spaces.inside(name) if self.spaces else []
        command += [sys.executable, "-m", *module, "--home", str(self.homes[name])]
        (self.homes[name] / "run.json").unlink(missing_ok=True)
        with (self.homes[name] / "node.log").open("ab") as output:
            self.running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, preexec_fn=_no_room if full else None,
            )  # fmt: skip

    def start_all(self) -> None:
        """Start every node that is not late, and wait until all of them serve."""
        early = [n for n in self.manifest.nodes if n not in self.manifest.late]
        for name in early:
            self.start(name)
        for name in early:
            self.wait_until_serving(name)

    def wait_until_serving(self, name: str) -> None:
        """Raise AssertionError with the log's end if it does not come up."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.running[name].poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url(name)}/api/health", timeout=2).is_success:
                    return
            time.sleep(0.1)
        log = (self.homes[name] / "node.log").read_text("utf-8", "replace")
        raise AssertionError(f"{name} does not serve: {log[-1500:]}")

    def height(self, name: str) -> int:
        """Of the newest durable block, -1 if the node does not answer."""
        try:
            health: dict[str, Any] = self.health(name)
        except httpx.HTTPError:
            return -1
        return int(health["height"])

    def health(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(
            f"{self.url(name)}/api/health", timeout=5, trust_env=False
        ).json()
        return found

    def told_by(self, name: str) -> str:
        """What a node and its engine say of themselves, to find a fault by."""
        told = []
        with contextlib.suppress(httpx.HTTPError):
            told.append(f"{name} says: {self.health(name)}")
        for log in ("node.log", "engine/cometbft.log"):
            with contextlib.suppress(OSError):
                end = (self.homes[name] / log).read_text("utf-8", "replace")[-2000:]
                told.append(f"{name}/{log} ends: {end}")
        return "\n".join(told)

    def health_chain(self, name: str) -> str:
        """The chain that a node serves."""
        status = httpx.get(f"{self.url(name)}/api/status", trust_env=False).json()
        return str(status["chain"])

    def family(self, name: str) -> list[int]:
        """The node's process and those below it."""
        found = [self.running[name].pid]
        for pid in found:
            with contextlib.suppress(OSError):
                tasks = Path(f"/proc/{pid}/task").iterdir()
                for task in list(tasks):
                    found += map(int, (task / "children").read_text().split())
        return found

    def send(self, name: str, number: signal.Signals) -> None:
        """A signal to the node and everything below it."""
        for pid in self.family(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self, name: str) -> None:
        self.send(name, signal.SIGKILL)
        self.running.pop(name).wait(STOP_S)

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"{name} did not stop in {STOP_S:.0f} s") from None

    def wipe(self, name: str) -> None:
        """Kill a node and take its blocks and state away; its keys stay."""
        self.kill(name)
        home = self.homes[name]
        for each in ("blocks", "state", "certificates"):
            shutil.rmtree(home / each, ignore_errors=True)
        for file in home.glob("index.sqlite*"):
            file.unlink()
        for each in (home / "engine" / "data").iterdir():
            # Without it the engine might vote twice at one height.
            if each.name != "priv_validator_state.json":
                shutil.rmtree(each) if each.is_dir() else each.unlink()

    def upgrade(self, name: str) -> None:
        """Replace a node's software by one that knows one protocol more."""
        self.stop(name)
        self.upgraded.add(name)
        self.start(name)
        self.wait_until_serving(name)

    def cut(self, name: str) -> None:
        """Cut a node off from the others; clients still reach it."""
        (self.spaces or self.wires).cut(name)

    def mend(self, name: str) -> None:
        (self.spaces or self.wires).mend(name)

    def equivocate(self, name: str) -> None:
        """A node's voting key signs for two blocks; another member is told."""
        other = next(each for each in self.running if each != name)
        host = self.spaces.door(other) if self.spaces else LOOPBACK
        rpc = f"{host}:{self.ports[other][1]}"
        vote_twice(self.homes[name] / "engine", rpc, self.health_chain(other))

    def close(self) -> None:
        for name, process in self.running.items():
            self.send(name, signal.SIGCONT)
            process.terminate()
        for name in list(self.running):
            self.stop(name)
        self.wires.close()
        if self.spaces:
            self.spaces.close()


def _no_room() -> None:
    """No file may grow beyond a page: what a full disk does to a writer (EFBIG)."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_WHEN_FULL, resource.RLIM_INFINITY))
