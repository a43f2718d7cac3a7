"""
Certificates and revocation lists, built and signed (RFC 5280, GM/T 0015 for SM2).

Both have the same shape: what is stated, the algorithm, the signature over the bytes of
what is stated. Serial numbers are 159 random bits; times are whole seconds in UTC.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from asn1crypto import core, crl, x509

from huabiao.services.certificates.algorithms import CertifyingKey

CLOCKS_DIFFER = timedelta(minutes=5)
FIRST_GENERALIZED_YEAR = 2050
"""RFC 5280 §4.1.2.5: UTCTime ends with 2049."""


@dataclass(frozen=True)
class Subject:
    """Whom a certificate is for."""

    name: str
    organisation: str = ""
    code: str = ""
    """Unified social credit code (GB 32100)."""
    hosts: Sequence[str] = field(default_factory=tuple)

    @property
    def name_of(self) -> Any:
        parts = {"country_name": "CN"}
        if self.organisation:
            parts["organization_name"] = self.organisation
        if self.code:
            # ETSI EN 319 412-1 §5.1.4: the national trade register of CN
            parts["organization_identifier"] = f"NTRCN-{self.code}"
        return x509.Name.build({**parts, "common_name": self.name})


def new_serial() -> int:
    return secrets.randbits(158) | 1 << 158


def build_authority(key: CertifyingKey, subject: Subject, days: int) -> Any:
    """An authority's own certificate, signed by itself."""
    extensions = [
        _extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, True),
        _extension("key_usage", {"key_cert_sign", "crl_sign"}, True),
        _extension("key_identifier", key.public.sha1),
    ]
    name = subject.name_of
    return _certificate(key, name, subject, key.public, days, extensions)


def build_certificate(
    key: CertifyingKey, issuer: Any, subject: Subject, public: Any, days: int
) -> Any:
    """A certificate of the authority `issuer` for a holder's public key."""
    extensions = [
        _extension("basic_constraints", {"ca": False}, True),
        _extension("key_usage", {"digital_signature"}, True),
        _extension("extended_key_usage", ["server_auth", "client_auth"]),
        _extension("key_identifier", public.sha1),
        _extension(
            "authority_key_identifier", {"key_identifier": issuer.key_identifier}
        ),
    ]
    if subject.hosts:
        names = [_host(each) for each in subject.hosts]
        extensions.append(_extension("subject_alt_name", names))
    return _certificate(key, issuer.subject, subject, public, days, extensions)


def build_list(
    key: CertifyingKey,
    issuer: Any,
    number: int,
    revoked: Mapping[int, tuple[datetime, str]],
    days: int,
) -> Any:
    """A certificate revocation list: serials, from when, and the reason."""
    now = datetime.now(UTC).replace(microsecond=0)
    stated = {
        "version": "v2",
        "signature": key.algorithm,
        "issuer": issuer.subject,
        "this_update": _time(now),
        "next_update": _time(now + timedelta(days)),
        "crl_extensions": [
            crl.TBSCertListExtension(
                {
                    "extn_id": "authority_key_identifier",
                    "extn_value": {"key_identifier": issuer.key_identifier},
                }
            ),
            crl.TBSCertListExtension({"extn_id": "crl_number", "extn_value": number}),
        ],
    }
    if revoked:
        stated["revoked_certificates"] = [
            _revoked(serial, *revoked[serial]) for serial in sorted(revoked)
        ]
    built = crl.TbsCertList(stated)
    return crl.CertificateList(
        {
            "tbs_cert_list": built,
            "signature_algorithm": key.algorithm,
            "signature": core.OctetBitString(key.sign(built.dump())),
        }
    )


def _revoked(serial: int, since: datetime, reason: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "user_certificate": serial,
        "revocation_date": _time(since),
    }
    if reason != "unspecified":  # RFC 5280 §5.3.1: then the extension is absent
        entry["crl_entry_extensions"] = [
            {"extn_id": "crl_reason", "extn_value": _REASONS[reason]}
        ]
    return entry


_REASONS = {
    "keyCompromise": "key_compromise",
    "cACompromise": "ca_compromise",
    "affiliationChanged": "affiliation_changed",
    "superseded": "superseded",
    "cessationOfOperation": "cessation_of_operation",
    "privilegeWithdrawn": "privilege_withdrawn",
}
REASONS = ("unspecified", *_REASONS)


def _certificate(
    key: CertifyingKey,
    issuer: Any,
    subject: Subject,
    public: Any,
    days: int,
    extensions: list[Any],
) -> Any:
    now = datetime.now(UTC).replace(microsecond=0)
    stated = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": new_serial(),
            "signature": key.algorithm,
            "issuer": issuer,
            "validity": {
                "not_before": _time(now - CLOCKS_DIFFER),
                "not_after": _time(now + timedelta(days)),
            },
            "subject": subject.name_of,
            "subject_public_key_info": public,
            "extensions": extensions,
        }
    )
    return x509.Certificate(
        {
            "tbs_certificate": stated,
            "signature_algorithm": key.algorithm,
            "signature_value": core.OctetBitString(key.sign(stated.dump())),
        }
    )


def _extension(name: str, value: Any, critical: bool = False) -> Any:
    return x509.Extension({"extn_id": name, "critical": critical, "extn_value": value})


def _host(written: str) -> Any:
    try:
        return x509.GeneralName("ip_address", str(ip_address(written)))
    except ValueError:
        return x509.GeneralName("dns_name", written)


def _time(moment: datetime) -> Any:
    late = moment.year >= FIRST_GENERALIZED_YEAR
    return x509.Time("general_time" if late else "utc_time", moment)
