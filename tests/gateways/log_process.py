"""A signed log of somebody else as a process: independent_log, built and started."""

import os
import signal
import subprocess
from pathlib import Path

import httpx
from served_city import wait_until

from huabiao.engines.go_program import find_go
from huabiao.testing.geth import GETH
from huabiao.testing.ports import free_port

SOURCE = Path(__file__).with_name("independent_log")


class Log:
    """The running process."""

    def __init__(self, folder: Path) -> None:
        self._binary, self._folder = folder / "independentlog", folder
        environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
        environment.pop("GOROOT", None)
        go, _ = find_go(GETH)
        subprocess.run(
            [go, "build", "-trimpath", "-ldflags", "-s -w", "-o", self._binary, "."],
            cwd=SOURCE, env=environment, check=True,
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        port = free_port()
        self.process = subprocess.Popen(
            [str(self._binary), str(self._folder), str(port)], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self.key = self.process.stdout.readline().decode().strip()
        self.address = f"http://127.0.0.1:{port}"
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/checkpoint").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
