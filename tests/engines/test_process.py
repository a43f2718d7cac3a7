"""CometBFT as a child: what its log says reaches the node's health."""

import time
from collections.abc import Callable
from pathlib import Path

from huabiao.engines.cometbft.process import CometProcess

# As CometBFT v0.40.0 wrote it to a node whose application gave another hash.
HALT = (
    "E[2026-11-25|19:46:36.414] CONSENSUS FAILURE!!!      module=consensus"
    ' err="precommit step; +2/3 prevoted for an invalid block: wrong'
    ' Block.Header.AppHash" stack="goroutine 4206 [running]"'
)


def script(folder: Path, lines: str) -> Path:
    path = folder / "cometbft"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_engine_that_votes_no_more_says_why(tmp_path: Path) -> None:
    (tmp_path / "cometbft.log").write_text(f"{HALT}\n".replace("AppHash", "Earlier"))
    binary = script(tmp_path, f"echo '{HALT}'\nexec sleep 60")
    process = CometProcess(binary, tmp_path)
    process.start()
    try:
        # The child may have spoken before the thread that started it has its number.
        until(lambda: process.pid and process.halted())
        said = process.halted()
        assert "wrong Block.Header.AppHash" in said and "huabiao replay" in said
        assert "Earlier" not in said, "that was another run"
        assert process.pid and not process.alert
    finally:
        process.stop()
    assert not process.pid


def test_an_engine_that_ends_is_an_alert_with_its_last_words(tmp_path: Path) -> None:
    binary = script(tmp_path, "echo 'ERROR: no room for anything'\nexit 1")
    process = CometProcess(binary, tmp_path)
    process.start()
    try:
        until(lambda: process.alert)
        assert "ERROR: no room for anything" in process.alert
        assert process.halted() == ""
    finally:
        process.stop()


def test_one_that_is_stopped_while_it_starts_does_not_stay(tmp_path: Path) -> None:
    process = CometProcess(script(tmp_path, "exec sleep 60"), tmp_path)
    started = time.monotonic()
    process.start()
    process.stop()
    assert not process.pid and time.monotonic() - started < 5
