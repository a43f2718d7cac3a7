"""
The packet's life as a model that TLC checks whole, and the contracts beside it: walks
through the states that TLC found are walked on two real chains, and at each of them the
contracts stand where the model does, and refuse what the model does not allow.
"""

import random
import shutil

import pytest
from crossing_city import GREETINGS
from packet_model import MODEL, POLITE, TIMEOUTS, read_graph, run_tlc

from huabiao.codec import decode
from huabiao.proofs.header import decode_header
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import DAY, MINUTE

pytestmark = pytest.mark.skipif(
    shutil.which("java") is None, reason="TLC runs on Java, which is not here"
)
WALKS, LONGEST = 12, 16
CAME = {"ok": "ok", "greeting.rude": "refused", "packet.late": "late"}


@pytest.fixture(scope="module", params=[False, True], ids=["unordered", "ordered"])
def checked(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tlc")
    said = run_tlc(folder, request.param)
    assert "No error has been found" in said, said
    return request.param, read_graph(folder)


@pytest.mark.parametrize(
    ("rule", "spoiled", "law"),
    [
        ("seen.time >= Timeouts[p]", "TRUE", "NeverHalf"),
        ("clock < Timeouts[p]", "TRUE", "NeverHalf"),
        ('    /\\ came[p] = "nothing"\n', "", "Conserved"),
        ("Ordered => InOrder(p)", "TRUE", "KeepsOrder"),
        (" /\\ WF_vars(Acknowledge(p))", "", "Ends"),
        ("    /\\ ~Ordered\n", "", "MakesRoom"),
    ],
)
def test_a_rule_that_is_taken_away_is_missed(tmp_path, rule, spoiled, law):
    """The model can fail: without any of these rules TLC finds how."""
    model = MODEL.read_text("utf-8")
    assert model.count(rule) == 1
    ordered = law in ("KeepsOrder", "MakesRoom")
    said = run_tlc(tmp_path, ordered, model.replace(rule, spoiled))
    how = {"Ends": "Temporal properties were violated"}
    assert how.get(law, f"Invariant {law} is violated") in said, said


class Walk:
    """One walk on two chains, each step as the model says."""

    def __init__(self, folder, ordered):
        self.chains = Chains(folder, {"here": "intl", "there": "intl"}, [GREETINGS])
        self.chains.connect("here", "there", period=DAY, ordered=ordered)
        self.chains.tick(MINUTE)
        self.start = self.chains["here"].now
        self.clock, self.sent, self.pictures = 0, {}, []

    def step(self, action, before, after):
        getattr(self, action)(*_changed(before, after))

    def Send(self, packet):
        city = self.chains["here"]
        word = "hi" if packet in POLITE else "rude"
        city.call(
            city.cast("citizen"), "greetings", "greet", route="there", words=[word],
            timeout=self.start + TIMEOUTS[packet] * MINUTE,
        )  # fmt: skip

    def Tick(self):
        self.clock += 1
        for city in self.chains.cities.values():
            city.now = self.start + self.clock * MINUTE

    def ShowSent(self):
        for packet in (1, 2):
            proof = self.chains.prove("here", f"packets/sent/there.{packet}")
            if carrying.state_proof(proof)[1].value is not None:
                self.sent[packet] = proof

    def ShowCame(self):
        self.chains["there"].block()
        self.pictures.append(
            {
                p: self.chains.prove("there", f"packets/received/here.{p}")
                for p in (1, 2)
            }
        )

    def Receive(self, packet):
        assert self.receive(packet) == "ok"

    def receive(self, packet):
        proof = self.sent[packet]
        call = carrying.receive("here", packet, proof)
        return self.chains.bring("there", "here", proof, call).code

    def Acknowledge(self, packet):
        self.end(packet, present=True)

    def TimeOut(self, packet):
        self.end(packet, present=False)

    def end(self, packet, present):
        """By any picture that shows it: the model says that there is one."""
        codes = []
        for picture in self.pictures:
            proof = picture[packet]
            value = carrying.state_proof(proof)[1].value
            if (value is not None) == present:
                call = carrying.end("there", packet, proof)
                codes.append(self.chains.bring("here", "there", proof, call).code)
        assert "ok" in codes, codes

    def stands(self, state):
        """Both chains say what the model says."""
        for packet in (1, 2):
            life = self.chains["here"].read(f"packets/record/there.{packet}")
            assert (life[0] if life else "unsent") == state["life"][packet]
            came = self.chains["there"].read(f"packets/received/here.{packet}")
            assert (CAME[came[0]] if came else "nothing") == state["came"][packet]

    def refuses(self, state, enabled):
        """What the model does not allow here, the contracts refuse."""
        for packet, proof in self.sent.items():
            if ("Receive", packet) not in enabled:
                assert self.receive(packet) != "ok"
            for picture in self.pictures if state["life"][packet] != "sent_out" else []:
                proof = picture[packet]
                call = carrying.end("there", packet, proof)
                assert not self.chains.bring("here", "there", proof, call).accepted
        for picture in self.pictures:
            for packet, proof in picture.items():
                taken, content = carrying.state_proof(proof)
                if content.value is None and ("TimeOut", packet) not in enabled:
                    call = carrying.end("there", packet, proof)
                    receipt = self.chains.bring("here", "there", proof, call)
                    assert not receipt.accepted, decode_header(taken.header)
                elif content.value is not None:
                    assert decode(content.value)[0] in CAME


def _changed(before, after):
    """The packet that a step is about; none for those of the clock and the relay."""
    for name in ("life", "came"):
        for packet, value in after[name].items():
            if before[name][packet] != value:
                return (packet,)
    return ()


def test_walks_of_the_model_are_walks_of_the_contracts(checked, tmp_path):
    ordered, graph = checked
    ways: dict[str, list] = {}
    for before, action, after in graph.steps:
        ways.setdefault(before, []).append((action, after))
    seen = set()
    for number in range(WALKS):
        chance, at = random.Random(f"walk {number}"), graph.first
        walk = Walk(tmp_path / str(number), ordered)
        for _ in range(LONGEST):
            if at not in ways:
                break
            action, after = chance.choice(ways[at])
            walk.step(action, graph.states[at], graph.states[after])
            seen.add(action)
            at = after
            walk.stands(graph.states[at])
        state = graph.states[at]
        enabled = {
            (action, *_changed(state, graph.states[after]))
            for action, after in ways.get(at, [])
        }
        walk.refuses(state, enabled)
        walk.stands(state)
        walk.chains.close()
    assert seen == {
        "Send", "Tick", "ShowSent", "ShowCame", "Receive", "Acknowledge",
        *([] if ordered else ["TimeOut"]),
    }  # fmt: skip
