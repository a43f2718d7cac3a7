"""
What one step of a light client takes, by suite and number of members; and the contract
that the crossing benchmark sends greetings with.
"""

import time
from typing import Any

from huabiao.codec import encode
from huabiao.crypto.keys import generate
from huabiao.crypto.suite import SUITES, suite
from huabiao.ledger.other_chains import check_header
from huabiao.proofs.header import Header, certified_message, header_hash
from huabiao.proofs.members import Member, members_digest

GREETINGS = '''
"""Greetings: the least contract that sends and receives packets."""

from huabiao.contracts import (
    Bytes as Octets, Code, Count, Instant, ListOf, Scenario, Text, Title, anyone,
    contract, does,
)


class Greetings(Scenario):
    """Greets other chains."""

    title = Title(zh="问候", en="Greetings")
    visible = "public"

    @does(by=anyone)
    def greet(self, route: Code, words: ListOf[Text], timeout: Instant) -> None:
        """Greet over a route, each word a payload."""
        number = self.ask("packets", "next_number", route=route)
        self.call(
            "packets", "send", f"{route}.{number}", route=route,
            receivers=["greetings" for word in words],
            values=[word.encode() for word in words], timeout=timeout,
        )

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Hear a greeting."""
        self.emit("heard", chain=chain)

    @does(by=contract("packets"))
    def packet_ended(
        self, route: Code, sequence: Count, receiver: Code, value: Octets, code: Code,
        sentence: Text,
    ) -> None:
        """Hear what became of it."""
        self.emit("ended", code=code)
'''
MEMBERS, ROUNDS = (1, 4, 16), 20


def step_costs() -> dict[str, dict[str, float]]:
    """CPU milliseconds for a header's check, by suite and members that signed."""
    return {
        name: {f"{count} members": header_ms(name, count) for count in MEMBERS}
        for name in SUITES
    }


def header_ms(suite_name: str, count: int) -> float:
    """One certified header, checked as a contract's `check_header` does."""
    chosen = suite(suite_name)
    keys = [generate(f"m{n:02}", suite_name) for n in range(count)]
    members = [Member(key.name, key.public, 1) for key in keys]
    digest = members_digest(chosen.digest, members)
    zero = bytes(32)
    header = encode(
        Header(1, "haidian", suite_name, 7, 1, zero, zero, zero, zero, digest, digest)
    )
    message = certified_message(header_hash(chosen.digest, header))
    certificate = encode([[n, key.sign(message)] for n, key in enumerate(keys)])

    def check() -> Any:
        return check_header("haidian", suite_name, members, header, certificate, b"")

    check()  # tables and compilation
    started = time.process_time()
    for _ in range(ROUNDS):
        assert check()["height"] == 7
    return round((time.process_time() - started) * 1000 / ROUNDS, 3)
