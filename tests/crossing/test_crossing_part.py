"""The part `Crossing`: what was sent ends exactly once, whatever the order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import MINUTE

POST = '''
"""Letters between chains."""

from huabiao.contracts import (
    Bytes as Octets, Code, Count, Crossing, Instant, Record, Registry, Scenario, Text,
    Title, anyone, contract, does,
)


class Letter(Record):
    """What crosses."""

    text: Text
    pages: Count = 1


class Ended(Record):
    """How often a letter ended, and how it did at last."""

    times: Count
    code: Code
    about: Text


class Post(Scenario):
    """Sends letters."""

    title = Title(zh="信件", en="Post")
    ended = Registry(Ended)
    letters = Registry(Letter)
    crossing = Crossing()

    @does(by=anyone, keyed=True)
    def send(self, route: Code, text: Text, timeout: Instant) -> None:
        """Send a letter."""
        self.crossing.send(route, "post", Letter(text), timeout, self.key)

    @does(by=anyone)
    def send_bytes(self, route: Code, value: Octets, timeout: Instant) -> None:
        """Send what may be no letter."""
        self.crossing.send(route, "post", value, timeout)

    @does(by=anyone)
    def forget(self, route: Code, sequence: Count) -> None:
        """End what has not ended by itself."""
        self.crossing.end(route, sequence)

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Keep a letter."""
        self.letters.add(f"{route}.{sequence}", self.crossing.read(Letter, value))

    @does(by=contract("packets"))
    def packet_ended(
        self, route: Code, sequence: Count, receiver: Code, value: Octets, code: Code,
        sentence: Text,
    ) -> None:
        """Count how often it ended."""
        about = self.crossing.end(route, sequence)
        before = self.ended.find(f"{route}.{sequence}")
        times = before.times if before else 0
        self.ended.put(f"{route}.{sequence}", Ended(times + 1, code, about))
'''


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    made = Chains(
        tmp_path_factory.mktemp("post"), {"beijing": "intl", "tianjin": "sm"}, [POST]
    )
    made.connect("beijing", "tianjin")
    yield made
    made.close()


def number_of(chains):
    return chains["beijing"].read("packets/flows/tianjin")[0] - 1


def ended(chains, number):
    return chains["beijing"].read(f"post/ended/tianjin.{number}")


def under_way(chains, number):
    return chains["beijing"].read(f"post/crossing/tianjin.{number}")


acts = st.lists(
    st.tuples(
        st.sampled_from(["send", "receive", "end", "wait"]), st.integers(0, 3)
    ),
    min_size=4, max_size=10,
)  # fmt: skip


@settings(
    max_examples=12, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(acts)
def test_what_was_sent_ends_exactly_once(chains, acts):
    city, sent = chains["beijing"], []
    for act, pick in [("send", 0), *acts]:
        chains.tick()
        if act == "send":
            city.call(
                city.cast("an"), "post", "send", f"letter {pick}", route="tianjin",
                text="你好", timeout=city.now + MINUTE,
            )  # fmt: skip
            number = number_of(chains)
            sent.append(number)
            assert under_way(chains, number)[::2] == ["post", f"letter {pick}"]
        elif act == "wait":
            chains.tick(MINUTE)
            chains["tianjin"].block()
        else:
            bring(chains, act, sent[pick % len(sent)])
        for number in sent:
            assert bool(under_way(chains, number)) != bool(ended(chains, number))
    chains.tick(MINUTE)
    chains["tianjin"].block()
    for number in sent:
        for _ in range(2):
            bring(chains, "end", number)
        times, code, _ = ended(chains, number)
        arrived = chains["tianjin"].read(f"post/letters/beijing.{number}")
        assert times == 1 and (code == "ok") == (arrived is not None)


def bring(chains, act, number):
    """What a relay does, whether it is time for it or not."""
    if act == "end":
        assert chains.end("beijing", "tianjin", number).code in (
            "ok", "packet.early", "state.wrong",
        )  # fmt: skip
    elif chains["beijing"].read(f"packets/sent/tianjin.{number}"):
        assert chains.receive("beijing", "tianjin", number).code in (
            "ok", "packet.repeated", "packet.late",
        )  # fmt: skip
    else:
        proof = chains.prove("beijing", f"packets/sent/tianjin.{number}")
        with pytest.raises(carrying.NotCarried):
            carrying.receive("beijing", number, proof)


@pytest.mark.parametrize(
    "value",
    [b"", b"\xc1", encode("text"), encode(["text"]), encode(["text", -1]),
     encode(["text", 1, 2]), b"\x92\xa0\xcc\x01"],
    ids=["nothing", "no value", "no array", "short", "no count", "long", "odd"],
)  # fmt: skip
def test_what_is_no_such_record_is_refused_and_said_so(chains, value):
    chains.tick()
    city = chains["beijing"]
    facts = {"route": "tianjin", "value": value, "timeout": city.now + MINUTE}
    city.call(city.cast("an"), "post", "send_bytes", **facts)
    number = number_of(chains)
    chains.carry("beijing", "tianjin", number)
    assert ended(chains, number)[:2] == [1, "crossing.malformed"]
    assert chains["tianjin"].read(f"post/letters/beijing.{number}") is None


def test_what_was_not_sent_does_not_end(chains):
    city = chains["beijing"]
    never = {"route": "tianjin", "sequence": 9_999}
    city.refused("crossing.none", city.cast("an"), "post", "forget", **never)
    unopened = {"route": "hebei", "text": "x", "timeout": city.now + MINUTE}
    call = Call("post", "send", "letter", unopened)
    assert city.submit(city.cast("an"), call).code == "record.unknown"
