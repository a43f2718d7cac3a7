"""
A real browser before a city that has played its day: Debian's Chromium, by playwright.

The city is `huabiao up --story day` in a process of its own. Where there is no Chromium
the tests are skipped, and say which package brings it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from played_city import BareNode, PlayedCity
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from huabiao.services import databases
from huabiao.testing.ports import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PLAYED = "城市继续服务"


@pytest.fixture(scope="module")
def chromium() -> str:
    if CHROMIUM is None:
        pytest.skip(
            "没有 Chromium：apt-get install chromium。"
            " There is no Chromium: apt-get install chromium."
        )
    return CHROMIUM


@pytest.fixture(scope="module")
def city(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PlayedCity]:
    home = tmp_path_factory.mktemp("browser") / "home"
    port = free_port()
    command = [str(Path(sys.executable).with_name("huabiao")), "up", "--home", home]
    node = subprocess.Popen(
        [*command, "--port", str(port), "--story", "day"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert node.stdout is not None
        said = []
        for line in node.stdout:
            said.append(line)
            if PLAYED in line:
                break
        else:
            raise AssertionError("".join(said))
        yield PlayedCity(f"http://127.0.0.1:{port}", home)
    finally:
        node.send_signal(signal.SIGTERM)
        node.communicate(timeout=60)
        if (home / "databases").exists():
            databases.remove(databases.start(home / "databases"))


@pytest.fixture(scope="module")
def bare_node(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BareNode]:
    home = tmp_path_factory.mktemp("bare") / "home"
    command = [sys.executable, "-m", "huabiao", "up", "--home", str(home), "--json"]
    node = subprocess.Popen(
        [*command, "--port", str(free_port()), "--story", "none"],
        stdout=subprocess.PIPE,
    )
    assert node.stdout is not None
    yield BareNode(json.loads(node.stdout.readline())["url"], home)
    node.send_signal(signal.SIGTERM)
    node.wait(60)


# A module's, not the session's: playwright holds the thread's event loop while it runs.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    # Chromium's own sandbox needs user namespaces, which root in a container lacks.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=options)
        yield opened
        opened.close()


@pytest.fixture(params=["zh-CN", "en-GB"])
def visitor(
    browser: Browser, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """Somebody whose browser speaks Chinese, then somebody whose speaks English."""
    context = browser.new_context(locale=request.param)
    yield context
    context.close()
