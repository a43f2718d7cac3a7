"""
CometBFT as a child process: started, watched, started again, and stopped.

Its output goes to HOME/engine/cometbft.log. When it ends by itself it is started again,
later each time, and the last line it wrote is what the node's health says.
"""

import contextlib
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huabiao.engines.orphans import end_with_parent

LARGEST_LOG = 16 * 2**20
LONGEST_LOOK = 2**20
HALTED = re.compile(rb'CONSENSUS FAILURE!!!.*?err="([^"\n]*)"')
FIRST_WAIT_S, LONGEST_WAIT_S, STOP_S = 1.0, 30.0, 15.0


class CometProcess:
    """Keeps one CometBFT running in a folder until it is told to stop."""

    def __init__(
        self, binary: Path, folder: Path, before_start: Callable[[], Any] = bool
    ) -> None:
        self._binary, self._folder = binary, folder
        self._before_start = before_start
        self._asked_to_restart = False
        self.alert = ""
        log = folder / "cometbft.log"
        self._began = log.stat().st_size if log.exists() else 0
        """Where the log of this run begins."""
        self._stop = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="cometbft", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def pid(self) -> int:
        """Of the child, 0 while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else 0

    def halted(self) -> str:
        """
        Why consensus ended in a process that goes on; empty where it did not.

        CometBFT stops voting for good, and runs on, when its application's hash is
        not the one that more than two thirds have.
        """
        try:
            with (self._folder / "cometbft.log").open("rb") as file:
                end = os.fstat(file.fileno()).st_size
                file.seek(max(self._began, end - LONGEST_LOOK))
                found = HALTED.search(file.read())
        except OSError:
            return ""
        if found is None:
            return ""
        why = found[1].decode(errors="replace")[:200]
        return (
            f"共识引擎已停止投票：{why}。本节点的结果可能与其他成员不同：停下节点，运行"
            " huabiao replay，并与其他成员核对软件版本。"
            " The consensus engine votes no more: this node's result may differ from"
            " the others'. Stop it, run huabiao replay, and compare versions with them."
        )

    def restart(self) -> None:
        """Let it end and start again at once, such as with another voting key."""
        self._asked_to_restart = True
        if self.pid and self._child is not None:
            self._child.terminate()

    def stop(self) -> None:
        """Ask it to end; kill it if it does not."""
        self._stop.set()
        if self.pid and self._child is not None:
            self._child.terminate()
            try:
                self._child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._thread.join(STOP_S)

    def _keep(self) -> None:
        wait = FIRST_WAIT_S
        while not self._stop.is_set():
            started = time.monotonic()
            self._run()
            if self._stop.is_set():
                return
            if self._asked_to_restart:
                self._asked_to_restart = False
                continue
            if time.monotonic() - started > 60:
                wait = FIRST_WAIT_S
            self.alert = (
                f"共识引擎意外结束，{wait:.0f} 秒后重启：{self._last_line()}。"
                f" The consensus engine ended and is started again in {wait:.0f} s."
            )
            self._stop.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT_S)

    def _run(self) -> None:
        self._before_start()
        log = self._folder / "cometbft.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self._began = output.tell()
            self._child = subprocess.Popen(
                [str(self._binary), "start", "--home", str(self._folder)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=end_with_parent, start_new_session=True,
            )  # fmt: skip
        if self._stop.is_set():  # told while it was being started
            self._child.terminate()
        with contextlib.suppress(ChildProcessError):
            self._child.wait()

    def _last_line(self) -> str:
        try:
            with (self._folder / "cometbft.log").open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 4096))
                lines = file.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return "?"
        told = [line for line in lines if line.startswith(("E[", "panic", "Error"))]
        return (told or lines or ["?"])[-1][:300]
