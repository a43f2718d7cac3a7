"""
A chain through whichever of its addresses answers.

A chain may be given by several addresses: where one does not answer, the next is asked.
An address that turns out to be of another chain is not asked again. What it costs to
write is counted here.
"""

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import httpx

from huabiao.client.port import Outcome
from huabiao.client.remote import Answered, Remote, Unreachable
from huabiao.client.signing import Signer, sign_envelope
from huabiao.client.wallets import NoSuchIdentity
from huabiao.crypto.envelope import Call
from huabiao.proofs.state_proofs import VALUE, Want

Answer = TypeVar("Answer")
_NAME = re.compile(r"[\w.-]{1,100}")
"""A door may tell anything, and a name stands in lines and labels."""


class Identities(Protocol):
    """Who signs on a chain: an ordinary account, which needs no role."""

    def __call__(
        self, chain: str, suite: str, founding: str, url: str, /
    ) -> Signer: ...


Connect = Callable[[str], Remote]
"""A city by its address; `Remote` where the way is HTTP."""


@dataclass
class Spent:
    """What carrying has cost on a chain since the start."""

    envelopes: int = 0
    refused: int = 0
    sent_bytes: int = 0
    cost: int = 0
    received: int = 0
    ended: int = 0

    def add(self, envelope: bytes, calls: Sequence[Call], outcome: Outcome) -> None:
        self.envelopes += 1
        self.sent_bytes += len(envelope)
        self.cost += outcome.cost
        if not outcome.accepted:
            self.refused += 1
            return
        self.received += sum(call.operation == "receive" for call in calls)
        self.ended += sum(
            call.operation in ("acknowledge", "time_out") for call in calls
        )


@dataclass
class ChainDoors:
    """A chain's name and addresses, who signs there, and how it is reached."""

    name: str
    urls: list[str]
    signer: Signer
    suite: str = ""
    """The suite that the signer is of: the chain's, when it was opened."""
    connect: Connect = Remote
    spent: Spent = field(default_factory=Spent)


class Door:
    """One caller's connection to a chain; not shared between threads."""

    def __init__(self, chain: ChainDoors) -> None:
        self.chain = chain
        self._at = 0
        self._remote: Remote | None = None

    def close(self) -> None:
        if self._remote is not None:
            self._remote.close()
            self._remote = None

    def ask(self, question: Callable[[Remote], Answer]) -> Answer:
        """The answer of the first address that gives one; Unreachable if none does."""
        refused: Unreachable | None = None
        for _ in range(len(self.chain.urls)):
            try:
                return question(self._connected())
            except Unreachable as error:
                refused = error
                self.close()
                self._at += 1
        assert refused is not None
        raise refused

    def _connected(self) -> Remote:
        if self._remote is None:
            url = self.chain.urls[self._at % len(self.chain.urls)]
            remote = self.chain.connect(url)
            if remote.chain != self.chain.name:
                remote.close()
                raise Unreachable(
                    f"{url} 现在是另一条链“{remote.chain}”，不是“{self.chain.name}”。"
                    f" {url} serves another chain now, {remote.chain!r}, not"
                    f" {self.chain.name!r}."
                )
            self._remote = remote
        return self._remote

    def height(self) -> int:
        """Of the newest block; answered within a moment, also under load."""
        return self.ask(lambda city: city.height())

    def send(self, envelopes: Sequence[Sequence[Call]]) -> list[Outcome]:
        """Sign and send; Busy where the pool is full."""
        signer, name = self.chain.signer, self.chain.name
        signed = [sign_envelope(name, signer, calls) for calls in envelopes]
        outcomes = self.ask(lambda city: city.submit(signed))
        for envelope, calls, outcome in zip(signed, envelopes, outcomes, strict=True):
            self.chain.spent.add(envelope, calls, outcome)
        return outcomes

    def page(
        self, part: str, prefix: str, after: str, limit: int
    ) -> tuple[list[tuple[str, bytes]], str]:
        """Entries of a part of `packets` with their stored bytes, and what continues
        them, "" at the end."""
        path = f"/api/scenarios/packets/parts/{part}"
        found = self.ask(
            lambda city: city.get(
                path, prefix=prefix, after=after, limit=limit, stored=True
            )
        )
        rows = [
            (str(each["key"]), bytes.fromhex(each["stored"]))
            for each in found["entries"]
        ]
        return rows, found["next"] or ""

    def records(
        self, scenario: str, most: int, chain: str | None = None
    ) -> list[dict[str, Any]]:
        """The records of `light_clients` or `routes`: all, or those that concern one
        other chain."""
        path = f"/api/scenarios/{scenario}/records"
        where = f"chain={chain}" if chain is not None else None
        asked = {"where": where, "limit": 200, "after": None}
        found: list[dict[str, Any]] = []
        while len(found) < most:
            page = self.ask(lambda city: city.get(path, **asked))
            found += page["records"]
            asked["after"] = page["next"]
            if page["next"] is None:
                break
        return found[:most]

    def described(self, scenario: str) -> dict[str, Any]:
        """A contract's Description as it is in force now."""
        found = self.ask(lambda city: city.get(f"/api/scenarios/{scenario}"))
        return dict(found)

    def value(self, key: str) -> bytes | None:
        """What stands under a state key, as the door says."""
        wanted: dict[str, Want] = {key: VALUE}
        return self.ask(lambda city: city.state_proofs(wanted)).entries[0].value


def introduced(
    urls: Sequence[str], identities: Identities, known: dict[str, ChainDoors],
    connect: Connect = Remote,
) -> tuple[dict[str, ChainDoors], dict[str, str]]:  # fmt: skip
    """Chains by their names, from addresses that answer; and why others do not. Those
    that are `known` stay, and get further addresses."""
    chains, silent = dict(known), {}
    already = {url for chain in known.values() for url in chain.urls}
    for url in urls:
        if url in already:
            continue
        try:
            with contextlib.closing(connect(url)) as city:
                name, suite = city.chain, city.suite_name
                if not _NAME.fullmatch(name):
                    silent[url] = (
                        f"{url} 给出的链名不可用：{name!r:.80}。"
                        f" {url} tells a name that no chain can have: {name!r:.80}."
                    )
                    continue
                if name in chains:
                    chains[name].urls.append(url)
                    continue
                signer = identities(name, suite, city.founding_suite, url)
                chains[name] = ChainDoors(name, [url], signer, suite, connect)
        except (Unreachable, Answered, NoSuchIdentity) as error:
            silent[url] = str(error)
        except (httpx.InvalidURL, ValueError, LookupError, TypeError) as error:
            silent[url] = (
                f"{url} 的应答读不懂：{error!r:.200}；请核对地址。"
                f" What {url} answers cannot be read: is it a city's address?"
            )
    return chains, silent


def sign_in_its_suite(door: Door, identities: Identities) -> str:
    """After a chain's change of suite, sign there with a key of the new one; a line
    that says so, "" where nothing changed. NoSuchIdentity where there is no such key:
    the old one stays, and what it signs is refused."""
    chain = door.chain
    suite = door.ask(lambda city: city.suite_name)
    if suite == chain.suite:
        return ""
    founding = door.ask(lambda city: city.founding_suite)
    chain.signer = identities(chain.name, suite, founding, chain.urls[0])
    chain.suite = suite
    return (
        f"{chain.name} 已改用套件 {suite}，中继随之换用该套件的密钥。"
        f" {chain.name} uses the suite {suite} now, and the relay a key of it."
    )
