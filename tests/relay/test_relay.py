"""
A relay between two real nodes: it carries, times out, refreshes, and costs a sum.

The chains are of two suites and served over HTTP; the relay has ordinary keys.
"""

import time

from relay_town import relay_of, wait_until


def test_packets_cross_both_ways_and_are_acknowledged(two, tmp_path):
    beijing, haidian = two
    number = beijing.greet("haidian", "你好", "hello")
    rude = beijing.greet("haidian", "rude")
    back = haidian.greet("beijing", "back")
    relay, heard = relay_of(tmp_path, beijing.url, haidian.url)
    assert relay.once(), heard.lines
    assert beijing.state(f"haidian.{number}") == "acknowledged"
    assert beijing.state(f"haidian.{rude}") == "declined"
    assert haidian.state(f"beijing.{back}") == "acknowledged"
    chains = {each["chain"]: each for each in relay.figures()["chains"]}
    assert chains["haidian"]["received"] == 2 and chains["haidian"]["ended"] == 1
    assert chains["beijing"]["received"] == 1 and chains["beijing"]["ended"] == 2
    assert chains["beijing"]["cost_a_packet"] > 1_000
    assert chains["beijing"]["refused"] == chains["haidian"]["refused"] == 0


def test_a_packet_that_nobody_took_is_refunded_though_no_block_was_made(two, tmp_path):
    beijing, haidian = two
    before = haidian.node.port.height
    number = beijing.greet("haidian", "late", within=3_000)
    wait_until(lambda: time.time() * 1000 > ended_at(beijing, number))
    relay, heard = relay_of(tmp_path, beijing.url, haidian.url)
    assert relay.once(), heard.lines
    assert beijing.state(f"haidian.{number}") == "timed_out"
    # The block that shows the absence was made by bringing a header there.
    assert haidian.node.port.height == before + 1


def ended_at(chain, number):
    return chain.read(f"packets/sent/haidian.{number}")[5]


def test_once_again_there_is_nothing_to_do(two, tmp_path):
    beijing, haidian = two
    relay, _ = relay_of(tmp_path, beijing.url, haidian.url)
    assert relay.once()
    heights = [each.node.port.height for each in two]
    again, _ = relay_of(tmp_path, beijing.url, haidian.url)
    assert again.once()
    assert [each.node.port.height for each in two] == heights
    assert sum(each["envelopes"] for each in again.figures()["chains"]) == 0


def test_what_another_relay_carried_first_is_left_alone(two, tmp_path):
    beijing, haidian = two
    numbers = [beijing.greet("haidian", f"word {n}") for n in range(3)]
    first, _ = relay_of(tmp_path / "first", beijing.url, haidian.url)
    second, heard = relay_of(tmp_path / "second", beijing.url, haidian.url)
    second.discover()
    (late,) = [
        link for link in second.links.values() if link.here.chain.name == "haidian"
    ]
    # The second relay looks, and before it sends, the first one has carried it all.
    look = late._look.look

    def look_and_lose():
        seen = look()
        assert first.once()
        late._look.look = look
        return seen

    late._look.look = look_and_lose
    assert second.once(), heard.lines
    assert late.lag.beaten <= 1
    for number in numbers:
        assert beijing.state(f"haidian.{number}") == "acknowledged"
        assert len(haidian.read(f"packets/received/beijing.{number}")) == 3


def test_the_command_carries_and_tells_its_cost(two, tmp_path):
    beijing, haidian = two
    number = beijing.greet("haidian", "by command")
    result = beijing.run("relay", beijing.url, haidian.url, "--once")
    assert result.exit_code == 0, result.output
    assert beijing.state(f"haidian.{number}") == "acknowledged"
    assert "cost units" in result.output and "0 packets wait" in result.output
    alone = beijing.run("relay", beijing.url, "--once")
    assert alone.exit_code == 1 and "two chains" in alone.output
