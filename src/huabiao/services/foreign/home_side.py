"""
A gateway on our own chain, as an attestor or a carrier reads it and acts on it.

The node that is asked is the operator's own. What a call did is the chain's word; a
call that another process was quicker with is refused, and that is no failure.
"""

from typing import Any, NamedTuple

from huabiao.client.remote import Remote
from huabiao.client.signing import Signer
from huabiao.client.signing import call as make_call
from huabiao.codec import decode
from huabiao.crypto.address import parse, show

GATEWAYS, MESSAGES = "gateways", "foreign_messages"
OTHERS_WERE_QUICKER = (
    "attested.already", "message.repeated", "statement.already", "state.wrong",
)  # fmt: skip
PAGE, MOST_WAITING = 200, 5_000


class NotCarried(Exception):
    """The chain refused an act, for a reason that an operator should see."""


class Gateway(NamedTuple):
    """A gateway's record."""

    state: str
    trust: str
    network: int
    contract: bytes
    start: int
    stride: int
    confirmations: int
    needed: int
    round: int
    attestors: dict[str, bytes]
    """Address over there by account, those that were struck left out."""


class Outbound(NamedTuple):
    """A message that waits to arrive over there."""

    id: str
    sequence: int
    sender: bytes
    receiver: bytes
    timeout: int
    payload: bytes


class HomeSide:
    """One gateway of one city, read by anybody, acted on by one identity."""

    def __init__(
        self,
        city: Remote,
        gateway: str,
        signer: Signer | None = None,
        account: bytes = bytes(20),
    ) -> None:
        self._city, self._signer, self.name = city, signer, gateway
        self.account = show(account)

    @property
    def chain(self) -> str:
        return self._city.chain

    def time(self) -> int:
        """Seconds of the newest block."""
        return int(self._city.status()["time"]) // 1_000

    def gateway(self) -> Gateway:
        """The gateway's record as it is now."""
        record = self._city.get(f"/api/scenarios/{GATEWAYS}/records/{self.name}")
        fields = record["fields"]
        scheme, _, network = fields["network"].partition(":")
        return Gateway(
            record["state"],
            fields["trust"],
            int(network) if scheme == "eip155" and network.isdigit() else 0,
            bytes.fromhex(fields["contract"]),
            fields["start"], fields["stride"], fields["confirmations"],
            fields["needed"], fields["round"],
            {
                each["account"]: bytes.fromhex(each["address"])
                for each in fields["attestors"]
                if each["account"] not in fields["struck"]
            },
        )  # fmt: skip

    def held(self, height: int) -> bytes | None:
        """The hash that N of M hold to at a height."""
        entry = self._entry(GATEWAYS, "attested", str(height))
        return None if entry is None else entry[2]

    def has_attested(self, height: int) -> bool:
        """Whether this identity has attested a height."""
        entry = self._entry(GATEWAYS, "attested", str(height))
        return entry is not None and any(
            show(account) == self.account for account, _ in entry[1]
        )

    def has(self, sequence: int) -> bool:
        """Whether a message from over there came."""
        return self._entry(MESSAGES, "inbound", str(sequence)) is not None

    def signatures(
        self, kind: str, sequence: int, round_: int
    ) -> list[tuple[bytes, bytes]]:
        """(address, signature) of who signed a statement."""
        entry = self._entry(MESSAGES, "signatures", f"{kind}/{sequence}/{round_}")
        return [] if entry is None else [(each[0], each[1]) for each in entry[0]]

    def waiting(self) -> list[Outbound]:
        """Messages of this gateway that have not ended, the oldest first."""
        found: list[Outbound] = []
        after = ""
        while len(found) < MOST_WAITING:
            page = self._city.get(
                f"/api/scenarios/{MESSAGES}/records",
                where=f"gateway={self.name}", state="waiting", limit=PAGE, after=after,
            )  # fmt: skip
            found += [self._outbound(record) for record in page["records"]]
            after = page["next"]
            if not after:
                break
        return sorted(found, key=lambda each: each.sequence)

    def attest(self, height: int, block_hash: bytes) -> bool:
        return self._act(GATEWAYS, "attest", self.name, height=height, hash=block_hash)

    def sign(self, kind: str, sequence: int, signature: bytes, **more: Any) -> bool:
        return self._act(
            MESSAGES, "sign", self.name, kind=kind, sequence=sequence,
            signature=signature, **more,
        )  # fmt: skip

    def receive(
        self, height: int, header: bytes, index: int, proof: list[bytes]
    ) -> bool:
        return self._act(
            MESSAGES, "receive", self.name, height=height, header=header, index=index,
            proof=proof,
        )  # fmt: skip

    def settle(
        self, id_: str, height: int, header: bytes, account: list[bytes],
        storage: list[bytes],
    ) -> bool:  # fmt: skip
        return self._act(
            MESSAGES, "settle", id_, height=height, header=header,
            account_proof=account, storage_proof=storage,
        )  # fmt: skip

    def _act(self, contract: str, operation: str, key: str, **given: Any) -> bool:
        """Whether the call did something; NotCarried with the chain's sentence."""
        if self._signer is None:
            raise TypeError("who acts needs a signer")
        outcome = self._city.send(
            self._signer, make_call(contract, operation, key, **given)
        )
        if not outcome.accepted and outcome.code not in OTHERS_WERE_QUICKER:
            raise NotCarried(f"{outcome.sentence} [{operation} {key}: {outcome.code}]")
        return outcome.accepted

    def _entry(self, contract: str, part: str, key: str) -> Any:
        wanted = f"{self.name}/{key}"
        page = self._city.get(
            f"/api/scenarios/{contract}/parts/{part}", prefix=wanted, limit=1,
            stored="true",
        )  # fmt: skip
        for each in page["entries"]:
            if each["key"] == wanted:
                return decode(bytes.fromhex(each["stored"]))
        return None

    def _outbound(self, record: dict[str, Any]) -> Outbound:
        fields = record["fields"]
        return Outbound(
            record["id"], fields["sequence"], parse(fields["sender"]),
            bytes.fromhex(fields["receiver"]), fields["timeout"],
            bytes.fromhex(fields["payload"]),
        )  # fmt: skip
