"""
Books (账簿): double entry in one unit, whole numbers only.

Laws:

1. What one account gives another takes: the balances of all accounts and the amounts
   that are pending sum to zero at every height.
2. An account never falls below zero, except those of the families that the scenario
   names as `sources`, where amounts come from and return to.
3. A pending amount is neither account's; it is posted or voided, once, as a whole.
4. Each amount is positive and of the book's unit; nothing moves between two books.

An account is a party or a name; its family is the name up to the first `/`. An account
at zero has no entry, so that the state does not grow with what is over.

    <part>/<account>            [balance, owner | nil]
    <part>_pending/<id>         [debit, credit, amount, [party, …]]

Terms: debit and credit as in a bank's books of its customers, where a credit is what an
account takes; pending, post and void as in card payments (authorise, capture, void).
"""

from typing import Any

from huabiao.codec import (
    Code,
    Count,
    ListOf,
    Maybe,
    Number,
    Party,
    Record,
    decode,
    encode,
)
from huabiao.contracts.context import Refused
from huabiao.contracts.parts.part import Part


class Balance(Record):
    """What stands on one account; the owner, where the account is a party's."""

    balance: Number
    owner: Maybe[Party] = None  # type: ignore


class PendingAmount(Record):
    """An amount on its way from one account to another, and the parties among them."""

    debit: Code
    credit: Code
    amount: Count
    parties: ListOf[Party]  # type: ignore[type-arg]


class Books(Part):
    """`credits = Books(Grams, sources=("issued",))`."""

    kind = "books"

    def __init__(
        self, unit: type[Count], zh: str = "", en: str = "",
        *, sources: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.unit, self.sources = unit, sources
        self.zh, self.en = zh or unit.zh, en or unit.name

    def balance(self, account: bytes | str) -> int:
        """What an account may dispose of; below zero for a source only."""
        held = self._find(_name(account))
        return int(held.balance) if held else 0

    def transfer(self, debit: bytes | str, credit: bytes | str, amount: int) -> None:
        """Move an amount at once; refused beyond what the debit account holds."""
        self._check(debit, credit, amount)
        self._add(_name(debit), -amount, _parties(debit))
        self._add(_name(credit), amount, _parties(credit))

    def reserve(
        self, pending: str, debit: bytes | str, credit: bytes | str, amount: int
    ) -> None:
        """Take an amount out and hold it under an id until it is posted or voided."""
        self._check(debit, credit, amount)
        if self.pending(pending) is not None:
            raise Refused(
                "books.pending_exists",
                f"待定款项“{pending}”已存在。 {pending!r} is pending already.",
            )
        self._add(_name(debit), -amount, _parties(debit))
        held = PendingAmount(
            _name(debit), _name(credit), amount, _parties(debit, credit)
        )
        self._context.write(self._pending_path(pending), encode(held.plain()))

    def post(self, pending: str) -> int:
        """Give a pending amount to its credit account; the amount."""
        held = self._end(pending)
        self._add(held.credit, held.amount, held.parties)
        return int(held.amount)

    def void(self, pending: str) -> int:
        """Give a pending amount back to its debit account; the amount."""
        held = self._end(pending)
        self._add(held.debit, held.amount, held.parties)
        return int(held.amount)

    def pending(self, pending: str) -> PendingAmount | None:
        """What is pending under an id, or None."""
        stored = self._context.read(self._pending_path(pending))
        return None if stored is None else PendingAmount.from_plain(decode(stored))

    def _check(self, debit: bytes | str, credit: bytes | str, amount: int) -> None:
        if self.unit.check(amount) <= 0:
            raise Refused(
                "books.amount", "金额或数量须大于零。 The amount must be positive."
            )
        if _name(debit) == _name(credit):
            raise Refused(
                "books.same", "借贷须为两个账户。 Debit and credit are one account."
            )

    def _add(self, account: str, amount: int, parties: list[bytes]) -> None:
        held = self._find(account) or Balance(
            0, next((each for each in parties if each.hex() == account), None)
        )
        left = held.balance + amount
        if left < 0 and account.partition("/")[0] not in self.sources:
            raise Refused(
                "books.short",
                f"{self.zh}不足：有 {held.balance}，需 {-amount}。"
                f" There are {held.balance} {self.en}, not {-amount}.",
            )
        held.balance = left  # type: ignore[assignment]
        kept = encode(held.plain()) if left else None
        self._context.write(self._path(account), kept)

    def _end(self, pending: str) -> PendingAmount:
        held = self.pending(pending)
        if held is None:
            raise Refused(
                "books.no_pending",
                f"没有待定款项“{pending}”。 Nothing is pending under {pending!r}.",
            )
        self._context.write(self._pending_path(pending), None)
        return held

    def _find(self, account: str) -> Balance | None:
        stored = self._context.read(self._path(account))
        return None if stored is None else Balance.from_plain(decode(stored))

    def _pending_path(self, pending: str) -> str:
        return f"{self.name}_pending/{Code.check(pending)}"

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Balance.__name__, "unit": self.unit.name,
                "zh": self.zh, "en": self.en,
                "sources": list(self.sources)}  # fmt: skip

    def described(self) -> dict[str, dict[str, Any]]:
        pending = {"part": "pending", "entry": PendingAmount.__name__}
        return {self.name: self.describe(), f"{self.name}_pending": pending}

    def records(self) -> list[Any]:
        return [Balance, PendingAmount]


def _name(account: bytes | str) -> str:
    """The name under which an account stands; a party goes by its hexadecimal."""
    named = account.hex() if isinstance(account, bytes) else account
    return str(Code.check(named))


def _parties(*accounts: bytes | str) -> list[bytes]:
    return [each for each in accounts if isinstance(each, bytes)]
