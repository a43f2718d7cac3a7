"""
A relay between two real nodes: it carries, times out, refreshes, and costs a sum.

The chains are of two suites and served over HTTP; the relay has ordinary keys.
"""

import time

import httpx
from relay_town import relay_of, running, wait_until

from huabiao.client.remote import Remote
from huabiao.codec import encode
from huabiao.crypto.suite import suite
from huabiao.node.proving import prove_state
from huabiao.proofs import radix
from huabiao.proofs.header import certified_message, decode_header, header_hash
from huabiao.proofs.state_proofs import StateEntry, StateProofs
from huabiao.services.relay import carrying
from huabiao.services.relay.doors import introduced
from huabiao.testing.city import City


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
    lose(late, first.once)
    assert second.once(), heard.lines
    assert late.lag.beaten <= 1
    for number in numbers:
        assert beijing.state(f"haidian.{number}") == "acknowledged"
        assert len(haidian.read(f"packets/received/beijing.{number}")) == 3


def lose(link, carry):
    """A link looks, and before it sends, another relay has carried."""
    look = link._look.look

    def look_and_lose():
        seen = look()
        assert carry()
        link._look.look = look
        return seen

    link._look.look = look_and_lose


def test_a_change_of_members_that_another_relay_brought_is_no_trouble(two, tmp_path):
    beijing, haidian = two
    key = str(haidian.home / "member-next.json")
    haidian.json("member", "rotate", "city", "--key", key, "--as", "operator")
    number = haidian.greet("beijing", "by another member")
    first, _ = relay_of(tmp_path / "first", beijing.url, haidian.url)
    second, heard = relay_of(tmp_path / "second", beijing.url, haidian.url)
    for relay in (first, second):
        relay.discover()
    early, late = (
        link
        for relay in (first, second)
        for link in relay.links.values()
        if link.here.chain.name == "beijing"
    )
    lose(late, early.round)
    assert second.once(), heard.lines
    assert late.lag.beaten == 1 and heard.lines == []
    assert haidian.state(f"beijing.{number}") == "acknowledged"


def test_the_command_carries_and_tells_its_cost(two, tmp_path):
    beijing, haidian = two
    number = beijing.greet("haidian", "by command")
    result = beijing.run("relay", beijing.url, haidian.url, "--once")
    assert result.exit_code == 0, result.output
    assert beijing.state(f"haidian.{number}") == "acknowledged"
    assert "cost units" in result.output and "0 packets wait" in result.output
    alone = beijing.run("relay", beijing.url, "--once")
    assert alone.exit_code == 1 and "two chains" in alone.output


def test_pages_and_commands_say_what_a_crossing_waits_for(two, tmp_path):
    beijing, haidian = two
    number = beijing.greet("haidian", "hello")
    key = f"haidian.{number}"
    shown = beijing.json("crossing", "show", key)
    assert shown["sentence"].startswith("等 haidian 的确认，还剩 9 分钟，之后退回。")
    assert "waits for haidian's" in shown["sentence"].lower() and not shown["stuck"]
    assert "light_client" in shown["trust"] and shown["steps"]
    with httpx.Client(base_url=beijing.url) as browser:
        page = browser.get(f"/crossings/{key}").text
        assert "还剩 9 分钟" in page and "Take the proof" in page
        listed = browser.get("/crossings?route=haidian&state=sent_out").text
        assert key in listed and "certificates" in listed
        browser.get("/language/en")
        assert 'class="only-en"' in browser.get("/crossings").text
        assert browser.get(f"/proofs/packets/{key}").status_code == 200
    relay, _ = relay_of(tmp_path, beijing.url, haidian.url)
    assert relay.once()
    assert beijing.json("crossing", "show", key)["state"] == "acknowledged"
    came = haidian.json("crossing", "list", "--incoming", "--route", "beijing")
    assert f"in:beijing.{number}" in {each["id"] for each in came["crossings"]}
    one = haidian.json("crossing", "show", f"in:beijing.{number}")
    assert one["code"] == "ok" and one["steps"][0]["operation"] == "receive"
    missing = haidian.run("crossing", "show", "in:beijing.999")
    assert missing.exit_code == 1 and "999" in missing.output


def test_a_paused_route_says_who_paused_it_and_what_to_do(two, tmp_path):
    beijing, haidian = two
    beijing.do("operator", "governance", "grant_role", "test", scenario="routes",
               role="guard", account=beijing.keys("guard").account)  # fmt: skip
    number = beijing.greet("haidian", "hello")
    beijing.do("guard", "routes", "pause", "haidian", why="演练")
    shown = beijing.json("crossing", "show", f"haidian.{number}")
    assert shown["stuck"] and "演练" in shown["todo"][0]
    assert "huabiao call routes resume haidian" in shown["todo"][0]
    listed = beijing.run("chain", "list").output
    assert "暂停 · Paused" in listed and "Follows haidian" in listed
    # What is under way still ends, and a relay sees to it.
    relay, _ = relay_of(tmp_path, beijing.url, haidian.url)
    assert relay.once()
    assert beijing.state(f"haidian.{number}") == "acknowledged"
    beijing.do("operator", "routes", "resume", "haidian")


def test_an_administrator_approves_only_what_he_would_have_proposed(two):
    beijing, haidian = two
    again = beijing.run("chain", "follow", haidian.url, "--as", "operator")
    assert again.exit_code == 1 and "following" in again.output
    wrong = beijing.run("chain", "recover", "haidian", haidian.url, "--fingerprint",
                        "0123456789abcdef", "--as", "operator")  # fmt: skip
    assert wrong.exit_code == 1 and "fingerprint" in wrong.output
    right = beijing.json("chain", "members", haidian.url)["fingerprint"]
    assert beijing.json("chain", "recover", "haidian", haidian.url, "--fingerprint",
                        right, "--as", "operator")["accepted"]  # fmt: skip
    assert beijing.read("light_clients/record/haidian")[2][10] == 1


def test_many_keys_are_proved_under_one_header(two):
    """POST /api/proofs/state, and the bounds of what a stranger may ask of it."""
    beijing, _ = two
    with httpx.Client(base_url=beijing.url) as http:
        path = "/api/proofs/state"
        many = {f"packets/sent/haidian.{n}": "proof" for n in range(1_001)}
        assert http.post(path, json={"keys": many}).status_code == 422
        private = {"hazardous_waste/record/m1": "proof"}
        assert http.post(path, json={"keys": private}).status_code == 401
        unknown = {"nothing/record/m1": "value"}
        assert http.post(path, json={"keys": unknown}).status_code == 404
        past = http.post(path, json={"keys": {}, "height": 10**6})
        assert past.status_code == 404
    with beijing.remote as city:
        keys = {
            "routes/record/haidian": "proof",
            "routes/record/none": "proof",
            "packets/flows/haidian": "present",
            "packets/flows/none": "present",
        }
        found = city.state_proofs(keys)  # fmt: skip
    there, absent, present, nothing = found.entries
    header = decode_header(found.header)
    digest = suite("intl").digest
    for key, entry in zip(keys, (there, absent, present), strict=False):
        assert radix.verify(
            digest, header.state, key.encode(), entry.value, entry.radix
        )
    assert absent.value is None and there.value and present.value
    assert nothing.value is None and not nothing.radix


def test_a_link_that_ended_unexpectedly_begins_anew(two, tmp_path, monkeypatch):
    beijing, haidian = two
    relay, heard = relay_of(tmp_path, beijing.url, haidian.url)
    relay.discover()
    for link in relay.links.values():
        monkeypatch.setattr(link, "round", fall)
    monkeypatch.setattr("huabiao.services.relay.relay.DISCOVER_S", 0.2)
    number = beijing.greet("haidian", "after a fall")
    with running(relay):
        wait_until(lambda: beijing.state(f"haidian.{number}") == "acknowledged")
    (said, _) = [line for line in heard.lines if "Ended unexpectedly" in line]
    assert "RuntimeError('unforeseen')" in said and "fall" in said


def fall():
    raise RuntimeError("unforeseen")


def test_an_address_that_answers_otherwise_is_told_and_harms_no_other(two):
    """Of a city, of something else on the network, and no address at all."""
    beijing, _ = two
    with Remote(beijing.url) as city:
        page = f"{beijing.url}/crossings?"
        chains, silent = introduced(
            [page, "http://[", city.url], lambda *_: beijing.keys("relay"), {}
        )
    assert list(chains) == ["beijing"]
    assert "cannot be read" in silent[page] and silent["http://["]


def test_what_is_forged_or_replayed_is_refused_at_the_door(two, tmp_path):
    """Over HTTP, as anybody could: a certificate of others, a chain of the same name,
    another packet under the proof, and what was brought before."""
    beijing, haidian = two
    number = beijing.greet("haidian", "once")
    with beijing.remote as city:
        proofs = city.state_proofs({f"packets/sent/haidian.{number}": "proof"})

    def told(*calls):
        with haidian.remote as city:
            return city.send(haidian.keys("citizen"), *calls).code

    changed = haidian.read("light_clients/record/beijing")[2][7]
    steps = carrying.steps("beijing", proofs, changed)
    (entry,), height = proofs.entries, carrying.height_of(proofs)
    receive = carrying.receive_proved("beijing", number, height, entry)
    hash_ = header_hash(suite("intl").digest, proofs.header)
    signature = beijing.keys("citizen").sign(certified_message(hash_))
    forged = StateProofs(proofs.header, encode([[0, signature]]), [], [])
    assert told(carrying.advance("beijing", forged)) == "header.uncertified"
    twin = City(tmp_path, "intl", chain="beijing")
    twin.block()
    proof, _ = carrying.state_proof(prove_state(twin.ledger, "governance/x", None))
    twin.close()
    assert told(carrying.advance("beijing", proof)) == "header.uncertified"
    another = entry.value.replace(b"once", b"more")
    other = carrying.receive_proved(
        "beijing", number, height, StateEntry(another, entry.radix)
    )
    assert another != entry.value and told(*steps, other) == "proof.fails"
    assert told(*steps, receive) == "ok"
    assert told(receive) == told(*steps, receive) == "packet.repeated"
