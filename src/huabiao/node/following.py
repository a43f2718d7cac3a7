"""
The node's side of the read model: starts its process, tells it every durable height,
hears how far it is, and starts another one when it dies.
"""

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from huabiao.node.home import index_address
from huabiao.node.local_port import LocalPort
from huabiao.services.index import FollowedIndex

PAUSE_S, FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 0.5, 30.0
Process = subprocess.Popen[bytes]


class ReadModel:
    """Follows a port until it is closed; `index` is what doors read."""

    def __init__(self, folder: Path, port: LocalPort) -> None:
        self.index = FollowedIndex(index_address(folder))
        self._folder, self._port = folder, port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="index", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Tell the process to end by closing its input, and wait for it."""
        self._stop.set()
        self._thread.join(20)
        self.index.close()

    def _keep(self) -> None:
        """Keep a process following; one that dies is replaced, slower each time."""
        wait = FIRST_WAIT_S
        while not self._stop.is_set():
            reached = self.index.height
            self._run()
            if self._stop.is_set():
                return
            wait = FIRST_WAIT_S if self.index.height > reached else 2 * wait
            self.index.failure = (
                f"读模型进程意外结束，{wait:.0f} 秒后重启；账本不受影响。"
                f" The read model's process ended and is started again in {wait:.0f} s;"
                " the ledger goes on."
            )
            self._stop.wait(min(wait, LONGEST_WAIT_S))

    def _run(self) -> None:
        """One process, from its start to its end."""
        command = [sys.executable, "-m", "huabiao.node.read_model", str(self._folder)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None and process.stdout is not None
            hearing = threading.Thread(
                target=self._hear, args=(process.stdout,), name="index hears"
            )
            hearing.start()
            with suppress(BrokenPipeError):
                self._tell_heights(process, process.stdin)
            with suppress(BrokenPipeError):
                process.stdin.close()
            hearing.join()

    def _tell_heights(self, process: Process, heights: IO[bytes]) -> None:
        told = -1
        while not self._stop.is_set() and process.poll() is None:
            if self._port.height > told:
                told = self._port.height
                heights.write(b"%d\n" % told)
                heights.flush()
            self._port.wait_for(told + 1, PAUSE_S)

    def _hear(self, lines: IO[bytes]) -> None:
        for line in lines:
            said: dict[str, Any] = json.loads(line)
            self.index.moved(said["height"], said["failure"], said["edition"])
