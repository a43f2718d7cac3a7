"""
The command of OpenSSL 4 against a node's doors: TLS by RFC 8998.

The doors themselves end TLS by OpenSSL's library, so agreement of the two shows that a
stranger with the standard command gets in; that they follow the RFC, Bouncy Castle says
(test_national_tls), and here our own SM2 and SM3, which read the server's signature.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openssl_command
import pytest
from asn1crypto import pem, x509
from national_door import Door, lay_home, running_door

from huabiao.crypto import sm2_curve, sm2_gmssl
from huabiao.crypto.suite import suite
from huabiao.services.certificates.algorithms import sm2_pair

pytest.importorskip("OpenSSL.SSL")
pytestmark = pytest.mark.long  # the command is built once, in some minutes

NATIONAL = "-tls1_3 -ciphersuites TLS_SM4_GCM_SM3 -groups curveSM2 -sigalgs sm2sig_sm3"
DOCS = Path(__file__).parents[2] / "docs"
ASK = "GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def openssl() -> Path:
    return openssl_command.find_or_skip()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with running_door(tmp_path_factory.mktemp("national"), "sm2") as running:
        yield running


def speak(openssl: Path, door: Door, *words: str) -> "subprocess.CompletedProcess[str]":
    """s_client asks for health and hears the answer to its end."""
    return subprocess.run(
        [openssl, "s_client", "-connect", f"127.0.0.1:{door.port}", "-ign_eof",
         "-CAfile", door.authority, "-verify_return_error", *words],
        input=ASK, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_command_reads_health_with_every_national_algorithm(
    openssl: Path, door: Door
) -> None:
    for page in ("keys.md", "keys.en.md"):
        assert NATIONAL in (DOCS / page).read_text("utf-8")
    told = speak(openssl, door, *NATIONAL.split(), "-verify_hostname", "localhost")
    assert told.returncode == 0, told.stderr
    for said in (
        "New, TLSv1.3, Cipher is TLS_SM4_GCM_SM3",
        "Peer signature type: sm2sig_sm3",
        "Peer Temp Key: curveSM2",
        "sigalg: SM2-with-SM3",  # of the certificate
        "Verify return code: 0 (ok)",
        "No client certificate CA names sent",
        "HTTP/1.1 200",
        '"ok":true',
    ):
        assert said in told.stdout, said


@pytest.mark.parametrize("group", ["curveSM2", "X25519", "X25519MLKEM768", "P-256"])
def test_each_key_exchange_that_the_doors_name(
    openssl: Path, door: Door, group: str
) -> None:
    told = speak(openssl, door, "-ciphersuites", "TLS_SM4_GCM_SM3", "-groups", group)
    assert "HTTP/1.1 200" in told.stdout, told.stderr
    assert "Peer signature type: sm2sig_sm3" in told.stdout


def test_keys_are_changed_in_the_middle(openssl: Path, door: Door) -> None:
    words = ["-connect", f"127.0.0.1:{door.port}", *NATIONAL.split(), "-adv", "-msg"]
    # The command takes commands only while it waits for its input's end.
    with subprocess.Popen(
        [openssl, "s_client", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        process.stdin.write("{keyup:req}" + ASK)
        process.stdin.flush()
        told = process.stdout.read()
    # The client's, and the doors' answer.
    assert ">>> TLS 1.3, Handshake [length 0005], KeyUpdate" in told
    assert "<<< TLS 1.3, Handshake [length 0005], KeyUpdate" in told
    assert "HTTP/1.1 200" in told


def test_a_session_goes_on_with_its_ticket(
    openssl: Path, door: Door, tmp_path: Path
) -> None:
    kept = str(tmp_path / "session")
    for option, began in (("-sess_out", "New"), ("-sess_in", "Reused")):
        told = speak(openssl, door, *NATIONAL.split(), option, kept)
        assert f"{began}, TLSv1.3, Cipher is TLS_SM4_GCM_SM3" in told.stdout
        assert "Peer Temp Key: curveSM2" in told.stdout  # forward secrecy all the same
        assert "HTTP/1.1 200" in told.stdout, told.stderr


@pytest.mark.parametrize(
    ("offered", "alert"),
    [
        ("", "handshake failure"),  # the command offers the suite only where told to
        ("-ciphersuites TLS_AES_256_GCM_SHA384", "handshake failure"),
        ("-ciphersuites TLS_SM4_CCM_SM3", "handshake failure"),
        ("-tls1_2", "protocol version"),
        ("-ciphersuites TLS_SM4_GCM_SM3 -groups P-521", "handshake failure"),
        (
            "-ciphersuites TLS_SM4_GCM_SM3 -sigalgs ecdsa_secp256r1_sha256",
            "handshake failure",
        ),
    ],
)
def test_a_client_without_one_of_them_is_refused(
    openssl: Path, door: Door, offered: str, alert: str
) -> None:
    told = speak(openssl, door, *offered.split())
    assert told.returncode != 0 and f"alert {alert}" in told.stderr
    assert "HTTP" not in told.stdout


def test_the_command_refuses_whom_it_does_not_know(
    openssl: Path, door: Door, tmp_path: Path
) -> None:
    lay_home(tmp_path, "sm2")
    stranger = door._replace(authority=tmp_path / "ca/ca.pem")
    told = speak(openssl, stranger, *NATIONAL.split())
    assert told.returncode != 0 and "verify error" in told.stdout + told.stderr
    assert "HTTP" not in told.stdout
    named = speak(openssl, door, *NATIONAL.split(), "-verify_hostname", "elsewhere")
    assert named.returncode != 0 and "hostname mismatch" in named.stderr.lower()
    assert "HTTP" not in named.stdout


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_doors_with_another_certificate(
    openssl: Path, tmp_path: Path, kind: str
) -> None:
    with running_door(tmp_path, kind) as door:
        told = speak(openssl, door, "-ciphersuites", "TLS_SM4_GCM_SM3")
        assert "Cipher is TLS_SM4_GCM_SM3" in told.stdout, told.stderr
        assert "HTTP/1.1 200" in told.stdout
        refused = speak(openssl, door, *NATIONAL.split())
        assert refused.returncode != 0 and "HTTP" not in refused.stdout


HANDSHAKE = re.compile(
    r"^(?:<<<|>>>) TLS 1\.3, Handshake \[length \w+\], (\w+)\n((?:    [ 0-9a-f]+\n)+)",
    re.MULTILINE,
)
BEFORE = ("ClientHello", "ServerHello", "EncryptedExtensions", "Certificate")


def test_the_doors_signature_has_the_identity_of_the_rfc(
    openssl: Path, door: Door
) -> None:
    """RFC 8998 §3.2.1 and RFC 8446 §4.4.3, over what the command heard and said."""
    told = speak(openssl, door, *NATIONAL.split(), "-msg")
    heard = {name: bytes.fromhex(dump) for name, dump in HANDSHAKE.findall(told.stdout)}
    digest = suite("sm").digest
    transcript = digest(b"".join(heard[name] for name in BEFORE))
    signed = b" " * 64 + b"TLS 1.3, server CertificateVerify\x00" + transcript
    verify = heard["CertificateVerify"]
    assert verify[4:6].hex() == "0708"  # sm2sig_sm3
    signature = sm2_pair(verify[8:])
    certificate = x509.Certificate.load(pem.unarmor(door.certificate.read_bytes())[2])
    public = bytes(certificate.public_key["public_key"].native)[1:]
    for identity, well in (
        (b"TLSv1.3+GM+Cipher+Suite", True),
        (sm2_curve.IDENTITY, False),
    ):
        signer = digest(sm2_curve.identity_prefix(identity) + public)
        hashed = digest(signer + signed)
        assert sm2_gmssl.verify_digest(public, hashed, signature) == well
