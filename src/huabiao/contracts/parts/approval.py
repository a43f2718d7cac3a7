"""
Approval (会签): k of n accounts agree on one subject.

Laws: an account approves a subject at most once; only listed accounts count; the
subject passes in the call that brings the k-th approval, and only there.
"""

from huabiao.codec import ListOf, Party, Record, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.parts.part import Part


class Ballot(Record):
    """The accounts that have approved one subject, in the order they did."""

    approved: ListOf[Party]  # type: ignore[type-arg]


class Approval(Part):
    """`approvals = Approval()`."""

    kind = "approval"

    def given(self, subject: str) -> list[bytes]:
        """Who has approved so far."""
        stored = self._context.read(self._path(subject))
        return [] if stored is None else Ballot.from_plain(decode(stored)).approved

    def approve(self, subject: str, needed: int, among: list[bytes]) -> bool:
        """Count the caller's approval; True when the subject passes by it."""
        caller = self._context.caller
        if caller not in among:
            raise Refused(
                "approval.not_listed",
                "此账户无表决资格。 This account has no say in this approval.",
            )
        approved = self.given(subject)
        if caller in approved:
            raise Refused(
                "approval.repeated",
                "此账户已经同意过。 This account has approved already.",
            )
        approved.append(caller)
        ballot = Ballot(approved)
        self._context.write(self._path(subject), encode(ballot.plain()))
        return sum(1 for account in approved if account in among) >= needed

    def records(self) -> list[type[Record]]:
        return [Ballot]
