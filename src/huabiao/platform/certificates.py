"""
Certificates: which X.509 certificates an authority stands by (机构证书).

1. An organisation's authority issues a certificate and anchors its digest.
2. Whoever is shown the certificate asks for its digest and sees who stands by it.
3. The authority revokes it, with a reason and from when: at once for everyone, while a
   list (CRL) is seen only when it is fetched again.

An entry's key is the digest and the account that anchored it, so nobody can take the
place of another's certificate. Whose account an authority's is, the list of
organisations says (governance).
"""

from huabiao.contracts import (
    Digest,
    Instant,
    Labels,
    Party,
    Record,
    Registry,
    Scenario,
    Text,
    Title,
    anyone,
    does,
    require,
)

LONGEST_TEXT = 200
REASONS = (
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "privilegeWithdrawn",
)
"""RFC 5280 §5.3.1, those that do not come back."""


class Anchored(Record):
    """A certificate that an account stands by until `revoked_at`; 0: it still does."""

    issuer: Party
    serial: Text
    subject: Text
    ends: Instant
    since: Instant
    revoked_at: Instant = 0
    reason: Text = ""


class Certificates(Scenario):
    """Says which certificates stand, and from when one no longer does."""

    title = Title(zh="机构证书", en="Certificates")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    anchored = Registry(Anchored, "证书", "certificates")
    labels = Labels(
        certificate="证书摘要", issuer="签发机构", subject="证书主体", ends="证书到期",
        since="登记时间", revoked_at="吊销时间",
    )  # fmt: skip

    @does(by=anyone, title="登记证书")
    def anchor(
        self, certificate: Digest, serial: Text, subject: Text, ends: Instant
    ) -> None:
        """Stand by a certificate: the digest of its DER, its serial in hexadecimal."""
        require(
            0 < len(serial) <= LONGEST_TEXT and 0 < len(subject) <= LONGEST_TEXT,
            f"序列号与主体各 1 至 {LONGEST_TEXT} 字。"
            f" Serial and subject have 1 to {LONGEST_TEXT} characters each.",
            code="certificate.text",
        )
        require(
            ends > self.now,
            "证书已到期。 The certificate has ended.",
            code="certificate.ended",
        )
        entry = Anchored(self.caller, serial, subject, ends, self.now)
        self.anchored.add(place(certificate, self.caller), entry)
        self.emit("anchored", certificate=certificate, serial=serial)

    @does(by=anyone, title="吊销证书")
    def revoke(self, certificate: Digest, reason: Text) -> None:
        """Stand by it no longer, for a reason of RFC 5280 §5.3.1."""
        require(
            reason in REASONS,
            f"吊销原因须为：{'、'.join(REASONS)}。"
            f" The reason is one of: {', '.join(REASONS)}.",
            code="certificate.reason",
        )
        key = place(certificate, self.caller)
        entry = self.anchored.get(key)
        require(
            entry.revoked_at == 0,
            "证书已吊销。 It is revoked already.",
            code="certificate.revoked",
        )
        entry.revoked_at, entry.reason = self.now, reason
        self.anchored.put(key, entry)
        self.emit("revoked", certificate=certificate, reason=reason)


def place(certificate: Digest, account: Party) -> str:
    """Where an account's word on a certificate stands."""
    return f"{certificate.hex()}.{account.hex()}"
