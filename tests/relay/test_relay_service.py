"""
`huabiao relay` as a service: three chains from a file, a route in order, its figures,
and a chain that changes its suite.
"""

import signal
import subprocess
import time
from contextlib import ExitStack

import httpx
import pytest
from relay_town import (
    HUABIAO,
    connect,
    lay_out,
    relay_of,
    serving,
    wait_until,
)

from huabiao.testing.ports import free_ports

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
PATIENCE_S = 150
FILE = """
[[chain]]
urls = ["{beijing}"]
identity = "中继"

[[chain]]
urls = ["{haidian}"]

[[chain]]
urls = ["{tianjin}"]
"""


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Packets keep their order between the first two."""
    suites = {"beijing": "intl", "haidian": "sm", "tianjin": "intl"}
    homes = lay_out(tmp_path_factory.mktemp("three"), suites)
    with ExitStack() as stack:
        served = {
            name: stack.enter_context(serving(name, home))
            for name, home in homes.items()
        }
        connect(served["beijing"], served["haidian"], "--ordered")
        connect(served["haidian"], served["tianjin"])
        yield served


def test_one_relay_carries_between_three_chains_of_a_file(three, tmp_path):
    beijing, haidian, tianjin = three.values()
    file = tmp_path / "relay.toml"
    urls = {name: each.url for name, each in three.items()}
    file.write_text(FILE.format(**urls), "utf-8")
    (port,) = free_ports(1)
    beijing.keys("citizen")  # opens slowly, and the packet's time has begun
    late = beijing.greet("haidian", "nobody is there", within=5_000)
    time_over = beijing.read(f"packets/sent/haidian.{late}")[5]
    wait_until(lambda: time.time() * 1000 > time_over)
    relay = subprocess.Popen(
        [*HUABIAO, "relay", "--file", str(file), "--metrics-port", str(port),
         "--home", str(tmp_path / "home"), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        on = [beijing.greet("haidian", f"word {n}") for n in range(3)]
        back = haidian.greet("beijing", "rude")
        further = haidian.greet("tianjin", "hello")
        wait_until(
            lambda: (
                haidian.state(f"tianjin.{further}") == "acknowledged"
                and haidian.state(f"beijing.{back}") == "declined"
                and beijing.state(f"haidian.{on[-1]}") == "acknowledged"
            ),
            PATIENCE_S,
        )
        figures = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    finally:
        relay.send_signal(signal.SIGTERM)
        told, _ = relay.communicate(timeout=60)
    # In order, and the one that came too late made room for those behind it.
    assert [beijing.state(f"haidian.{n}") for n in [late, *on]] == [
        "declined", "acknowledged", "acknowledged", "acknowledged",
    ]  # fmt: skip
    assert haidian.read("packets/flows/beijing")[1] == on[-1] + 1
    assert relay.returncode == 0 and '"chain": "tianjin"' in told
    assert 'huabiao_relay_received_total{chain="haidian"} 4' in figures
    assert 'huabiao_relay_troubled{to="tianjin",from="haidian"} 0' in figures
    assert (tmp_path / "home" / "wallets" / "中继.json").exists()


def test_after_a_change_of_suite_the_relay_signs_in_the_new_one(three, tmp_path):
    beijing, haidian, tianjin = three.values()
    relay, heard = relay_of(tmp_path, haidian.url, tianjin.url)
    relay.discover()
    change_suite(tianjin, "pq")
    number = haidian.greet("tianjin", "in another suite")
    back = tianjin.greet("haidian", "back")
    assert relay.once(), heard.lines
    assert "uses the suite pq now" in " ".join(heard.lines)
    assert haidian.state(f"tianjin.{number}") == "acknowledged"
    assert tianjin.state(f"haidian.{back}") == "acknowledged"
    assert relay.chains["tianjin"].suite == "pq"


def change_suite(served, suite):
    """By the commands of its operator; the greetings' citizen joins."""
    start = served.node.port.height + 8
    operator = ("--as", "operator")
    for words in (
        ("call", "suites", "plan", "2030", f"suite={suite}", f"start={start}"),
        ("call", "suites", "approve", "2030"),
        ("member", "prepare", "city", "--suite", suite, "--key",
         str(served.home / f"member-{suite}.json")),
    ):  # fmt: skip
        served.json(*words, *operator)
    served.keys("citizen")
    for name in ("operator", "citizen"):
        served.json("key", "join", name, "--suite", suite)
    while served.node.port.height < start - 2:
        served.do("citizen", "evidence", "notarize", digests=[bytes(32)])
    served.json("member", "adopt", *operator)
    served.opened.clear()
