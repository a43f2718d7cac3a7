"""
What a running operation may reach: the narrow door between a contract and its ledger.

The ledger implements `Context`; nothing else of it is visible to a contract. Every
method is deterministic and has a cost.
"""

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from huabiao.codec import encode

DAY_MS, BEIJING_MS = 86_400_000, 8 * 3_600_000
ACCOUNT_DOMAIN = b"huabiao contract account\x00"


class Refused(Exception):
    """An operation broke a rule; the ledger is left as it was.

    `code` is stable and meant for programs, `sentence` is meant for people.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def require(condition: object, sentence: str, *, code: str = "rule") -> None:
    """Refuse the whole envelope unless the condition holds."""
    if not condition:
        raise Refused(code, sentence)


def refuse(sentence: str, *, code: str = "rule") -> NoReturn:
    """Refuse the whole envelope."""
    raise Refused(code, sentence)


def day_in_beijing(instant: int) -> int:
    """The day in Beijing (UTC+8, no summer time) at UTC milliseconds."""
    return (instant + BEIJING_MS) // DAY_MS


def contract_account(
    digest: Callable[[bytes], bytes], contract: str, on_behalf: bytes = b""
) -> bytes:
    """The account, 20 bytes, as which a contract calls others: for itself, or for
    whomever it names, such as somebody on another chain."""
    return digest(ACCOUNT_DOMAIN + encode([contract, on_behalf]))[:20]


class Context(Protocol):
    """One call under way."""

    contract: str
    operation: str
    key: str
    chain: str
    """The name of the chain."""
    caller: bytes
    """The account that signed, 20 bytes."""
    now: int
    """The block's time in UTC milliseconds."""
    height: int
    envelope: bytes
    """The id of the envelope that holds this call, 32 bytes."""
    calling: str
    """The contract that made this call; empty where an account signed it."""

    def read(self, key: str) -> bytes | None:
        """A value of this contract's own state."""

    def write(self, key: str, value: bytes | None) -> None:
        """Set or (None) remove a value of this contract's own state."""

    def emit(self, name: str, key: str, detail: dict[str, Any]) -> None:
        """Add an event to the receipt."""

    def holds(self, role: str, account: bytes) -> bool:
        """Whether the account holds a role of this contract now."""

    def ask(self, contract: str, question: str, arguments: dict[str, Any]) -> Any:
        """Put a question to another contract; it answers and changes nothing."""

    def call(
        self,
        contract: str,
        operation: str,
        key: str,
        arguments: dict[str, Any],
        on_behalf: bytes,
    ) -> None:
        """Perform another contract's operation as an account of this contract's own;
        its refusal refuses the whole envelope."""

    def attempt(self, calls: list[list[Any]]) -> tuple[str, str]:
        """Perform calls, all or none; ("ok", "") or the code and sentence of the one
        that was refused, with nothing of them left."""

    def check_header(
        self,
        chain: str,
        suite: str,
        members: bytes,
        header: bytes,
        certificate: bytes,
        next_members: bytes,
    ) -> dict[str, Any]:
        """A header of another chain that its members certified; refused if not."""

    def check_state(
        self, suite: str, root: bytes, key: str, value: bytes | None, proof: bytes
    ) -> bool:
        """Whether another chain's state has a value (None: nothing) under a key."""

    def digest(self, message: bytes, suite: str = "") -> bytes:
        """A suite's digest, the chain's by default, 32 bytes."""

    def keccak(self, message: bytes) -> bytes:
        """Keccak-256, the digest of Ethereum's proofs."""

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether a signature of the chain's suite fits."""

    def merkle_root(self, leaves: list[bytes]) -> bytes:
        """The RFC 6962 root over leaves in the chain's digest."""

    def admit(self, source: str) -> dict[str, Any]:
        """Lint a contract's source; governance only. Its name, lead, Description
        ("document") and the names of its roles."""

    def spend(self, cost: int) -> None:
        """Account for work that the meter cannot see; refuses beyond the cap."""
