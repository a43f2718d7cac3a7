"""
TLS on the doors: a real node, our client, and Python's ssl as a client of its own.
"""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from huabiao.client.remote import Remote, Unreachable
from huabiao.doors.cli import main
from huabiao.node.certificate import DoorCertificate, door_certificate, door_url
from huabiao.node.home import Home, HomeError
from huabiao.node.place import NodePlace, read_place, write_place
from huabiao.testing.ports import free_port

ASK = b"GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def make_certificate(folder: Path, days: int = 365) -> None:
    """door.pem and door.key for this machine: signed by itself, so its own CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "door")])
    now = datetime.now(UTC)
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName(hosts), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    encoding = serialization.Encoding.PEM
    (folder / "door.pem").write_bytes(made.public_bytes(encoding))
    plain = serialization.NoEncryption()
    written = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    (folder / "door.key").write_bytes(written)
    (folder / "door.key").chmod(0o600)


def tls_home(folder: Path, days: int = 365) -> Home:
    home = Home(folder)
    home.folder.mkdir()
    make_certificate(folder / "tls", days)
    place = NodePlace(
        "city", door="127.0.0.1:0",
        tls_certificate="tls/door.pem", tls_key="tls/door.key",
    )  # fmt: skip
    write_place(home, place)
    return home


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A node with a certificate that has ten days left."""
    home = tls_home(tmp_path_factory.mktemp("tls") / "home", days=10)
    port = free_port()
    words = ["up", "--home", str(home.folder), "--port", str(port), "--json"]
    node = subprocess.Popen(
        [sys.executable, "-m", "huabiao", *words], stdout=subprocess.PIPE
    )
    assert node.stdout is not None
    told = json.loads(node.stdout.readline())
    assert told["url"] == f"https://127.0.0.1:{port}"
    yield f"{told['url']} {home.folder}"
    context = ssl.create_default_context(cafile=home.folder / "tls/door.pem")
    with (
        create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost"),
    ):
        node.terminate()  # an idle client does not hold it up
        assert node.wait(20) == 0


def test_our_client_talks_to_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address, home = url.split(" ", 1)
    monkeypatch.setenv("HUABIAO_CA", f"{home}/tls/door.pem")
    with Remote(address) as city:
        assert city.status()["chain"].startswith("huabiao-")
        assert "10 天到期" in " ".join(city.get("/api/health")["alerts"])
        assert (
            "huabiao_tls_certificate_days 10." in city.octets("/api/metrics").decode()
        )
    told = CliRunner().invoke(main, ["status", "--home", home])
    assert told.exit_code == 0 and "ends in 10 days" in told.output, told.output


def test_without_its_ca_nobody_is_trusted(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUABIAO_CA", raising=False)
    with Remote(url.split(" ")[0]) as city, pytest.raises(Unreachable) as refused:
        city.status()
    assert "HUABIAO_CA" in str(refused.value)


def test_an_independent_client_sees_tls_12_or_newer(url: str) -> None:
    address, home = url.split(" ", 1)
    host, port = urlsplit(address).hostname, urlsplit(address).port
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=f"{home}/tls/door.pem")
        context.minimum_version = context.maximum_version = version
        with (
            create_connection((host, port), 5) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            assert secured.version() == version.name.replace("v1_", "v1.")
            secured.sendall(ASK)
            answer = b"".join(iter(lambda: secured.recv(65_536), b""))
            assert answer.startswith(b"HTTP/1.1 200") and b"huabiao-" in answer


def test_plain_http_gets_no_data(url: str) -> None:
    parts = urlsplit(url.split(" ")[0])
    with create_connection((parts.hostname, parts.port), 5) as plain:
        plain.sendall(ASK)
        answer = b""
        try:
            while received := plain.recv(65_536):
                answer += received
        except ConnectionError:
            pass  # a reset says nothing either
    assert b"HTTP" not in answer and b"huabiao" not in answer


@pytest.mark.parametrize(
    ("days", "said"), [(365, ""), (31, ""), (29, "29 天"), (-2, "已于")]
)
def test_the_last_thirty_days_are_an_alert(
    tmp_path: Path, days: int, said: str
) -> None:
    home = tls_home(tmp_path / "home", days)
    certificate = door_certificate(home, read_place(home))
    assert certificate is not None
    assert certificate.names == ["localhost", "127.0.0.1"]
    warning = certificate.warning()
    assert said in warning and bool(warning) == bool(said)


def test_a_certificate_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    home = tls_home(tmp_path / "home")
    place = read_place(home)
    assert place is not None
    with pytest.raises(HomeError, match="go together"):
        door_certificate(home, NodePlace("city", tls_key="tls/door.key"))
    other = (tmp_path / "home" / "tls" / "door.key").read_bytes()
    make_certificate(tmp_path / "home" / "tls")
    (tmp_path / "home" / "tls" / "door.key").write_bytes(other)
    with pytest.raises(HomeError, match="cannot be used"):
        door_certificate(home, place)
    (tmp_path / "home" / "tls" / "door.pem").unlink()
    with pytest.raises(HomeError, match="cannot be used"):
        door_certificate(home, place)


def test_the_address_has_a_name_of_the_certificate() -> None:
    def named(*names: str) -> DoorCertificate:
        return DoorCertificate(Path(), Path(), list(names), datetime.now(UTC))

    assert door_url("0.0.0.0", 80, None) == "http://127.0.0.1:80"
    assert door_url("0.0.0.0", 443, named("a.example")) == "https://a.example:443"
    both = named("a.example", "localhost")
    assert door_url("0.0.0.0", 443, both) == "https://localhost:443"
    assert door_url("10.0.0.1", 443, named("10.0.0.1")) == "https://10.0.0.1:443"
