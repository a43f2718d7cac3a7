"""
A chain of as many records as one likes, block by block as a node's own log holds it.

A real city drafts a manifest and collects it; these two blocks are the pattern. Each
envelope and receipt of the pattern is written again with another record, account and
id, byte for byte in the same format, and blocks stand upon one another. Only signatures
and roots are not made anew: nobody checks them again in a log of one's own, and ten
million signatures would take an hour.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from huabiao.codec import decode, encode
from huabiao.crypto.envelope import Call
from huabiao.ledger.block import LoggedBlock, decode_logged
from huabiao.ledger.founding import founding_writes
from huabiao.proofs.header import decode_header, header_hash
from huabiao.services.index import KeptBlock
from huabiao.testing import City

WASTE, CODE = "hazardous_waste", "900-041-49"
IN_A_BLOCK, ACCOUNTS = 500, 10_000
BUSIEST = 0
"""This account sends every tenth envelope; all others send as many as each other."""


def account_of(number: int) -> bytes:
    return sha256(b"account %d" % number).digest()[:20]


def sender_of(number: int) -> bytes:
    """Who drafts a record."""
    return account_of(BUSIEST if number % 10 == 0 else number % ACCOUNTS)


def record_of(number: int) -> str:
    return f"r{number:09}"


def envelope_id(number: int, changed: int) -> bytes:
    return sha256(b"envelope %d %d" % (number, changed)).digest()


class Chain:
    """Records drafted one after another, every tenth collected a little later."""

    def __init__(self, folder: Path) -> None:
        city = City(folder)
        plant, truck = city.cast("plant"), city.cast("truck")
        city.grant(WASTE, "generator", plant)
        city.grant(WASTE, "carrier", truck)
        draft = Call(WASTE, "draft", "m", {"waste_code": CODE, "declared": 1000})
        collect = Call(WASTE, "collect", "m", {"weighed": 990})
        self.digest = city.ledger.digest
        self.founding = list(founding_writes(city.genesis).items())
        self._patterns = []
        for who, call in ((plant, draft), (truck, collect)):
            city.block(city.envelope(who, call))
            logged = decode_logged(city.ledger.log.read(city.ledger.height))
            (envelope,), (receipt,) = logged.envelopes, logged.receipts
            self._patterns.append((decode(envelope), decode(receipt)))
        self._header = decode(logged.header)
        city.close()

    def blocks(self, records: int) -> Iterator[bytes]:
        """The chain's blocks up to so many records, as the log holds them."""
        previous, height, waiting = bytes(32), 0, []
        for number in range(records):
            waiting.append((number, 0))
            if number % 10 == 9:
                waiting.append((number - 5, 1))
            if len(waiting) >= IN_A_BLOCK or number == records - 1:
                height += 1
                header = self._headed(height, previous)
                previous = header_hash(self.digest, header)
                pairs = [self._written(*each) for each in waiting]
                envelopes, receipts = ([*each] for each in zip(*pairs, strict=True))
                yield encode(LoggedBlock(header, b"", envelopes, receipts))
                waiting = []

    def _headed(self, height: int, previous: bytes) -> bytes:
        header = [*self._header]
        header[3:6] = height, 1_790_000_000_000 + height, previous
        return encode(header)

    def _written(self, number: int, changed: int) -> tuple[bytes, bytes]:
        """One envelope and its receipt."""
        (body, signature), (_, _, results) = self._patterns[changed]
        key, sender = record_of(number), sender_of(number + changed)
        version, chain, signer, until, _, ((contract, operation, _, given),) = (
            decode(body)
        )  # fmt: skip
        salt = number.to_bytes(8, "big")
        call = [contract, operation, key, given]
        sealed = encode([version, chain, signer, until, salt, [call]])
        ((code, sentence, cost, ((_, name, _, detail),), ((_, value),)),) = results
        stored = encode(written(decode(value), number))
        event, write = [WASTE, name, key, detail], [f"{WASTE}/record/{key}", stored]
        result = [code, sentence, cost, [event], [write]]
        receipt = encode([envelope_id(number, changed), sender, [result]])
        return encode([sealed, signature]), receipt


def written(value: Any, number: int) -> Any:
    """A stored record of the pattern, of another number, plant and truck."""
    state, revision, fields = value
    code, _, _, carrier, *others = fields
    truck = None if carrier is None else sender_of(number + 1)
    return [state, revision, [code, 1000 + number, sender_of(number), truck, *others]]


def opened(logged: bytes, chain: Chain) -> KeptBlock:
    """A block as the read model's process takes it from the log."""
    block = decode_logged(logged)
    header, hash_ = decode_header(block.header), header_hash(chain.digest, block.header)
    return KeptBlock(header, hash_, block.envelopes, block.receipts)
