"""
Certificates and lists, checked by the OpenSSL command: an implementation of its own.
"""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huabiao.services.certificates.algorithms import KINDS, BadRequest
from huabiao.services.certificates.authority import (
    AuthorityError,
    make_authority,
    open_authority,
)
from huabiao.services.certificates.building import Subject

PASSPHRASE = "correct horse"
CODE = "91110000600037341L"
DOOR = Subject("door", "市大数据中心", CODE, ("localhost", "127.0.0.1"))
IDENTITY = "distid:1234567812345678"


def openssl(*words: str | Path, well: bool = True) -> str:
    done = subprocess.run(
        ["openssl", *map(str, words)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode == 0) == well, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp(kind) / "ca"
    make_authority(made, kind, Subject("城市 CA", "市大数据中心"), PASSPHRASE, 3_650)
    return made


def verified(folder: Path, kind: str, certificate: Path, well: bool = True) -> str:
    chain = ["-CAfile", folder / "ca.pem"]
    if kind != "sm2":
        listed = ["-crl_check", "-CRLfile", folder / "crl.pem"]
        return openssl("verify", *chain, *listed, certificate, well=well)
    # OpenSSL 3.0 has no way to say the SM2 identity for a list: it is checked apart.
    check_sm2_list(folder)
    told = openssl("verify", "-vfyopt", IDENTITY, *chain, certificate)
    serial = openssl("x509", "-in", certificate, "-noout", "-serial").split("=")[1]
    shown = openssl("crl", "-in", folder / "crl.pem", "-noout", "-text")
    revoked = f"Serial Number: {serial.strip()}" in shown
    assert well != revoked
    return f"{told} revoked" if revoked else told


def check_sm2_list(folder: Path) -> None:
    """OpenSSL takes the list apart and checks the signature over what it states."""
    parts = openssl("asn1parse", "-in", folder / "crl.pem").splitlines()
    stated, signature = parts[1].split(":")[0].strip(), parts[-1].split(":")[0].strip()
    parse = ["asn1parse", "-in", folder / "crl.pem", "-noout", "-strparse"]
    openssl(*parse, stated, "-out", folder / "stated")
    openssl(*parse, signature, "-out", folder / "signature")
    public = openssl("x509", "-in", folder / "ca.pem", "-noout", "-pubkey")
    (folder / "ca.pub").write_text(public)
    openssl(
        "pkeyutl", "-verify", "-pubin", "-inkey", folder / "ca.pub", "-rawin",
        "-digest", "sm3", "-pkeyopt", IDENTITY, "-in", folder / "stated",
        "-sigfile", folder / "signature",
    )  # fmt: skip


def test_openssl_verifies_until_the_list_says_no(folder: Path, kind: str) -> None:
    with open_authority(folder, PASSPHRASE) as authority:
        issued, secret = authority.issue(DOOR, 365, kind)
        kept, _ = authority.issue(DOOR, 365, kind)
        authority.list_revoked()
        path, other = authority.path_of(issued.serial), authority.path_of(kept.serial)
    assert "OK" in verified(folder, kind, path)
    with open_authority(folder, PASSPHRASE) as authority:
        gone = authority.revoke(issued.serial, "keyCompromise")
        authority.list_revoked()
        with pytest.raises(AuthorityError, match="revoked already"):
            authority.revoke(issued.serial, "superseded")
        with pytest.raises(AuthorityError, match="not renewed"):
            authority.renew(issued.serial, 10)
    assert gone.reason == "keyCompromise"
    assert "revoked" in verified(folder, kind, path, well=False)
    assert "OK" in verified(folder, kind, other)
    told = openssl("crl", "-in", folder / "crl.pem", "-noout", "-text")
    assert "Key Compromise" in told and issued.serial in told.lower()
    assert secret.startswith(b"-----BEGIN PRIVATE KEY-----")


def test_openssl_reads_what_the_certificate_says(folder: Path, kind: str) -> None:
    with open_authority(folder, PASSPHRASE) as authority:
        issued, secret = authority.issue(DOOR, 365, kind)
        path = authority.path_of(issued.serial)
    told = openssl("x509", "-in", path, "-noout", "-text", "-nameopt", "utf8")
    for said in (
        "DNS:localhost, IP Address:127.0.0.1", f"NTRCN-{CODE}", "市大数据中心",
        "CA:FALSE", "TLS Web Server Authentication", "Digital Signature",
    ):  # fmt: skip
        assert said in told
    named = {"sm2": "SM2-with-SM3", "ecdsa": "ecdsa-with-SHA256",
             "rsa": "sha256WithRSAEncryption"}  # fmt: skip
    assert told.count(f"Signature Algorithm: {named[kind]}") == 2
    key = folder / "holder.key"
    key.write_bytes(secret)
    public = openssl("pkey", "-in", key, "-pubout")
    assert public == openssl("x509", "-in", path, "-noout", "-pubkey")


def test_renewal_keeps_the_key_and_the_subject(folder: Path, kind: str) -> None:
    with open_authority(folder, PASSPHRASE) as authority:
        old, _ = authority.issue(DOOR, 20, kind)
        new = authority.renew(old.serial, 700)
        authority.list_revoked()
        before, after = authority.path_of(old.serial), authority.path_of(new.serial)
    assert "OK" in verified(folder, kind, before) + verified(folder, kind, after)
    for part in ("-pubkey", "-subject"):
        said = [openssl("x509", "-in", p, "-noout", part) for p in (before, after)]
        assert said[0] == said[1]
    left = datetime.fromisoformat(new.ends) - datetime.now(UTC)
    assert new.serial != old.serial and 698 <= left.days <= 700


def test_a_request_made_by_openssl_is_taken(folder: Path, kind: str) -> None:
    key, asked = folder / "own.key", folder / "own.csr"
    made = {
        "sm2": ["-algorithm", "SM2"],
        "rsa": ["-algorithm", "RSA"],
        "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    }
    openssl("genpkey", *made[kind], "-out", key)
    sm2 = ["-sm3", "-sigopt", IDENTITY] if kind == "sm2" else []
    openssl("req", "-new", "-key", key, "-subj", "/CN=mallory", *sm2, "-out", asked)
    with open_authority(folder, PASSPHRASE) as authority:
        issued, secret = authority.issue(DOOR, 30, kind, asked.read_bytes())
        authority.list_revoked()
        path = authority.path_of(issued.serial)
        assert secret == b""
        assert "OK" in verified(folder, kind, path)
        told = openssl("x509", "-in", path, "-noout", "-pubkey")
        assert told == openssl("pkey", "-in", key, "-pubout")
        assert "mallory" not in openssl("x509", "-in", path, "-noout", "-subject")
        spoiled = bytearray(asked.read_bytes())
        at = spoiled.rindex(b"\n-----END") - 12
        spoiled[at] = ord("A") if spoiled[at] != ord("A") else ord("B")
        for hostile in (bytes(spoiled), b"", b"\x30\x80", asked.read_bytes()[:200]):
            with pytest.raises(BadRequest, match=" request"):
                authority.issue(DOOR, 30, kind, hostile)


def test_an_authority_stays_what_it_is(folder: Path, kind: str, tmp_path: Path) -> None:
    for path in (folder / "ca.key", folder / "key.json", folder / "register.json"):
        assert not path.exists() or path.stat().st_mode & 0o077 == 0
    with pytest.raises(AuthorityError, match="not overwritten"):
        make_authority(folder, kind, DOOR, PASSPHRASE, 10)
    with (
        pytest.raises(AuthorityError, match="no authority that opens"),
        open_authority(folder, "wrong"),
    ):
        pass
    with open_authority(folder, PASSPHRASE) as authority:
        with pytest.raises(AuthorityError, match="outlive"):
            authority.issue(DOOR, 3_660, kind)
        with pytest.raises(AuthorityError, match="No certificate"):
            authority.revoke("13", "superseded")
    with (
        pytest.raises(AuthorityError, match="make it with"),
        open_authority(tmp_path / "nowhere", PASSPHRASE),
    ):
        pass
