"""
Credential (凭证): whether an account holds a credential of one type.

Laws: an account passes exactly while an issuer that is accredited for the type has
attested it, the credential has not ended, and its bit in the status list is 0; the
part keeps nothing itself, so that a revocation holds from the next call on.
"""

from typing import Any

from huabiao.contracts.context import Refused
from huabiao.contracts.parts.part import Part


class Credential(Part):
    """`licences = Credential("DoctorLicence", "医师执业证书", "a licence")`."""

    kind = "credential"

    def __init__(self, credential_type: str, zh: str = "", en: str = "") -> None:
        self.credential_type = credential_type
        self.zh, self.en = zh or credential_type, en or credential_type

    def standing(self, account: bytes | None = None) -> tuple[str, str]:
        """("ok", sentence) or why the account (the caller's, by default) does not
        hold one that stands: missing, expired, revoked, or what the issuer lacks."""
        told = self._context.ask(
            "credentials",
            "holds_credential",
            {
                "account": account or self._context.caller,
                "credential_type": self.credential_type,
            },
        )
        return told["code"], told["sentence"]

    def is_held(self, account: bytes | None = None) -> bool:
        """Whether the account (the caller's, by default) holds one that stands."""
        return self.standing(account)[0] == "ok"

    def demand(self, account: bytes | None = None) -> None:
        """Refuse unless the account (the caller's, by default) holds one."""
        code, sentence = self.standing(account)
        if code != "ok":
            raise Refused(code, f"须持有{self.zh}：{sentence} This needs {self.en}.")

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "type": self.credential_type, "zh": self.zh,
                "en": self.en}  # fmt: skip
