"""
Authorisation (授权核销): a holder's code, redeemed where the licence lies, here or on
another chain.

A holder permits an office to see fields of a licence once, for a purpose, until a
moment (the contract `licences`). A scenario redeems the secret of such a code for
whoever calls it. Over a route it goes as a call (the contract `remote_calls`), and what
came of it is heard in `packet_ended`, as the part `Crossing` says.

Laws: those of `Crossing`; and a code is redeemed as an account of the caller's own, of
this scenario and, from another chain, this route, so that nobody else can use it; all
else (once, in time, for this purpose) its home alone decides.

    <part>/<route>.<n>    [receiver, timeout, about], as in `Crossing`
"""

from huabiao.codec import encode
from huabiao.contracts.parts.crossing import Crossing

LICENCES, REMOTE_CALLS, PENDING = "licences", "remote_calls", "pending"


class Authorisation(Crossing):
    """`codes = Authorisation()`."""

    kind = "authorisation"

    def __init__(self, zh: str = "授权核销", en: str = "codes under way") -> None:
        super().__init__(zh, en)

    def redeem(
        self, secret: bytes, purpose: str, route: str, timeout: int, about: str
    ) -> tuple[str, str]:
        """Redeem a code for the caller. Here, ("ok", ""), or refused at once. Over a
        route, "pending" and its number: it must be redeemed before `timeout` (ms)."""
        caller, given = self._context.caller, {"secret": secret, "purpose": purpose}
        if not route:
            self._context.call(LICENCES, "redeem", "", given, caller)
            return "ok", ""
        asked = encode([caller, LICENCES, "redeem", "", encode(given)])
        return PENDING, self.send(route, REMOTE_CALLS, asked, timeout, about)
