"""
The doors' certificate: read, checked, watched for its end.

    tls_certificate = "tls/door.pem"    the certificate, then its issuers', PEM
    tls_key = "tls/door.key"            its private key, without a passphrase, 0600

Paths are relative to the home. Without them the doors speak HTTP, which is for this
machine alone or for a proxy in front that speaks TLS.
"""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509

from huabiao.node.home import Home, HomeError
from huabiao.node.national_tls import make_context
from huabiao.node.place import NodePlace

WARN_DAYS = 30


@dataclass(frozen=True)
class DoorCertificate:
    """A certificate that fits its key."""

    certificate: Path
    key: Path
    names: list[str]
    """Hosts that it is for."""
    ends: datetime
    national: bool = False
    """TLS of national cryptography, by a front of its own (national_tls.py)."""

    def national_context(self) -> Any:
        """What the front serves with: pyOpenSSL's context."""
        return make_context(self.certificate, self.key)

    def context(self) -> ssl.SSLContext:
        """What the doors serve with: TLS 1.2 or newer."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_cert_chain(self.certificate, self.key)
        return made

    def days(self, now: datetime | None = None) -> float:
        """Until it ends; negative afterwards."""
        return (self.ends - (now or datetime.now(UTC))).total_seconds() / 86_400

    def warning(self) -> str:
        """An alert in its last days; empty before."""
        left = self.days()
        if left > WARN_DAYS:
            return ""
        until = self.ends.strftime("%Y-%m-%d")
        advice = (
            f"请换上新证书 {self.certificate} 并重启节点",
            f"put a new one at {self.certificate} and restart the node",
        )
        if left <= 0:
            return (
                f"门的 TLS 证书已于 {until} 到期，客户端会拒绝连接：{advice[0]}。"
                f" The doors' TLS certificate ended on {until} and clients refuse it:"
                f" {advice[1]}."
            )
        return (
            f"门的 TLS 证书还有 {left:.0f} 天到期（{until}）：{advice[0]}。"
            f" The doors' TLS certificate ends in {left:.0f} days ({until}):"
            f" {advice[1]}."
        )


def door_certificate(home: Home, place: NodePlace | None) -> DoorCertificate | None:
    """What node.toml names; None where it names nothing; HomeError if it is wrong."""
    if place is None or not (place.tls_certificate or place.tls_key):
        return None
    if not (place.tls_certificate and place.tls_key):
        raise HomeError(
            f"{home.folder / 'node.toml'}：tls_certificate 与 tls_key 须同时写明。"
            " tls_certificate and tls_key go together: name both or neither."
        )
    certificate = home.folder / place.tls_certificate
    key = home.folder / place.tls_key
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        read = DoorCertificate(
            certificate,
            key,
            _names(found),
            found.not_valid_after_utc,
            place.tls_suites == "national",
        )
        _ = read.national_context() if read.national else read.context()
    except ImportError:
        raise HomeError(
            "未安装国密 TLS：pip install 'huabiao[national-tls]'。"
            " TLS of national cryptography is not installed: pip install"
            " 'huabiao[national-tls]'."
        ) from None
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise HomeError(
            f"TLS 证书 {certificate} 与密钥 {key} 不能用（{error}）：两者须为 PEM、"
            "相配，密钥不加口令。"
            f" The certificate {certificate} and its key {key} cannot be used"
            f" ({error}): both are PEM, fit each other, the key without passphrase."
        ) from None
    return read


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound:
        return []
    named = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return [*named, *map(str, addresses)]


def door_url(host: str, port: int, certificate: DoorCertificate | None) -> str:
    """Where this machine reaches the doors, under a name that is in the certificate."""
    shown = "127.0.0.1" if host == "0.0.0.0" else host
    if certificate is None:
        return f"http://{shown}:{port}"
    names = certificate.names
    if shown not in names:
        local = [name for name in names if name == "localhost" or _is_loopback(name)]
        shown = (local or [n for n in names if "*" not in n] or [shown])[0]
    return f"https://{shown}:{port}"


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
