"""One contract calls another: as whom, how far, and what is left of a refusal."""

import pytest

from huabiao.contracts import Refused
from huabiao.contracts.context import contract_account
from huabiao.node.asking import Questions
from huabiao.node.catalogue import shipped_sources
from huabiao.testing.city import City

CALLER = '''
"""Caller: calls what it is told to."""

from huabiao.contracts import (
    Code, Count, Party, Record, Registry, Role, Scenario, Text, Title, anyone, answers,
    contract, does, require,
)


class Note(Record):
    """Something written down."""

    said: Text


class Caller(Scenario):
    """Calls other contracts."""

    title = Title(zh="调用", en="Caller")
    visible = "public"

    notes = Registry(Note, "便条", "notes")

    @does(by=anyone, keyed=True)
    def pass_on(self, to: Code, operation: Code, said: Text) -> None:
        """Call another contract under the same id."""
        self.notes.put(self.key, Note("before"))
        self.call(to, operation, self.key, said=said)

    @does(by=anyone, keyed=True)
    def try_both(self, first: Text, second: Text) -> None:
        """Two calls, both or neither; what came of them is written down."""
        code, sentence = self.attempt([
            ["listener", "listen", self.key, {"said": first}, b""],
            ["listener", "listen", self.key + "-2", {"said": second}, b""],
        ])
        self.notes.put(self.key, Note(code + " " + sentence))

    @does(by=anyone, keyed=True)
    def call_governance(self, said: Text) -> None:
        """What no contract may."""
        self.call("governance", "leave", "")

    @answers
    def sly(self) -> str:
        """A question that would write."""
        self.call("listener", "listen", "x", said="sly")
        return ""
'''

LISTENER = '''
"""Listener: is called."""

from huabiao.contracts import (
    Code, Party, Record, Registry, Role, Scenario, Text, Title, anyone, contract, does,
    require,
)


class Heard(Record):
    """What was heard, from whom."""

    said: Text
    caller: Party
    calling: Text


class Listener(Scenario):
    """Listens to other contracts."""

    title = Title(zh="倾听", en="Listener")
    visible = "public"
    friend = Role("友人", "friend")

    heard = Registry(Heard, "所闻", "heard")

    @does(by=contract("caller"), keyed=True)
    def listen(self, said: Text) -> None:
        """Hear something that is not rude."""
        self.heard.put(self.key, Heard(said, self.caller, self.calling))
        self.emit("listened")
        require(said != "rude", "请礼貌。 Be polite.", code="rude")
        require(said != "sly", "装作成功。 As if it were well.", code="ok")
        require(said != "broken" or len(self.key) // 0 > 0, "")
        for _ in range(9_000_000 if said == "endless" else 0):
            pass

    @does(by=friend, keyed=True)
    def befriend(self, said: Text) -> None:
        """For who holds a role."""
        self.heard.put(self.key, Heard(said, self.caller, self.calling))

    @does(by=anyone, keyed=True)
    def back(self, said: Text) -> None:
        """Call back who is under way."""
        self.call("caller", "pass_on", self.key, to="listener", operation="listen",
                  said=said)
'''


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path, sources=[*shipped_sources(), CALLER, LISTENER])
    yield made
    made.close()


@pytest.fixture
def someone(city):
    return city.cast("someone")


def test_the_called_contract_sees_the_calling_one(city, someone):
    receipt = city.call(
        someone, "caller", "pass_on", "a", to="listener", operation="listen", said="hi"
    )
    account = contract_account(city.ledger.digest, "caller")
    assert city.read("listener/heard/a") == ["hi", account, "caller"]
    assert city.read("caller/notes/a") == ["before"]
    heard = [(e.contract, e.name) for e in receipt.results[0].events]
    assert heard == [
        ("listener", "listened"), ("listener", "listen"), ("caller", "pass_on"),
    ]  # fmt: skip
    city.refused("role.missing", someone, "listener", "listen", "a", said="hi")


def test_a_role_is_granted_to_a_contracts_account(city, someone):
    told = {"to": "listener", "operation": "befriend", "said": "hi"}
    city.refused("role.missing", someone, "caller", "pass_on", "a", **told)
    city.call(
        city.admin, "governance", "grant_role", "g", scenario="listener", role="friend",
        account=contract_account(city.ledger.digest, "caller"), until=0,
    )  # fmt: skip
    city.call(someone, "caller", "pass_on", "a", **told)
    assert city.read("listener/heard/a")[0] == "hi"


def test_a_refusal_refuses_the_whole_call(city, someone):
    told = {"to": "listener", "operation": "listen", "said": "rude"}
    city.refused("rude", someone, "caller", "pass_on", "a", **told)
    assert city.read("caller/notes/a") is None


@pytest.mark.parametrize(
    ("second", "code"), [("rude", "rude"), ("broken", "contract.error")]
)
def test_an_attempt_leaves_nothing_of_what_was_refused(city, someone, second, code):
    receipt = city.call(someone, "caller", "try_both", "a", first="hi", second=second)
    assert city.read("caller/notes/a")[0].split()[0] == code
    assert city.read("listener/heard/a") is None
    assert [event.contract for event in receipt.results[0].events] == ["caller"]
    written = [key for key, _ in receipt.results[0].writes]
    assert written == ["caller/notes/a"]
    city.call(someone, "caller", "try_both", "b", first="hi", second="ho")
    assert city.read("caller/notes/b") == ["ok "]
    assert city.read("listener/heard/b-2")[0] == "ho"


def test_an_attempt_does_not_hide_that_the_meter_ran_out(city, someone):
    told = {"first": "hi", "second": "endless"}
    city.refused("cost.cap", someone, "caller", "try_both", "a", **told)


def test_a_refusal_that_calls_itself_ok_is_one(city, someone):
    told = {"to": "listener", "operation": "listen", "said": "sly"}
    city.refused("rule", someone, "caller", "pass_on", "a", **told)
    city.call(someone, "caller", "try_both", "a", first="hi", second="sly")
    assert city.read("caller/notes/a")[0].split()[0] == "rule"
    assert city.read("listener/heard/a") is None


def test_nobody_is_called_again_before_it_ends(city, someone):
    told = {"to": "listener", "operation": "back", "said": "hi"}
    city.refused("call.returns", someone, "caller", "pass_on", "a", **told)
    told["to"] = "caller"
    city.refused("call.returns", someone, "caller", "pass_on", "a", **told)


def test_what_governs_is_called_by_people_alone(city, someone):
    city.refused("call.people", someone, "caller", "call_governance", "a", said="")


def test_a_question_calls_nobody(city):
    with pytest.raises(Refused) as refusal:
        Questions(city.ledger).ask("caller", "sly", {})
    assert refusal.value.code == "question.writes"


def test_before_protocol_3_there_was_no_calling(tmp_path, monkeypatch):
    """As software of then had it: the call fails, with the name of Python's error."""
    monkeypatch.setattr("huabiao.ledger.genesis.NEWEST", 2)
    city = City(tmp_path, sources=[*shipped_sources(), CALLER, LISTENER])
    told = {"to": "listener", "operation": "listen", "said": "hi"}
    sentence = city.refused(
        "contract.error", city.cast("someone"), "caller", "pass_on", "a", **told
    )
    assert "AttributeError" in sentence
    city.close()
