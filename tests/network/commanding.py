"""The command line as people at a network's nodes use it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any


def huabiao(*words: str) -> dict[str, Any]:
    done = _run(words)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def refused(*words: str) -> str:
    """What the command says that will not do it."""
    done = _run(words)
    assert done.returncode != 0, (words, done.stdout)
    return done.stderr


def _run(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "huabiao", *words, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
    )


def until(what: Callable[[], Any], seconds: float = 40.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what()}")
