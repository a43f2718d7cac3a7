"""
What the administrators of the chains do: follow each other, open, pause and resume
routes, issue, change every member's key, recover a client that has expired.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huabiao.client.remote import Remote
from huabiao.client.signing import call, prove_seat, sign_envelope
from huabiao.client.wallets import open_identity, passphrase
from huabiao.crypto import keystore
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.doors.cli.chains import members_now, members_of, trust_of
from huabiao.node.home import OPERATOR
from huabiao.services.relay.facts import FOLLOWING, Client, fields_of, read_record
from huabiao.testing.crossing.manifest import Chain, Route
from huabiao.testing.crossing.program import Clock
from huabiao.testing.network.checks import Broken

VALID_MS = 120_000


@dataclass
class Office:
    """The administrator of a chain, at its first node."""

    chain: Chain
    homes: dict[str, Path]
    url: str
    clock: Clock
    _opened: dict[Path, Keys] = field(default_factory=dict)

    @property
    def operator(self) -> Keys:
        return self.operator_of("org-1")

    def operator_of(self, node: str) -> Keys:
        home = self.homes[node]
        if home not in self._opened:
            self._opened[home] = open_identity(home, OPERATOR, self.chain.suite)
        return self._opened[home]

    def do(self, *calls: Call, keys: Keys | None = None) -> None:
        """One envelope that must be accepted."""
        until = self.clock.now() + VALID_MS
        signer = keys or self.operator
        raw = sign_envelope(self.chain.name, signer, calls, valid_until=until)
        with Remote(self.url) as city:
            (outcome,) = city.submit([raw])
        if not outcome.accepted:
            raise Broken(f"{self.chain.name}: {outcome.code} {outcome.sentence}")

    # -- other chains ----------------------------------------------------------

    def connect(self, other: "Office", route: Route, period_s: int) -> None:
        """Follow another chain, and open a route to it; both bear its name."""
        there = other.chain
        members = members_of(trust_of(other.url))
        self.do(
            call("light_clients", "propose", there.name, chain=there.name,
                 suite=there.suite, members=members, period=period_s * 1000),
            call("light_clients", "approve", there.name),
            call("routes", "propose", there.name, chain=there.name,
                 counterpart=self.chain.name, client=there.name,
                 ordered=route.ordered),
            call("routes", "approve", there.name),
        )  # fmt: skip

    def pause(self, route: str) -> None:
        self.do(call("routes", "pause", route, why="演练 drill"))

    def resume(self, route: str) -> None:
        self.do(call("routes", "resume", route))

    def recovered(self, other: "Office") -> bool:
        """Recover the client of a chain if it has expired; whether it had."""
        name = other.chain.name
        with Remote(self.url) as city:
            names = fields_of(city.description("light_clients"))
            key = f"light_clients/record/{name}"
            stored = city.state_proofs({key: "value"}).entries[0].value or b""
        state, client = read_record(Client, names, stored)
        if state != FOLLOWING:
            raise Broken(f"{self.chain.name}: the client of {name} is {state}")
        if self.clock.now() <= client.expires:
            return False
        members, above = members_now(other.url)
        self.do(call("light_clients", "recover", name, members=members, above=above))
        return True

    # -- people and members ----------------------------------------------------

    def grant(self, scenario: str, role: str) -> None:
        """Let the administrator have a role."""
        self.do(
            call("governance", "grant_role", f"{scenario} {role}", scenario=scenario,
                 role=role, account=self.operator.account, until=0)
        )  # fmt: skip

    def issue(self, asset: str, holders: Sequence[bytes], amount: int) -> None:
        """Register an asset and issue an amount of it to each account."""
        self.do(
            call("transfers", "register", asset, name=asset),
            *(
                call("transfers", "issue", asset, to=each, amount=amount)
                for each in holders
            ),
        )

    def change_members(self) -> None:
        """Every seat signs with another key, one after the other."""
        for node, home in self.homes.items():
            seat = node if self.chain.members > 1 else "city"
            with Remote(self.url) as city:
                fields = city.get(f"/api/scenarios/membership/records/{seat}")["fields"]
            path = home / f"member-{len([*home.glob('member*.json')])}.json"
            key = keystore.create(path, self.chain.suite, seat, passphrase(home))
            organisation = fields["organisation"]
            engine_key = bytes.fromhex(fields["engine_key"] or "")
            proof = prove_seat(self.chain.name, key, seat, organisation, engine_key)
            self.do(
                call("membership", "rotate", seat, public=key.public, proof=proof,
                     engine_key=engine_key),
                keys=self.operator_of(node),
            )  # fmt: skip
