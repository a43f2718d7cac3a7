"""
Mandate (代办): for which organisation the caller acts.

Laws: an organisation acts by its own account, or by one that it has delegated the duty
to, up to an amount and until a day; one that is suspended or dissolved does not act.
The part keeps nothing itself, so that a withdrawal holds from the next call on.
"""

from typing import Any

from huabiao.contracts.context import Refused
from huabiao.contracts.parts.part import Part


class Mandate(Part):
    """`mandates = Mandate("kyc.verify")`; the duty is what is delegated."""

    kind = "mandate"

    def __init__(self, duty: str) -> None:
        self.duty = duty

    def demand(self, organisation: str, amount: int = 0) -> None:
        """Refuse unless the caller acts for the organisation, up to so many fen."""
        context = self._context
        arguments = {
            "account": context.caller,
            "organisation": organisation,
            "duty": self.duty,
            "amount": amount,
        }
        if not context.ask("organisations", "may_act", arguments):
            raise Refused(
                "mandate.missing",
                f"此账户不能代表单位“{organisation}”办理“{self.duty}”："
                "须为单位账户，或在授权的期限和限额之内。"
                f" This account does not act for {organisation!r} in {self.duty!r}: it"
                " must be the organisation's own, or within a delegation's limits.",
            )

    def organisation(self, account: bytes | None = None) -> str:
        """The code of the organisation whose own account it is (the caller's, by
        default); empty if it is none's."""
        asked = {"account": account or self._context.caller}
        code: str = self._context.ask("organisations", "organisation_of", asked)
        return code

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "duty": self.duty}
