"""
A city for tests: a real ledger in a folder, a cast of identities, a clock in your hand.

    city = City(tmp_path)
    plant = city.cast("某化工厂")
    city.grant("hazardous_waste", "generator", plant)
    city.call(plant, "hazardous_waste", "draft", "m1", waste_code=…, declared=1000)
    city.refused("heavier", truck, "hazardous_waste", "collect", "m1", weighed=2000)

Each call is an envelope signed by the caller and a block of its own.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from huabiao.client.signing import prove_seat, sign_envelope
from huabiao.codec import decode, encode
from huabiao.contracts import Refused
from huabiao.crypto.envelope import Call, open_envelope
from huabiao.crypto.keys import Keys, generate
from huabiao.ledger.block import Block
from huabiao.ledger.genesis import make_genesis
from huabiao.ledger.governed import Seat
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger
from huabiao.node.catalogue import shipped_sources
from huabiao.proofs.header import certified_message
from huabiao.proofs.receipt import Receipt

START = 1_790_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


class City:
    """One member, one administrator (`city.admin`), every contract that ships."""

    def __init__(
        self,
        folder: Path,
        suite: str = "intl",
        sources: Sequence[str] | None = None,
        on_step: Any = None,
        chain: str = "test-city",
        **parameters: int,
    ) -> None:
        self.folder, self.suite_name = folder, suite
        self.member, self.admin = self._keys("member"), self._keys("admin")
        self.genesis = make_genesis(
            chain,
            suite,
            START,
            shipped_sources() if sources is None else list(sources),
            [Seat("member", self.member.public, 1)],
            [self.admin.account],
            1,
            **parameters,
        )
        self.now = START
        self._salt = 0
        self._on_step = on_step
        self.reopen()

    def reopen(self) -> None:
        """Open the ledger, as a node does at start."""
        self.ledger = Ledger(self.folder, self.genesis, self._on_step)
        open_ledger(self.ledger)
        self.now = max(self.now, self.ledger.time)

    def close(self) -> None:
        self.ledger.close()

    def cast(self, name: str) -> Keys:
        """An identity; the same name has the same keys."""
        return self._keys(name)

    def _keys(self, name: str) -> Keys:
        return generate(name, self.suite_name, sha256(name.encode()).digest())

    def pass_time(self, milliseconds: int) -> None:
        """Let the city's clock go on."""
        self.now += milliseconds

    def envelope(self, signer: Keys, *calls: Call, valid_ms: int = MINUTE) -> bytes:
        """Sign calls, valid for a minute of the city's clock."""
        self._salt += 1
        return sign_envelope(
            self.genesis.chain,
            signer,
            calls,
            valid_until=self.now + valid_ms,
            salt=self._salt.to_bytes(8, "big"),
        )

    def block(self, *envelopes: bytes) -> Block:
        """Run and commit one block of envelopes."""
        self.now += 1
        opened = [open_envelope(raw, self.ledger.digest) for raw in envelopes]
        block = self.ledger.finalize(self.now, opened)
        public, members = self.member.public, self.ledger.members
        seat = next((i for i, m in enumerate(members) if m.public == public), 0)
        signature = self.member.sign(certified_message(block.hash))
        self.ledger.commit(block, encode([[seat, signature]]))
        return block

    def submit(self, signer: Keys, *calls: Call) -> Receipt:
        """One envelope in one block; its receipt, accepted or not."""
        return self.block(self.envelope(signer, *calls)).receipts[0]

    def call(
        self, signer: Keys, contract: str, operation: str, key: str = "", /, **args: Any
    ) -> Receipt:
        """One call that must be accepted; raises Refused where it is not."""
        receipt = self.submit(signer, Call(contract, operation, key, args))
        if not receipt.accepted:
            raise Refused(receipt.code, receipt.sentence)
        return receipt

    def refused(
        self, code: str, signer: Keys, contract: str, operation: str,
        key: str = "", /, **args: Any,
    ) -> str:  # fmt: skip
        """One call that must be refused with this code, changing nothing."""
        before = self.ledger.state.root
        receipt = self.submit(signer, Call(contract, operation, key, args))
        assert receipt.code == code, (receipt.code, receipt.sentence)
        assert self.ledger.state.root == before, "a refusal changed the state"
        return receipt.sentence

    def grant(self, scenario: str, role: str, *holders: Keys, until: int = 0) -> None:
        """Give a role to identities."""
        for holder in holders:
            self.call(
                self.admin, "governance", "grant_role", "test",
                scenario=scenario, role=role, account=holder.account, until=until,
            )  # fmt: skip

    def rotate_member(self, new: Keys) -> Receipt:
        """The founding member signs with other keys from the next block on."""
        receipt = self.call(
            self.admin, "membership", "rotate", "member", public=new.public,
            proof=prove_seat(self.genesis.chain, new, "member", ""),
        )  # fmt: skip
        self.member = new
        return receipt

    def read(self, key: str) -> Any:
        """A state value taken apart, or None."""
        stored = self.ledger.read(key)
        return None if stored is None else decode(stored)

    def record(self, scenario: str, id_: str) -> dict[str, Any]:
        """A record by its field names, with its state under "state"."""
        stored = self.read(f"{scenario}/record/{id_}")
        assert stored is not None, f"no {scenario} {id_}"
        cls = self.ledger.contracts[scenario].scenario.record
        assert cls is not None
        return {"state": stored[0], **dict(zip(cls.fields, stored[2], strict=False))}
