"""
Relays that are killed, doubled, late or lying, and chains that are away.

What each of them may do is delay. At the end every packet has ended once, as its
sender's record and the receiver's say; what was heard was heard once.
"""

import random
import time
from contextlib import contextmanager

import pytest
from relay_town import (
    connect,
    copy_home,
    lay_out,
    relay_of,
    relay_process,
    running,
    serving,
    wait_until,
)

from huabiao.testing.crossing.program import lie

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
PACKETS, PATIENCE_S = 30, 120


def all_ended(chain, numbers):
    """Whether every packet was acknowledged."""
    return all(chain.state(f"haidian.{n}") == "acknowledged" for n in numbers)


def heard_once(chain, numbers):
    """The receiver's own counts: what came, and that each number came."""
    for number in numbers:
        assert chain.read(f"packets/received/beijing.{number}")[0] == "ok"


def greet_many(chain, word):
    return [chain.greet("haidian", f"{word} {n}") for n in range(PACKETS)]


def test_a_relay_that_is_killed_is_started_again_and_goes_on(two, tmp_path):
    beijing, haidian = two
    numbers, seed = greet_many(beijing, "killed"), random.Random(7)
    while not all_ended(beijing, numbers):
        with relay_process(tmp_path, beijing.url, haidian.url):
            end = time.monotonic() + seed.uniform(3, 9)
            wait_until(
                lambda end=end: time.monotonic() > end or all_ended(beijing, numbers)
            )
    heard_once(haidian, numbers)


def test_two_relays_at_once_carry_everything_once(two, tmp_path):
    beijing, haidian = two
    one, _ = relay_of(tmp_path / "one", beijing.url, haidian.url)
    other, _ = relay_of(tmp_path / "other", haidian.url, beijing.url)
    with running(one), running(other):
        numbers = greet_many(beijing, "twice")
        wait_until(lambda: all_ended(beijing, numbers), PATIENCE_S)
    heard_once(haidian, numbers)
    received = sum(
        each["received"]
        for relay in (one, other)
        for each in relay.figures()["chains"]
        if each["chain"] == "haidian"
    )
    assert received == PACKETS


@contextmanager
def lying(relay, seed):
    """A relay that spoils proofs and packets, replays, and reorders, by a seed."""
    relay.discover()
    for link in relay.links.values():
        link._plan = lie(seed, link._plan)
    with running(relay):
        yield


def test_a_liar_beside_an_honest_relay_changes_nothing(two, tmp_path):
    beijing, haidian = two
    liar, _ = relay_of(tmp_path / "liar", beijing.url, haidian.url)
    with lying(liar, 11):
        numbers = greet_many(beijing, "lied about")
        wait_until(
            lambda: any(each["refused"] for each in liar.figures()["chains"]),
            PATIENCE_S,
        )
        assert not any(
            haidian.read(f"packets/received/beijing.{number}") for number in numbers
        )
        honest, _ = relay_of(tmp_path / "honest", beijing.url, haidian.url)
        with running(honest):
            wait_until(lambda: all_ended(beijing, numbers), PATIENCE_S)
    heard_once(haidian, numbers)


def test_a_client_is_refreshed_before_it_expires(two, tmp_path):
    """Two idle chains: both make a block for it, once in half a period."""
    beijing, haidian = two
    beijing.json("chain", "follow", haidian.url, "--name", "short", "--period", "60s",
                 "--as", "operator")  # fmt: skip
    key = "light_clients/record/short"
    before = beijing.read(key)[2][8]
    relay, _ = relay_of(tmp_path, beijing.url, haidian.url)
    with running(relay):
        wait_until(lambda: beijing.read(key)[2][8] > before + 20_000, 90)
    assert beijing.read(key)[0] == "following"


def test_a_chain_that_was_away_comes_back_and_the_relay_goes_on(tmp_path):
    homes = lay_out(tmp_path, {"beijing": "intl", "haidian": "intl"})
    with serving("beijing", homes["beijing"]) as beijing:
        with serving("haidian", homes["haidian"]) as haidian:
            connect(beijing, haidian)
            port = int(haidian.url.rpartition(":")[2])
        numbers = greet_many(beijing, "away")
        relay, heard = relay_of(tmp_path / "keys", beijing.url, haidian.url)
        with running(relay):
            wait_until(lambda: bool(relay.silent))
            assert haidian.url in " ".join(heard.lines)
            with serving("haidian", homes["haidian"], port):
                wait_until(lambda: all_ended(beijing, numbers), PATIENCE_S)


def test_two_certified_headers_of_one_height_freeze_the_client(tmp_path):
    """The same member, started twice from one past, signs two blocks of one height."""
    homes = lay_out(tmp_path, {"beijing": "intl", "haidian": "sm"})
    with (
        serving("beijing", homes["beijing"]) as beijing,
        serving("haidian", homes["haidian"]) as haidian,
    ):
        connect(beijing, haidian)
        fork = copy_home(haidian.home, tmp_path / "fork")
        with serving("haidian", fork) as twin:
            for each, word in ((haidian, b"one past"), (twin, b"another past")):
                digests = [word.ljust(32)]
                each.do("citizen", "evidence", "notarize", "", digests=digests)
            urls = (beijing.url, haidian.url, twin.url)
            relay, heard = relay_of(tmp_path / "keys", *urls)
            relay.once()
            assert "is frozen" in " ".join(heard.lines)
        assert beijing.read("light_clients/record/haidian")[0] == "frozen"
        shown = beijing.json("chain", "list")["clients"][0]
        assert "huabiao chain recover haidian" in shown["todo"][0]
