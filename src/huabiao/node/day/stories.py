"""The stories of every scenario that ships, walked in the city that is being served."""

import time
from typing import Any
from urllib.parse import quote

from huabiao.client.port import Outcome
from huabiao.client.remote import Answered, Remote
from huabiao.crypto.address import parse, show
from huabiao.crypto.envelope import Call
from huabiao.node.day.cast import Cast
from huabiao.stories import stories
from huabiao.testing.stage import Stage, Step

NOT_FOUND = 404


def play_stories(cast: Cast) -> None:
    """Walk each story; a load of hazardous waste, from draft to disposal, is one."""
    for scenario, walk in stories().items():
        title = cast.city.description(scenario)["title"]
        cast.say(f"  {title['zh']} · {title['en']}")

        def tell(step: Step) -> None:
            cast.say(step.line)

        stage = Stage(scenario, ServedGround(cast), tell)
        walk(stage)
        for case in stage.cases:
            cast.say(f"  {cast.see(f'/scenarios/{scenario}/{case.key}')}")


class ServedGround:
    """`huabiao.testing.stage.Ground` over the city's own HTTP door."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def description(self, scenario: str) -> dict[str, Any]:
        return self.cast.city.description(scenario)

    def account(self, name: str) -> str:
        return show(self.cast.keys(name).account)

    def grant(self, scenario: str, role: str, name: str) -> None:
        self.cast.enrol(name)
        self.cast.grant(scenario, [(role, name)])

    def grant_to(self, scenario: str, role: str, account: str) -> None:
        facts = {"scenario": scenario, "role": role, "account": parse(account)}
        self.cast.do("operator", Call("governance", "grant_role", "story", facts))

    def send(self, name: str, call: Call) -> Outcome:
        return self.cast.city.send(self.cast.keys(name), call)

    def record(
        self, scenario: str, key: str, name: str | None
    ) -> dict[str, Any] | None:
        path = f"/api/scenarios/{quote(scenario)}/records/{quote(key)}"
        with Remote(self.cast.url) as city:
            if name is not None:
                city.as_(self.cast.keys(name))
            try:
                found: dict[str, Any] = city.get(path)
            except Answered as answer:
                if answer.status == NOT_FOUND:
                    return None
                raise
        return found

    @property
    def chain(self) -> str:
        return self.cast.city.chain

    @property
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def pass_days(self, days: int) -> bool:
        return False

    def public(self, name: str) -> bytes:
        return self.cast.keys(name).public

    def sign(self, name: str, message: bytes) -> bytes:
        return self.cast.keys(name).sign(message)

    def digest(self, message: bytes) -> str:
        return self.cast.keys("operator").suite.digest(message).hex()

    def fresh(self, name: str) -> str:
        return f"{name}-{time.time_ns() // 1_000_000}"
