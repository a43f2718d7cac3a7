"""Nodes as processes of their own: start, signals, and what their doors tell."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

START_S, STOP_S = 180.0, 60.0


class Processes:
    """Programs by name, each in a home of its own; `close` leaves nothing running."""

    def __init__(self) -> None:
        self.homes: dict[str, Path] = {}
        self.ports: dict[str, list[int]] = {}
        """Of each, the door's port last."""
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name][-1]}"

    def command(self, name: str) -> Sequence[str]:
        """What starts it."""
        return [sys.executable, "-m", "huabiao", "up", "--home", str(self.homes[name])]

    def start(self, name: str) -> None:
        self.launch(name, self.command(name))

    def launch(
        self,
        name: str,
        command: Sequence[str],
        before: Callable[[], None] | None = None,
    ) -> None:
        """Start a process whose output goes to its home; `before` runs in it first."""
        (self.homes[name] / "run.json").unlink(missing_ok=True)
        with (self.homes[name] / "node.log").open("ab") as output:
            self.running[name] = subprocess.Popen(
                [*command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True, preexec_fn=before,
            )  # fmt: skip

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

    def close(self) -> None:
        for name, process in self.running.items():
            self.send(name, signal.SIGCONT)
            process.terminate()
        for name in list(self.running):
            self.stop(name)
