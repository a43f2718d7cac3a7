"""
Books (账簿): double entry in one unit, whole numbers only.

Laws:

1. What one account gives another takes: the balances of all accounts and the amounts
   that are pending sum to zero at every height.
2. An account never falls below zero, except those of the families that the scenario
   names as `sources`, where amounts come from and return to.
3. A pending amount is neither account's; it is posted or voided, once, as a whole.
4. Each amount is positive and of the book's unit; nothing moves between two books.
5. Books of `many` things, such as assets, keep each thing apart: the first four laws
   hold for each, and an amount of one thing never becomes another.

An account is a party or a name; its family is the name up to the first `/`. In books
of many things it is a pair, of that and the thing. An account at zero has no entry, so
that the state does not grow with what is over.

    <part>/<account>            [balance, owner | nil]
    <part>/<account>@<thing>    the same, in books of many things
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
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part

AT = "@"
Holder = bytes | str
Account = Holder | tuple[Holder, str]


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
    labels = Labels(
        balance="余额", owner="户主", debit="付方账户", credit="收方账户",
        amount="数额", parties="当事方",
    )  # fmt: skip

    def __init__(
        self, unit: type[Count], zh: str = "", en: str = "",
        *, sources: tuple[str, ...] = (), many: bool = False,
    ) -> None:  # fmt: skip
        self.unit, self.sources, self.many = unit, sources, many
        self.zh, self.en = zh or unit.zh, en or unit.name

    def balance(self, account: Account) -> int:
        """What an account may dispose of; below zero for a source only."""
        held = self._find(self._named(account))
        return int(held.balance) if held else 0

    def transfer(self, debit: Account, credit: Account, amount: int) -> None:
        """Move an amount at once; refused beyond what the debit account holds."""
        self._check(debit, credit, amount)
        self._add(self._named(debit), -amount, _parties(debit))
        self._add(self._named(credit), amount, _parties(credit))

    def reserve(
        self, pending: str, debit: Account, credit: Account, amount: int
    ) -> None:
        """Take an amount out and hold it under an id until it is posted or voided."""
        self._check(debit, credit, amount)
        if self.pending(pending) is not None:
            raise Refused(
                "books.pending_exists",
                f"待定款项“{pending}”已存在。 {pending!r} is pending already.",
            )
        self._add(self._named(debit), -amount, _parties(debit))
        held = PendingAmount(
            self._named(debit), self._named(credit), amount, _parties(debit, credit)
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

    def _check(self, debit: Account, credit: Account, amount: int) -> None:
        if self.unit.check(amount) <= 0:
            raise Refused(
                "books.amount", "金额或数量须大于零。 The amount must be positive."
            )
        if self._named(debit) == self._named(credit):
            raise Refused(
                "books.same", "借贷须为两个账户。 Debit and credit are one account."
            )
        if _thing(debit) != _thing(credit):
            raise Refused(
                "books.thing",
                "一笔账只涉及一种资产。 What is given and taken is one thing.",
            )

    def _named(self, account: Account) -> str:
        """The name under which an account stands; a party goes by its hexadecimal."""
        if isinstance(account, tuple) != self.many:
            raise TypeError("books of many things, and no others, name the thing")
        holder = account[0] if isinstance(account, tuple) else account
        named = holder.hex() if isinstance(holder, bytes) else holder
        if not isinstance(account, tuple):
            return str(Code.check(named))
        if AT in account[1]:
            raise Refused(
                "books.thing", f"资产名不含“{AT}”。 A thing's name has no {AT!r}."
            )
        return str(Code.check(f"{named}{AT}{Code.check(account[1])}"))

    def _holder(self, account: str) -> str:
        return account.rpartition(AT)[0] if self.many else account

    def _is_source(self, account: str) -> bool:
        return self._holder(account).partition("/")[0] in self.sources

    def _add(self, account: str, amount: int, parties: list[bytes]) -> None:
        held = self._find(account) or Balance(
            0,
            next(
                (each for each in parties if each.hex() == self._holder(account)), None
            ),
        )
        left = held.balance + amount
        if left < 0 and not self._is_source(account):
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
        told = {"part": self.kind, "entry": Balance.__name__, "unit": self.unit.name,
                "zh": self.zh, "en": self.en,
                "sources": list(self.sources)}  # fmt: skip
        return told | ({"many": True} if self.many else {})

    def described(self) -> dict[str, dict[str, Any]]:
        pending = {"part": "pending", "entry": PendingAmount.__name__}
        return {self.name: self.describe(), f"{self.name}_pending": pending}

    def records(self) -> list[Any]:
        return [Balance, PendingAmount]


def _thing(account: Account) -> str:
    return account[1] if isinstance(account, tuple) else ""


def _parties(*accounts: Account) -> list[bytes]:
    holders = [each[0] if isinstance(each, tuple) else each for each in accounts]
    return [each for each in holders if isinstance(each, bytes)]
