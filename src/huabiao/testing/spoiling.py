"""
The refusals that all scenarios share, tried at every step of a scenario's own story.

    ground = Spoiling(city)
    stories()[name](Stage(name, ground))
    ground.try_wrong_states()

`Spoiling` is a ground like any other. Before each call that the story has accepted it
spoils one thing and expects one refusal: somebody without a role, each argument left
out, unknown or of no kind; after it, the very same envelope again. It reads everything
from the Description, so that a scenario that was installed a minute ago is tried alike.
"""

from collections import Counter
from typing import Any

from huabiao.client.port import Outcome
from huabiao.codec import decode
from huabiao.crypto.envelope import Call
from huabiao.testing.city import City
from huabiao.testing.ground import CityGround

OF_NO_KIND: list[Any] = [[[]]]
"""A stored value that no kind takes."""

OUTSIDER, ANYONE = "outsider without a role", "anyone"


class Spoiling(CityGround):
    """A city in which each accepted call of a story is tried spoiled as well; `tried`
    counts the refusals that were seen, by code."""

    def __init__(self, city: City) -> None:
        super().__init__(city)
        self.tried: Counter[str] = Counter()
        self._accepted: dict[tuple[str, str], list[tuple[str, Call]]] = {}

    def send(self, name: str, call: Call) -> Outcome:
        operation = self.description(call.contract)["operations"].get(call.operation)
        if operation is None:
            return super().send(name, call)
        self._try_before(name, call, operation)
        raw = self.city.envelope(self.city.cast(name), call)
        receipt = self.city.block(raw).receipts[0]
        if receipt.accepted:
            self._expect("envelope.replayed", raw)
            steps = self._accepted.setdefault((call.contract, call.operation), [])
            steps.append((name, call))
        return Outcome("", self.city.ledger.height, 0, receipt.code, receipt.sentence)

    def _try_before(self, name: str, call: Call, operation: dict[str, Any]) -> None:
        """What is wrong with it stands before everything else about a call."""
        for spoiled in _malformed(call, operation):
            self._refused("argument.malformed", name, spoiled)
        if ANYONE not in operation["by"] and _is_well_formed(call, operation):
            self._refused_or_malformed(call)

    def _refused_or_malformed(self, call: Call) -> None:
        code = self._code(OUTSIDER, call)
        # A story may try a malformed value itself: that is looked at before the role.
        assert code in ("role.missing", "argument.malformed"), (call, code)
        self.tried[code] += 1

    def try_wrong_states(self) -> None:
        """Each move on each record of the story that stands where it does not begin,
        by somebody who made that move before."""
        for (contract, name), steps in list(self._accepted.items()):
            operation = self.description(contract)["operations"][name]
            if operation["manner"] != "moves":
                continue
            keys = {call.key: None for of, calls in self._accepted.items()
                    if of[0] == contract for _, call in calls}  # fmt: skip
            who, call = steps[-1]
            for key in keys:
                stored = self.city.ledger.read(f"{contract}/record/{key}")
                if stored is not None and decode(stored)[0] not in operation["from"]:
                    moved = Call(contract, name, key, call.arguments)
                    self._refused("state.wrong", who, moved)

    def _refused(self, code: str, name: str, call: Call) -> None:
        found = self._code(name, call)
        assert found == code, (call.operation, call.key, found, code)
        self.tried[code] += 1

    def _code(self, name: str, call: Call) -> str:
        before = self.city.ledger.state.root
        receipt = self.city.submit(self.city.cast(name), call)
        if not receipt.accepted:
            assert self.city.ledger.state.root == before, "a refusal changed the state"
        return receipt.code

    def _expect(self, code: str, raw: bytes) -> None:
        before = self.city.ledger.state.root
        receipt = self.city.block(raw).receipts[0]
        assert receipt.code == code, (receipt.code, receipt.sentence)
        assert self.city.ledger.state.root == before, "a refusal changed the state"
        self.tried[code] += 1


def _is_well_formed(call: Call, operation: dict[str, Any]) -> bool:
    """Whether it has every argument that it must have, and no other."""
    known = {each["name"] for each in operation["parameters"]}
    must = {each["name"] for each in operation["parameters"] if each["required"]}
    return must <= set(call.arguments) <= known


def _malformed(call: Call, operation: dict[str, Any]) -> list[Call]:
    """The call with one argument of no kind, left out where it must be there, or one
    more than there are."""
    given = call.arguments
    wrong = [{**given, "no such argument": 1}]
    for parameter in operation["parameters"]:
        name = parameter["name"]
        wrong.append({**given, name: OF_NO_KIND})
        if parameter["required"]:
            wrong.append({n: value for n, value in given.items() if n != name})
    return [Call(call.contract, call.operation, call.key, each) for each in wrong]
