"""
Why a credential or a presentation was not believed: a stable code and a sentence.

    form        malformed.*        size, JSON, base64url, members of the data model
    signature   alg.*  key.*  signature.*  proof.*
    presenter   binding.*  audience  nonce.*  stale
    standing    expired  not_yet  status.*  issuer.*  body.*  schema.*
"""


class NotVerified(Exception):
    """`code` is stable and meant for programs, the sentence for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{zh}。 {en}.")
        self.code = code


def malformed(where: str, zh: str, en: str) -> NotVerified:
    """What was presented is not of its form; `where` names the part."""
    return NotVerified(f"malformed.{where}", zh, en)
