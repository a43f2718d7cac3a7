"""
Sealed (密封): commit and reveal. Everyone binds himself before anyone sees anything.

Laws:

1. An account seals at most one value under a subject, and only until it is closed.
2. Nothing is revealed before the subject is closed; after that nothing is sealed.
3. What is revealed is what was sealed, by the account that sealed it, once. A
   commitment that was copied from another account can be opened by nobody.
4. What is not revealed stays unknown: its salt is 16 bytes at least and its owner's.

    commitment = digest("huabiao sealed" ‖ 0x00 ‖
                        encode([contract, part, subject, account, salt, value]))

    <part>/<subject>                      [closed at ms]     once it is closed
    <part>_entries/<subject>/<account>    [by, commitment, revealed value | nil]

The commitment scheme is the usual one by a hash: hiding by the salt, binding by
collision resistance; the account in it makes it non-malleable between bidders.
"""

from typing import Any, Generic, TypeVar

from huabiao.codec import Digest, Instant, Maybe, Party, Record, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part

Value = TypeVar("Value", bound=Record)
DOMAIN = b"huabiao sealed\x00"
SHORTEST_SALT = 16
ENTRY = "What one account sealed, and the value once it is revealed."


class Closing(Record):
    """When the sealing ended."""

    at: Instant


def sealed_message(
    contract: str, part: str, subject: str, account: bytes, salt: bytes, plain: Any
) -> bytes:
    """The bytes whose digest is the commitment; `plain` is the value's stored form."""
    return DOMAIN + encode([contract, part, subject, account, salt, plain])


class Sealed(Part, Generic[Value]):
    """`quotes = Sealed(Quote)`."""

    kind = "sealed"
    labels = Labels(
        at="截止时间", by="密封人", commitment="承诺", revealed="揭示的值", salt="盐"
    )

    def __init__(self, value: type[Value]) -> None:
        self.value = value
        revealed = Maybe.__class_getitem__(value)
        fields = {"by": Party, "commitment": Digest, "revealed": revealed}
        body = {"__annotations__": fields, "__doc__": ENTRY, "revealed": None}
        self.entry: Any = type(f"Sealed{value.__name__}", (Record,), body)

    def seal(self, subject: str, commitment: bytes) -> None:
        """The caller binds himself to a value that only he knows."""
        if self.is_closed(subject):
            raise Refused(
                "sealed.closed", "已经截止，不再收件。 It is closed: nothing is sealed."
            )
        path = self._entry(subject, self._context.caller)
        if self._context.read(path) is not None:
            raise Refused(
                "sealed.repeated", "此账户已密封过。 This account has sealed already."
            )
        entry = self.entry(self._context.caller, commitment)
        self._context.write(path, encode(entry.plain()))

    def close(self, subject: str) -> None:
        """End the sealing; from now on values are revealed."""
        if self.is_closed(subject):
            raise Refused("sealed.closed", "已经截止。 It is closed already.")
        closing = Closing(self._context.now)
        self._context.write(self._path(subject), encode(closing.plain()))

    def is_closed(self, subject: str) -> bool:
        return self._context.read(self._path(subject)) is not None

    def reveal(self, subject: str, value: Value, salt: bytes) -> None:
        """The caller opens what he sealed; refused unless it is that."""
        if not self.is_closed(subject):
            raise Refused(
                "sealed.open",
                "尚未截止，不可揭示。 Nothing is revealed before the close.",
            )
        entry = self._find(subject, self._context.caller)
        if entry is None or entry.revealed is not None:
            raise Refused(
                "sealed.none",
                "没有待揭示的密封值。 Nothing sealed waits to be revealed.",
            )
        message = sealed_message(
            self._context.contract, self.name, subject, entry.by, salt, value.plain()
        )
        fits = self._context.digest(message) == entry.commitment
        if len(salt) < SHORTEST_SALT or not fits:
            raise Refused(
                "sealed.differs",
                "与密封时不符，或盐短于 16 字节。"
                " This is not what was sealed, or the salt has fewer than 16 bytes.",
            )
        entry.revealed = value
        path = self._entry(subject, self._context.caller)
        self._context.write(path, encode(entry.plain()))

    def revealed(self, subject: str, account: bytes) -> Value:
        """What an account has revealed; refused where it has revealed nothing."""
        entry = self._find(subject, account)
        if entry is None or entry.revealed is None:
            raise Refused(
                "sealed.unrevealed", "此账户没有揭示。 This account revealed nothing."
            )
        found: Value = entry.revealed
        return found

    def _find(self, subject: str, account: bytes) -> Any:
        stored = self._context.read(self._entry(subject, account))
        return None if stored is None else self.entry.from_plain(decode(stored))

    def _entry(self, subject: str, account: bytes) -> str:
        return f"{self.name}_entries/{subject}/{account.hex()}"

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Closing.__name__,
                "value": self.value.__name__}  # fmt: skip

    def described(self) -> dict[str, dict[str, Any]]:
        entries = {"part": "entries", "entry": self.entry.__name__}
        return {self.name: self.describe(), f"{self.name}_entries": entries}

    def records(self) -> list[Any]:
        return [Closing, self.entry]
