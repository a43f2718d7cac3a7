"""
TLS of national cryptography on a node's doors (RFC 8998).

Bouncy Castle is the independent client: it has its own TLS, SM2, SM3 and SM4, and
offers TLS_SM4_GCM_SM3, curveSM2 and sm2sig_sm3 alone. The OpenSSL command of Debian 12
knows none of them, and is the client that must get nothing; that of OpenSSL 4 is the
client of test_national_openssl.
"""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from national_door import ASK, Door, lay_home, running_door

from huabiao.client.remote import Remote
from huabiao.node.certificate import door_certificate
from huabiao.node.home import HomeError
from huabiao.node.place import NodePlace, read_place, write_place

SSL = pytest.importorskip("OpenSSL.SSL")
CLIENT = Path(__file__).parent / "national-client"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with running_door(tmp_path_factory.mktemp("national"), "sm2") as running:
        yield running


def talk(port: int, groups: bytes = b"") -> tuple[str, str, bytes]:
    """pyOpenSSL as the client: cipher, group and the answer."""
    from cryptography.hazmat.bindings.openssl.binding import Binding

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_tls13_ciphersuites(b"TLS_SM4_GCM_SM3")
    if groups:
        assert Binding().lib.SSL_CTX_set1_curves_list(context._context, groups) == 1
    plain = socket.create_connection(("127.0.0.1", port), 10)
    plain.setblocking(True)
    with plain:
        secured = SSL.Connection(context, plain)
        secured.set_connect_state()
        secured.do_handshake()
        secured.sendall(ASK)
        answer = b""
        while True:
            try:
                answer += secured.recv(65_536)
            except SSL.ZeroReturnError:
                return secured.get_cipher_name(), secured.get_group_name(), answer


@pytest.mark.long  # Maven brings the client's library
@pytest.mark.skipif(
    not (shutil.which("mvn") and shutil.which("java")),
    reason="Maven and Java bring the independent client",
)
def test_bouncy_castle_agrees_on_every_national_algorithm(
    door: Door, tmp_path: Path
) -> None:
    subprocess.run(
        ["mvn", "-q", "-B", "-f", str(CLIENT / "pom.xml"),
         "dependency:copy-dependencies", f"-DoutputDirectory={tmp_path}"],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    der = tmp_path / "door.der"
    convert = ["openssl", "x509", "-in", str(door.certificate), "-outform", "DER"]
    subprocess.run([*convert, "-out", str(der)], check=True)
    told = subprocess.run(
        ["java", "-cp", f"{tmp_path}/*", str(CLIENT / "NationalClient.java"),
         str(door.port), str(der)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    # RFC 8998 §2: TLS_SM4_GCM_SM3 is {0x00, 0xC6}
    assert told.stdout.startswith("suite c6\nHTTP/1.1 200")
    assert '"suite":"sm"' in told.stdout


@pytest.mark.parametrize("groups", [b"curveSM2", b"X25519", b""])
def test_the_key_exchange_is_what_the_client_knows(door: Door, groups: bytes) -> None:
    cipher, group, answer = talk(door.port, groups)
    assert cipher == "TLS_SM4_GCM_SM3"
    assert group.lower() == (groups.decode().lower() or "x25519mlkem768")
    assert answer.startswith(b"HTTP/1.1 200") and b'"suite":"sm"' in answer


def test_clients_without_sm4_get_no_data(door: Door) -> None:
    told = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{door.port}"],
        input=ASK, capture_output=True, timeout=30,
    )  # fmt: skip
    assert told.returncode != 0 and b"alert handshake failure" in told.stderr
    for sent in (ASK, b"\x16\x03\x01\xff\xff" + bytes(200), b""):
        with socket.create_connection(("127.0.0.1", door.port), 10) as plain:
            plain.sendall(sent)
            plain.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: plain.recv(65_536), b""))
        assert b"HTTP" not in answer
    assert talk(door.port)[2].startswith(b"HTTP/1.1 200")


def test_this_machine_reaches_it_by_its_socket(door: Door) -> None:
    url = json.loads((door.home / "run.json").read_text())["url"]
    assert url.startswith("http+unix://") and (door.home / "door.sock").is_socket()
    assert (door.home / "door.sock").stat().st_mode & 0o777 == 0o600
    with Remote(url) as city:
        assert city.status()["suite"] == "sm"


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_certificates_serve_the_same_cipher(tmp_path: Path, kind: str) -> None:
    home = lay_home(tmp_path, kind)
    certificate = door_certificate(home, read_place(home))
    assert certificate is not None and certificate.national
    assert certificate.national_context() is not None


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    home = lay_home(tmp_path, "sm2")
    other = lay_home(tmp_path / "other", "sm2")
    shutil.copy(other.folder / "tls/door.key", home.folder / "tls/door.key")
    with pytest.raises(HomeError, match="cannot be used"):
        door_certificate(home, read_place(home))
    write_place(home, NodePlace("city", tls_suites="tlcp"))
    with pytest.raises(HomeError, match="national or absent"):
        read_place(home)
