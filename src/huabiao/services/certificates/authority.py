"""
An authority in a folder: its key, what it issued, what it revoked.

    ca.pem           its own certificate
    key.json         an SM2 authority's key: a key file (huabiao.crypto.keystore)
    ca.key           an ECDSA or RSA authority's: PKCS#8, encrypted by the passphrase
    register.json    {"crl": number, "certificates": {serial: {…}}}
    issued/*.pem     every certificate, by its serial number in hexadecimal
    crl.pem          the newest revocation list

One process at a time changes a folder (`lock`).
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import serialization

from huabiao.crypto import keystore
from huabiao.durable import write_whole
from huabiao.services.certificates import algorithms, building
from huabiao.services.certificates.building import REASONS, Subject

CRL_DAYS = 7
AUTHORITY_DAYS = 3_650


class AuthorityError(Exception):
    """What was asked of an authority cannot be done; the sentence says what to do."""


@dataclass(frozen=True)
class Issued:
    """A certificate in the register. Times are ISO 8601 in UTC; empty: not revoked."""

    serial: str
    kind: str
    name: str
    organisation: str
    code: str
    hosts: list[str]
    ends: str
    revoked: str = ""
    reason: str = ""


class Authority:
    """An opened authority; changes are written before a method returns."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self.folder = folder
        try:
            self.certificate = read_certificate(folder / "ca.pem")
            self.key = _open_key(folder, passphrase)
            self._register = json.loads((folder / "register.json").read_bytes())
        except (OSError, ValueError, TypeError) as error:
            raise AuthorityError(
                f"{folder} 不是可用的证书机构（{error}）；先运行 huabiao certificate"
                f" init {folder}，并核对口令。"
                f" {folder} is no authority that opens ({error}): make one with"
                f" huabiao certificate init {folder}, and check the passphrase."
            ) from None

    def issue(
        self, subject: Subject, days: int, kind: str, request: bytes | None = None
    ) -> tuple[Issued, bytes]:
        """A certificate, and the holder's new key in PEM; none where he asked with his
        own (`request`, PKCS#10)."""
        if request is not None:
            public, secret = algorithms.requested_key(request), b""
        else:
            public, secret = algorithms.make_holder_key(kind)
        return self._issue(subject, days, kind if secret else "—", public), secret

    def renew(self, serial: str, days: int) -> Issued:
        """Another certificate for the same subject and key, with a new end."""
        old = self.find(serial)
        if old.revoked:
            raise AuthorityError(
                f"证书 {serial} 已吊销，不能续期；请重新签发。"
                f" {serial} is revoked and is not renewed: issue another."
            )
        public = read_certificate(self.path_of(serial)).public_key
        subject = Subject(old.name, old.organisation, old.code, tuple(old.hosts))
        return self._issue(subject, days, old.kind, public)

    def revoke(self, serial: str, reason: str) -> Issued:
        """From now on; the next list has it."""
        if reason not in REASONS:
            raise AuthorityError(
                f"吊销原因须为：{'、'.join(REASONS)}。"
                f" The reason is one of: {', '.join(REASONS)}."
            )
        found = self.find(serial)
        if found.revoked:
            raise AuthorityError(f"证书 {serial} 已吊销。 {serial} is revoked already.")
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        gone = replace(found, revoked=now, reason=reason)
        self._record(gone)
        return gone

    def list_revoked(self, days: int = CRL_DAYS) -> Path:
        """Sign the next revocation list; its number rises by one."""
        revoked = {
            int(each.serial, 16): (datetime.fromisoformat(each.revoked), each.reason)
            for each in self.issued()
            if each.revoked
        }
        number = int(self._register["crl"]) + 1
        made = building.build_list(self.key, self.certificate, number, revoked, days)
        self._register["crl"] = number
        self._save()
        path = self.folder / "crl.pem"
        write_whole(path, pem.armor("X509 CRL", made.dump()))
        return path

    def issued(self) -> Iterator[Issued]:
        """Everything in the register, in the order of issue."""
        for entry in self._register["certificates"].values():
            yield Issued(**entry)

    def find(self, serial: str) -> Issued:
        found = self._register["certificates"].get(serial)
        if found is None:
            raise AuthorityError(
                f"没有签发过序列号 {serial[:60]}。"
                f" No certificate {serial[:60]!r} was issued here."
            )
        return Issued(**found)

    def path_of(self, serial: str) -> Path:
        return self.folder / "issued" / f"{serial}.pem"

    def _issue(self, subject: Subject, days: int, kind: str, public: Any) -> Issued:
        made = building.build_certificate(
            self.key, self.certificate, subject, public, days
        )
        if made.not_valid_after > self.certificate.not_valid_after:
            raise AuthorityError(
                "证书会晚于机构证书到期；请减少天数，或另建机构。"
                " It would outlive the authority's own certificate: ask for fewer days,"
                " or make another authority."
            )
        serial = f"{made.serial_number:x}"
        ends = made.not_valid_after.isoformat()
        issued = Issued(
            serial, kind, subject.name, subject.organisation, subject.code,
            list(subject.hosts), ends,
        )  # fmt: skip
        write_whole(self.path_of(serial), pem.armor("CERTIFICATE", made.dump()))
        self._record(issued)
        return issued

    def _record(self, issued: Issued) -> None:
        self._register["certificates"][issued.serial] = asdict(issued)
        self._save()

    def _save(self) -> None:
        content = json.dumps(self._register, ensure_ascii=False, indent=1)
        write_whole(self.folder / "register.json", content.encode() + b"\n")


@contextmanager
def open_authority(folder: Path, passphrase: str) -> Iterator[Authority]:
    """The authority of a folder, held for this process alone."""
    if not folder.is_dir():
        raise AuthorityError(
            f"没有文件夹 {folder}；先运行 huabiao certificate init {folder}。"
            f" There is no {folder}: make it with huabiao certificate init {folder}."
        )
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Authority(folder, passphrase)


def make_authority(
    folder: Path, kind: str, subject: Subject, passphrase: str, days: int
) -> None:
    """A new authority; AuthorityError if the folder has one."""
    if (folder / "ca.pem").exists():
        raise AuthorityError(
            f"{folder} 已有证书机构，不会覆盖。"
            f" There is an authority in {folder} already; it is not overwritten."
        )
    (folder / "issued").mkdir(parents=True, exist_ok=True, mode=0o700)
    if kind == "sm2":
        keystore.create(folder / "key.json", "sm", subject.name, passphrase, days)
    else:
        written = algorithms.make_library_key(kind).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )
        write_whole(folder / "ca.key", written)
    key = _open_key(folder, passphrase)
    write_whole(folder / "register.json", b'{"crl": 0, "certificates": {}}\n')
    made = building.build_authority(key, subject, days)
    write_whole(folder / "ca.pem", pem.armor("CERTIFICATE", made.dump()))


def _open_key(folder: Path, passphrase: str) -> algorithms.CertifyingKey:
    if (folder / "key.json").exists():
        keys = keystore.load(folder / "key.json", passphrase)
        return algorithms.sm2_signing(keys.public, keys.sign)
    written = (folder / "ca.key").read_bytes()
    return algorithms.library_signing(
        serialization.load_pem_private_key(written, passphrase.encode())
    )


def read_certificate(path: Path) -> Any:
    """A certificate file in PEM or DER; ValueError or OSError."""
    content = path.read_bytes()
    der = pem.unarmor(content)[2] if pem.detect(content) else content
    return x509.Certificate.load(der, strict=True)
