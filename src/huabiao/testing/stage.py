"""
A stage: where the story of a scenario is walked, step by step.

    def walk(stage: Stage) -> None:
        plant = stage.actor("某化工厂", "generator")
        truck = stage.actor("某运输公司", "carrier")
        load = stage.case("京危废-2026-0001")
        plant.does("draft", load, waste_code="900-041-49", declared=1_000)
        truck.refused("heavier", "collect", load, weighed=1_200)
        load.stands("drafted", collected=0)

The same walk runs on any `Ground`: a city in a folder (`huabiao.testing.ground`), where
it is a test, or a city that is being served, where it is the day's demonstration. What
was done is kept in `stage.steps`, from which the scenario's page of documentation is
drawn. Arguments are written as a person writes them on the command line.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from huabiao.client.described import operation_of, parse_arguments
from huabiao.client.port import Outcome
from huabiao.client.sealing import message_to_seal
from huabiao.codec import Day, Instant
from huabiao.contracts.context import contract_account
from huabiao.crypto.address import parse as parse_account
from huabiao.crypto.address import show
from huabiao.crypto.envelope import Call

Json = dict[str, Any]
MINUTE_MS, DAY_MS, BEIJING_MS = 60_000, 86_400_000, 8 * 3_600_000
ORGANISATIONS, REGISTRAR = "organisations", "市市场监管局"


class Astray(AssertionError):
    """A step did not end as the story says; the sentence says how it ended."""


class Ground(Protocol):
    """What a story needs of a city: it names identities and roles; keys stay here."""

    def description(self, scenario: str) -> Json: ...

    def account(self, name: str) -> str:
        """The account of an identity, made at first use, written hb1…"""

    def grant(self, scenario: str, role: str, name: str) -> None: ...

    def grant_to(self, scenario: str, role: str, account: str) -> None:
        """A role for an account that nobody's keys sign for, such as a contract's."""

    def send(self, name: str, call: Call) -> Outcome: ...

    def record(self, scenario: str, key: str, name: str | None) -> Json | None:
        """{"state", "fields"} as this identity sees it (None: anyone); None: no such
        record."""

    def digest(self, message: bytes) -> str:
        """In the chain's suite, hexadecimal."""

    def fresh(self, name: str) -> str:
        """The name, or one like it that no walk has used on this ground."""

    @property
    def chain(self) -> str:
        """The chain's name."""

    @property
    def now(self) -> int:
        """The city's clock, UTC milliseconds."""

    def pass_days(self, days: int) -> bool:
        """Put the clock forward; false where it is the world's own."""

    def public(self, name: str) -> bytes:
        """An identity's public key."""

    def sign(self, name: str, message: bytes) -> bytes:
        """A signature by an identity's key, such as a device makes."""


@dataclass(frozen=True)
class Step:
    """One call of a story and its end; `code` is "ok" or the refusal's."""

    who: str
    operation: str
    title: str
    case: str
    arguments: Json
    code: str
    sentence: str

    @property
    def line(self) -> str:
        """The step in one line, for a terminal."""
        told = "，".join(
            f"{name}={str(value):.40}" for name, value in self.arguments.items()
        )
        if self.code == "ok":
            return f"  {self.who} · {self.title} {self.operation}（{told}）"
        return f"    拒绝 refused · {self.sentence}"


@dataclass
class Stage:
    """The walk of one scenario's story over one ground."""

    scenario: str
    ground: Ground
    heard: Callable[[Step], None] = lambda step: None
    steps: list[Step] = field(default_factory=list)
    roles: list[tuple[str, str]] = field(default_factory=list)
    cases: list["Case"] = field(default_factory=list)

    def actor(self, name: str, *roles: str) -> "Actor":
        """Somebody who takes part, holding these roles from now on."""
        for role in roles:
            self.ground.grant(self.scenario, role, name)
            self.roles.append((name, role))
        return Actor(self, name)

    def case(self, key: str) -> "Case":
        """A record to be opened. Where a ground has one of this id from a walk that
        was cut off, the next free id is taken."""
        free, number = key, 1
        while self.ground.record(self.scenario, free, None) is not None:
            number += 1
            free = f"{key}-{number}"
        case = Case(self, free)
        self.cases.append(case)
        return case

    def digest(self, text: str) -> str:
        """The digest of an invented document, as an argument."""
        return self.ground.digest(text.encode())

    def id(self, name: str) -> str:
        """An id for what is not a record, or a name of somebody new."""
        return self.ground.fresh(name)

    def moment(self, minutes_ago: int) -> str:
        """A moment of the city's recent past, as an argument."""
        return str(Instant.show(self.ground.now - minutes_ago * MINUTE_MS))

    def day(self, ahead: int) -> str:
        """A day so many days after the city's today (before it: a negative number)."""
        today = (self.ground.now + BEIJING_MS) // DAY_MS
        return str(Day.show(today + ahead))

    def days_pass(self, days: int) -> bool:
        """Let days go by, for terms and notices to end. False where nobody can: a city
        that is being served keeps the world's time, and there the story ends."""
        return self.ground.pass_days(days)

    def seal(
        self, part: str, case: "Case", actor: "Actor", salt: str, **value: Any
    ) -> str:
        """The commitment that an actor seals under a case, as an argument."""
        description = self.ground.description(self.scenario)
        account = parse_account(actor.account)
        message = message_to_seal(
            description, part, case.key, account, bytes.fromhex(salt), value
        )
        return self.ground.digest(message)

    @property
    def chain(self) -> str:
        """The chain's name, which devices sign with what they read."""
        return self.ground.chain

    @property
    def now(self) -> int:
        """The city's clock, UTC milliseconds."""
        return self.ground.now

    def organisation(self, name: str, code: str) -> "Actor":
        """Somebody who is registered as an organisation, under a credit code."""
        self.ground.grant(ORGANISATIONS, "registrar", REGISTRAR)
        facts = {"name": name, "kind": "enterprise"}
        self.ground.send(name, Call(ORGANISATIONS, "apply", code, facts))
        self.ground.send(REGISTRAR, Call(ORGANISATIONS, "approve", code, {}))
        seen = self.ground.record(ORGANISATIONS, code, None)
        if seen is None or seen["fields"]["account"] != self.ground.account(name):
            raise Astray(f"{name} 未能登记。 {name} is not {code}.")
        return Actor(self, name)

    def acting(self, name: str) -> str:
        """The account as which the scenario calls other contracts for somebody."""

        def digest(message: bytes) -> bytes:
            return bytes.fromhex(self.ground.digest(message))

        account = parse_account(self.ground.account(name))
        return show(contract_account(digest, self.scenario, account))

    def elsewhere(
        self, who: str, contract: str, operation: str, key: str, /, **written: Any
    ) -> None:
        """A step at another contract that the story rests on; it must be accepted."""
        description = self.ground.description(contract)
        stored = parse_arguments(description, operation, written)
        outcome = self.ground.send(who, Call(contract, operation, key, stored))
        if not outcome.accepted:
            raise Astray(f"{who} {contract}.{operation}: {outcome.sentence}")

    def call(self, who: str, operation: str, case: str, written: Json) -> Step:
        """One call, whatever comes of it."""
        description = self.ground.description(self.scenario)
        stored = parse_arguments(description, operation, written)
        outcome = self.ground.send(who, Call(self.scenario, operation, case, stored))
        title = str(operation_of(description, operation)["title"] or operation)
        step = Step(
            who, operation, title, case, written, outcome.code, outcome.sentence
        )
        self.steps.append(step)
        self.heard(step)
        return step


@dataclass(frozen=True)
class Case:
    """A record that a story follows."""

    stage: Stage
    key: str

    def stands(self, state: str, **fields: Any) -> None:
        """Check its state and some of its fields, as whoever acted last sees them."""
        acted = [step.who for step in self.stage.steps if step.case == self.key]
        seen = self.stage.ground.record(self.stage.scenario, self.key, acted[-1])
        if seen is None:
            raise Astray(f"没有 {self.key}。 There is no {self.key}.")
        found = {name: seen["fields"].get(name) for name in fields}
        if seen["state"] != state or found != fields:
            raise Astray(
                f"{self.key}：应为 {state} {fields}，实为 {seen['state']} {found}。"
                f" {self.key} is {seen['state']} {found}, not {state} {fields}."
            )


@dataclass(frozen=True)
class Actor:
    """Somebody of the story."""

    stage: Stage
    name: str

    @property
    def account(self) -> str:
        """As an argument, where an operation names a party."""
        return self.stage.ground.account(self.name)

    @property
    def public(self) -> str:
        """The public key as an argument, hexadecimal."""
        return self.stage.ground.public(self.name).hex()

    def signs(self, message: bytes) -> str:
        """A signature over a message as an argument, hexadecimal."""
        return self.stage.ground.sign(self.name, message).hex()

    def does(self, operation: str, case: Case | str = "", /, **written: Any) -> None:
        """A call that must be accepted, about a record or under another id."""
        self._expect("ok", operation, case, written)

    def refused(
        self, code: str, operation: str, case: Case | str = "", /, **written: Any
    ) -> None:
        """A call that must be refused with this code."""
        self._expect(code, operation, case, written)

    def _expect(
        self, code: str, operation: str, case: Case | str, written: Json
    ) -> None:
        key = case.key if isinstance(case, Case) else case
        step = self.stage.call(self.name, operation, key, written)
        if step.code != code:
            raise Astray(
                f"{self.name} {operation}：应为 {code}，实为 {step.code}"
                f"（{step.sentence}）。 Expected {code}, it ended {step.code}."
            )
