"""
Who takes part in the day, and how they act: through the city's own HTTP door, each
with keys of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huabiao.client.port import Outcome
from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.node.local_port import LocalPort
from huabiao.services.databases.population import enterprise_code
from huabiao.services.index import FollowedIndex

Say = Callable[[str], None]


class DayFailed(Exception):
    """A step of the day did not go as it must; the sentence says which."""


@dataclass
class Cast:
    """The stage: the city, the home folder, what runs beside it, identities by name."""

    folder: Path
    url: str
    say: Say
    city: Remote
    port: LocalPort
    index: FollowedIndex
    services: dict[str, Any]
    _keys: dict[str, Keys] = field(default_factory=dict)

    def keys(self, name: str) -> Keys:
        """An identity of the home; made at first use."""
        if name not in self._keys:
            self._keys[name] = open_identity(
                self.folder, name, self.city.suite_name, make=True
            )
        return self._keys[name]

    def do(self, name: str, *calls: Call) -> Outcome:
        """Calls that must be accepted."""
        outcome = self.city.send(self.keys(name), *calls)
        if not outcome.accepted:
            raise DayFailed(f"{name}: {outcome.code}: {outcome.sentence}")
        return outcome

    def refused(self, code: str, name: str, *calls: Call) -> Outcome:
        """Calls that must be refused, with this code."""
        outcome = self.city.send(self.keys(name), *calls)
        if outcome.code != code:
            raise DayFailed(
                f"{name}: expected {code}, got {outcome.code}: {outcome.sentence}"
            )
        self.say(f"    拒绝 refused · {outcome.sentence}")
        return outcome

    def grant(self, scenario: str, holders: Sequence[tuple[str, str]]) -> None:
        """The operator grants (role, identity) pairs of one scenario."""
        self.do(
            "operator",
            *(
                call(
                    "governance", "grant_role", "day",
                    scenario=scenario, role=role, account=self.keys(name).account,
                )
                for role, name in holders
            ),
        )  # fmt: skip

    def enrol(self, name: str, code: str = "") -> None:
        """
        Register an identity as an organisation, so that people read its name where it
        acts; `code` is its GB 32100 code, invented where none is given.
        """
        account = self.keys(name).account
        if self.port.read(f"governance/accounts/{account.hex()}") is not None:
            return
        invented = enterprise_code("110105", 900_000 + account[0] * 256 + account[1])
        organisation = [name, code or invented, account, 0]
        id_ = f"登记 {name} {account.hex()[:8]}"
        self.do(
            "operator",
            call(
                "governance", "propose", id_,
                action="add_organisation", organisation=organisation,
            ),
            call("governance", "approve", id_),
        )  # fmt: skip

    def see(self, path: str) -> str:
        """An address for people."""
        return f"{self.url}{path}"
