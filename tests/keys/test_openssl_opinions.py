"""
Certificates, revocation lists and signatures of ours, read by the command of OpenSSL 4,
and its signatures read by ours. Unlike 3.0 it has ML-DSA, and takes the identity
1234567812345678 for certificates and lists of SM2 by itself (RFC 8998 §3.2.1).
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import openssl_command
import pytest
from asn1crypto import keys, pem
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from huabiao.crypto.sm2_gmssl import der_of
from huabiao.crypto.suite import SUITES, KeyPair, suite
from huabiao.services.certificates.algorithms import KINDS, sm2_pair
from huabiao.services.certificates.authority import (
    Authority,
    make_authority,
    open_authority,
)
from huabiao.services.certificates.building import Subject

pytestmark = pytest.mark.long  # the command is built once, in some minutes

PASSPHRASE = "correct horse"
DOOR = Subject("door", "市大数据中心", "91110000600037341L", ("localhost",))


def openssl(*words: str | Path, well: bool = True) -> str:
    done = subprocess.run(
        [openssl_command.find_or_skip(), *map(str, words)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode == 0) == well, done.stdout + done.stderr
    return done.stdout + done.stderr


# -- certificates and lists ------------------------------------------------------------


@pytest.fixture(scope="module", params=KINDS)
def authority(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp(request.param) / "ca"
    make_authority(folder, request.param, Subject("城市 CA"), PASSPHRASE, 3_650)
    with open_authority(folder, PASSPHRASE) as opened:
        yield opened


def verify(authority: Authority, certificate: Path, well: bool = True) -> str:
    folder = authority.folder
    return openssl(
        "verify", "-x509_strict", "-check_ss_sig", "-crl_check",
        "-CRLfile", folder / "crl.pem", "-CAfile", folder / "ca.pem", certificate,
        well=well,
    )  # fmt: skip


def test_verify_goes_by_the_list(authority: Authority) -> None:
    gone, kept = (authority.issue(DOOR, 365, authority.key.kind)[0] for _ in range(2))
    authority.list_revoked()
    for issued in (gone, kept):
        assert "OK" in verify(authority, authority.path_of(issued.serial))
    authority.revoke(gone.serial, "keyCompromise")
    authority.list_revoked()
    told = verify(authority, authority.path_of(gone.serial), well=False)
    assert "certificate revoked" in told
    assert "OK" in verify(authority, authority.path_of(kept.serial))
    shown = openssl("crl", "-in", authority.folder / "crl.pem", "-noout", "-text")
    assert gone.serial in shown.lower() and kept.serial not in shown.lower()
    assert "Key Compromise" in shown


def test_a_spoiled_certificate_or_list_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    issued, _ = authority.issue(DOOR, 365, authority.key.kind)
    listed = authority.list_revoked()
    path, spoiled = authority.path_of(issued.serial), tmp_path / "spoiled.pem"
    spoil(path, spoiled)
    assert "certificate signature failure" in verify(authority, spoiled, well=False)
    spoil(listed, listed)
    assert "CRL signature failure" in verify(authority, path, well=False)
    authority.list_revoked()
    assert "OK" in verify(authority, path)


def spoil(path: Path, target: Path) -> None:
    """Another last byte of the signature."""
    label, _, content = pem.unarmor(path.read_bytes())
    changed = content[:-1] + bytes([content[-1] ^ 1])
    target.write_bytes(pem.armor(label, changed))


NAMED = {"sm2": "SM2-with-SM3", "ecdsa": "ecdsa-with-SHA256",
         "rsa": "sha256WithRSAEncryption"}  # fmt: skip


def test_the_text_says_what_was_issued(authority: Authority) -> None:
    kind = authority.key.kind
    issued, _ = authority.issue(DOOR, 365, kind)
    path = authority.path_of(issued.serial)
    told = openssl("x509", "-in", path, "-noout", "-text", "-nameopt", "utf8")
    for said in (
        "DNS:localhost", f"NTRCN-{DOOR.code}", "市大数据中心", "城市 CA", "CA:FALSE",
        "TLS Web Server Authentication", "Digital Signature",
    ):  # fmt: skip
        assert said in told
    assert told.count(f"Signature Algorithm: {NAMED[kind]}") == 2


# -- signatures ------------------------------------------------------------------------

IDENTITY = "distid:1234567812345678"
SM2 = ["-digest", "sm3", "-pkeyopt", IDENTITY]
MESSAGES = (b"\x00", "华表".encode(), bytes(range(256)) * 40)


class Signer(NamedTuple):
    """A key of ours and the same in OpenSSL's files."""

    name: str
    pair: KeyPair
    secret: Path
    public: Path


@pytest.fixture(scope="module", params=SUITES)
def signer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Signer:
    """OpenSSL makes the key, and ours reads it."""
    folder, name = tmp_path_factory.mktemp(request.param), request.param
    secret, public = folder / "secret.pem", folder / "public.pem"
    algorithm = {"intl": "ED25519", "sm": "SM2", "pq": "ML-DSA-65"}[name]
    # Of ML-DSA the seed alone is written, as RFC 9881 §6 allows and ours keeps it.
    seed = ["-provparam", "ml-dsa.output_formats=seed-only"]
    openssl("genpkey", "-algorithm", algorithm, *seed, "-out", secret)
    openssl("pkey", "-in", secret, "-pubout", "-out", public)
    if name == "sm":
        inner = keys.PrivateKeyInfo.load(pem.unarmor(secret.read_bytes())[2])
        scalar = inner["private_key"].parsed["private_key"].native.to_bytes(32, "big")
        outer = keys.PublicKeyInfo.load(pem.unarmor(public.read_bytes())[2])
        pair = KeyPair(bytes(outer["public_key"].native)[1:], scalar)
    else:
        private = load_pem_private_key(secret.read_bytes(), None)
        shown = load_pem_public_key(public.read_bytes())
        pair = KeyPair(shown.public_bytes_raw(), private.private_bytes_raw())
        assert suite(name).derive(pair.secret) == pair
    return Signer(name, pair, secret, public)


def pkeyutl(signer: Signer, folder: Path, *words: str, well: bool = True) -> str:
    more = SM2 if signer.name == "sm" else []
    message = ["-rawin", "-in", folder / "message"]
    return openssl("pkeyutl", *words, *message, *more, well=well)


@pytest.mark.parametrize("message", MESSAGES, ids=len)
def test_the_command_accepts_ours(
    signer: Signer, message: bytes, tmp_path: Path
) -> None:
    signature = suite(signer.name).sign(signer.pair.secret, message)
    written = der_of(signature) if signer.name == "sm" else signature
    checked = ["-verify", "-pubin", "-inkey", str(signer.public)]
    checked += ["-sigfile", str(tmp_path / "signature")]
    for said, signed, well in (
        (message, written, True),
        (message + b"\x00", written, False),
        (message, written[:-1] + bytes([written[-1] ^ 1]), False),
        (message, written[:-1], False),
    ):
        (tmp_path / "message").write_bytes(said)
        (tmp_path / "signature").write_bytes(signed)
        pkeyutl(signer, tmp_path, *checked, well=well)


@pytest.mark.parametrize("message", MESSAGES, ids=len)
def test_ours_accepts_the_commands(
    signer: Signer, message: bytes, tmp_path: Path
) -> None:
    (tmp_path / "message").write_bytes(message)
    made = tmp_path / "signature"
    pkeyutl(signer, tmp_path, "-sign", "-inkey", str(signer.secret), "-out", str(made))
    signature = made.read_bytes()
    if signer.name == "sm":
        signature = sm2_pair(signature)
    public, ours = signer.pair.public, suite(signer.name)
    assert ours.verify(public, message, signature)
    assert not ours.verify(public, message + b"\x00", signature)
    spoiled = signature[:-1] + bytes([signature[-1] ^ 1])
    assert ours.verify_many(
        [(public, message, signature), (public, message, spoiled)]
    ) == bytes([1, 0])


def test_another_identity_is_another_signature(tmp_path: Path) -> None:
    """Without a word OpenSSL 4 takes the identity that ours takes; no other is ours."""
    secret, message = tmp_path / "secret.pem", tmp_path / "message"
    message.write_bytes(b"who signs")
    openssl("genpkey", "-algorithm", "SM2", "-out", secret)
    der = openssl("pkey", "-in", secret, "-pubout")
    outer = keys.PublicKeyInfo.load(pem.unarmor(der.encode())[2])
    public = bytes(outer["public_key"].native)[1:]
    for options, well in (([], True), (["-pkeyopt", "distid:ALICE123"], False)):
        sign = ["pkeyutl", "-sign", "-inkey", secret, "-rawin", "-digest", "sm3"]
        made = tmp_path / "signature"
        openssl(*sign, *options, "-in", message, "-out", made)
        signature = sm2_pair(made.read_bytes())
        assert suite("sm").verify(public, b"who signs", signature) == well
