"""
Sign-offs (部门会签): every one of some named desks agrees to a subject.

Where an approval counts any k of n accounts, here each desk must be heard, whoever sits
at it on that day.

Laws: a desk has one account and an account one desk. A desk signs a subject once; what
it signed stands when somebody else takes the desk. The subject passes in the call that
brings the last desk's signature, and only there; before every desk is taken nothing
passes.

    <part>              the account of each desk, in the order of the declaration
    <part>/<subject>    the desks that have signed, in the order they did
"""

from typing import Any

from huabiao.codec import Code, ListOf, Maybe, Party, Record, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part


class Desks(Record):
    """The account at each desk, or none yet."""

    accounts: ListOf[Maybe[Party]]  # type: ignore[type-arg]


class SignOff(Record):
    """The desks that have signed one subject."""

    desks: ListOf[Code]  # type: ignore[type-arg]


class SignOffs(Part):
    """`sign_offs = SignOffs(("税务", "住房城乡建设"))`."""

    kind = "sign_offs"
    labels = Labels(desks="已会签部门", desk="部门", account="账户")

    def __init__(self, desks: tuple[str, ...]) -> None:
        self.desks = desks

    def appoint(self, desk: str, account: bytes) -> None:
        """Let an account sit at a desk, in place of whoever did."""
        if desk not in self.desks:
            raise Refused(
                "desk.unknown",
                f"没有会签部门“{desk}”，有：{'、'.join(self.desks)}。"
                f" There is no desk {desk!r}; these are the desks:"
                f" {', '.join(self.desks)}.",
            )
        place, accounts = self.desks.index(desk), self._accounts()
        if account in accounts and accounts.index(account) != place:
            raise Refused(
                "desk.taken",
                "此账户已代表另一部门。 This account sits at another desk.",
            )
        accounts[place] = account
        self._context.write(self.name, encode(Desks(accounts).plain()))

    def signed(self, subject: str) -> list[str]:
        """The desks that have signed a subject, in the order they did."""
        stored = self._context.read(self._path(subject))
        return [] if stored is None else SignOff.from_plain(decode(stored)).desks

    def sign(self, subject: str) -> bool:
        """Sign for the caller's desk; True when the subject passes by it."""
        accounts, caller = self._accounts(), self._context.caller
        if caller not in accounts:
            raise Refused(
                "desk.none",
                "此账户不代表任何会签部门。 This account sits at no desk.",
            )
        desk, signed = self.desks[accounts.index(caller)], self.signed(subject)
        if desk in signed:
            raise Refused(
                "desk.signed",
                f"“{desk}”已经会签。 {desk} has signed this already.",
            )
        signed.append(desk)
        self._context.write(self._path(subject), encode(SignOff(signed).plain()))
        return len(signed) == len(self.desks)

    def _accounts(self) -> list[bytes | None]:
        stored = self._context.read(self.name)
        if stored is None:
            return [None] * len(self.desks)
        return Desks.from_plain(decode(stored)).accounts

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": SignOff.__name__,
                "desks": list(self.desks)}  # fmt: skip

    def records(self) -> list[Any]:
        return [SignOff]
