"""
Refusals as OAuth names them: an error code, a sentence in ASCII, an HTTP status.

RFC 6749 §5.2 has the form of token errors, OpenID4VCI 1.0 §8.3.1 the codes of the
credential endpoint, OpenID4VP 1.0 §8.5 those of a wallet. A description may hold only
%x20-21 / %x23-5B / %x5D-7E, so these sentences are English alone.
"""

import re

_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]+")


class OAuthError(Exception):
    """`code` is the specification's, `description` is for developers."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        self.code, self.status = code, status
        self.description = _NOT_ALLOWED.sub("'", description)[:400]
        super().__init__(f"{self.description} [{code}]")

    def document(self) -> dict[str, str]:
        """The body of an error response."""
        return {"error": self.code, "error_description": self.description}
