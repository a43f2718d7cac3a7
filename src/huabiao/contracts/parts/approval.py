"""
Approval (会签): k of n accounts agree on one subject, each with one vote or a weight.

Laws:

1. An account approves a subject at most once.
2. Only those count who are listed when it is counted, once each.
3. A call says that the subject passes when the votes of those who approved reach what
   is needed, and not before; the scenario then moves on, so that nobody asks again.
4. With weights the order of the calls does not matter: who approved decides.

    <part>/<subject>    [[account, …]]   in the order in which they approved
"""

from collections.abc import Sequence

from huabiao.codec import ListOf, Party, Record, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part


class Ballot(Record):
    """The accounts that have approved one subject, in the order they did."""

    approved: ListOf[Party]  # type: ignore[type-arg]


class Approval(Part):
    """`approvals = Approval()`."""

    kind = "approval"
    labels = Labels(approved="已同意")

    def given(self, subject: str) -> list[bytes]:
        """Who has approved so far."""
        stored = self._context.read(self._path(subject))
        return [] if stored is None else Ballot.from_plain(decode(stored)).approved

    def approve(
        self,
        subject: str,
        needed: int,
        among: list[bytes],
        weights: Sequence[int] = (),
    ) -> bool:
        """Count the caller's approval; True when the subject passes by it. `weights`
        are the votes of those in `among`, in their order; without them each has one."""
        caller = self._context.caller
        if weights and (len(weights) != len(among) or min(weights) < 0):
            raise Refused(
                "approval.weights",
                "每位表决人须有一个权重，不为负。"
                " Each account that may approve has a weight, not below zero.",
            )
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
        listed = zip(among, weights or [1] * len(among), strict=True)
        # An account that is listed twice counts as it does at its first place.
        votes = dict(reversed(list(listed)))
        return sum(votes.get(account, 0) for account in approved) >= needed

    def of_administrators(self, subject: str) -> bool:
        """Count the caller's approval as one of the chain's administrators; True when
        as many as governance asks for have approved by it."""
        needed, accounts = self._context.ask("governance", "board", {})
        return self.approve(subject, needed, accounts)

    def require_administrator(self, sentence: str) -> None:
        """Refuse, with this sentence, whoever is none of the administrators."""
        _, accounts = self._context.ask("governance", "board", {})
        if self._context.caller not in accounts:
            raise Refused("administrator.only", sentence)

    def records(self) -> list[type[Record]]:
        return [Ballot]
