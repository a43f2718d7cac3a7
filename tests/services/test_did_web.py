"""
did:web: where documents lie, and what is not fetched.

Addresses of documents: https://w3c-ccg.github.io/did-method-web/ §2.5.2, its examples.
The website is a real HTTPS server here, with a certificate of its own authority.
"""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from huabiao.services.did import DidFailed, Resolver, keys_for, parse_did
from huabiao.services.did.key_method import key_did
from huabiao.services.did.multikey import ED25519
from huabiao.services.did.web_method import LARGEST, WebDids, document_url
from huabiao.services.outgoing import is_public

NAME = "partner.test"


@pytest.mark.parametrize(
    "did, url",
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        (
            "did:web:w3c-ccg.github.io:user:alice",
            "https://w3c-ccg.github.io/user/alice/did.json",
        ),
        (
            "did:web:example.com%3A3000:user:alice",
            "https://example.com:3000/user/alice/did.json",
        ),
    ],
)
def test_where_a_document_lies(did, url):
    assert document_url(parse_did(did)) == url


@pytest.mark.parametrize(
    "did",
    [
        "did:web:127.0.0.1",
        "did:web:2130706433",
        "did:web:0x7f000001",
        "did:web:0x7f.1",
        "did:web:%5B%3A%3A1%5D",
        "did:web:user%40example.com",
        "did:web:example.com%3A99999",
        "did:web:example.com%3A80%3A80",
        "did:web:example.com%2Fa",
        "did:web:example.com%3F",
        "did:web:example.com:..:secret",
        "did:web:example.com:%2e%2e",
        "did:web:example.com:a%2F..%2Fb",
        "did:web:-example.com",
    ],
)
def test_what_is_no_host_or_path_is_refused(did):
    with pytest.raises(DidFailed) as refused:
        document_url(parse_did(did))
    assert refused.value.code == "invalidDid"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "64:ff9b::101:101", "64:ff9b:1::1", "2002:101:101::", "2001::1", "::1.1.1.1",
        "::ffff:0:1.1.1.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    """From IANA's IPv4 and IPv6 Special-Purpose Address Registries."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "2606:4700:4700::1111", "114.114.114.114"]
)
def test_addresses_that_are_public(address):
    assert is_public(address)


def test_one_address_that_is_not_public_spoils_the_name():
    web = WebDids(lookup=lambda name, port: ["1.1.1.1", "127.0.0.1"])
    with pytest.raises(DidFailed, match="not public"):
        web.resolve(parse_did("did:web:example.com"))


# -- a website ---------------------------------------------------------------------


class Website(ThreadingHTTPServer):
    """Serves what a test put under a path: (status, headers, body)."""

    daemon_threads = True
    pages: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[tuple[str, str]]

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def did(self, *path: str) -> str:
        return ":".join([f"did:web:{NAME}%3A{self.port}", *path])

    def put(self, where: str, document: object, **headers: str) -> None:
        body = (
            document if isinstance(document, bytes) else json.dumps(document).encode()
        )
        self.pages[where] = 200, headers, body

    def redirect(self, where: str, to: str) -> None:
        self.pages[where] = 302, {"location": to}, b""


class Page(BaseHTTPRequestHandler):
    server: Website

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["host"]))
        status, headers, body = self.server.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(pem))
    return str(path)


@pytest.fixture
def site(certificate: str) -> Iterator[Website]:
    server = Website(("127.0.0.1", 0), Page)
    server.pages, server.asked = {}, []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def web(certificate: str, private: bool = True) -> WebDids:
    trusted = ssl.create_default_context(cafile=certificate)
    return WebDids(private, trusted, lookup=lambda name, port: ["127.0.0.1"])


def document(did: str) -> dict[str, object]:
    """A partner's document: a key in one of the ways that others write it."""
    multibase = key_did(ED25519, bytes(range(32))).removeprefix("did:key:")
    return {
        "id": did,
        "verificationMethod": [
            {
                "id": "#key-1",
                "type": "Ed25519VerificationKey2020",
                "controller": did,
                "publicKeyMultibase": multibase,
            }
        ],
        "assertionMethod": ["#key-1"],
    }


def test_a_partners_document_is_fetched_under_its_name(site, certificate):
    did = site.did("issuers", "1")
    site.put("/issuers/1/did.json", document(did))
    resolver = Resolver(web=web(certificate))
    found = resolver.resolve(did)
    assert found.document == document(did) and found.status == 200
    (key,) = keys_for(found.document, "assertionMethod")
    assert (key.id, key.public) == (f"{did}#key-1", bytes(range(32)))
    assert resolver.keys(did)[0] == key
    # The second came from memory; the name travelled, not the address.
    assert site.asked == [("/issuers/1/did.json", f"{NAME}:{site.port}")]


def test_a_private_address_is_not_asked_unless_the_setting_allows(site, certificate):
    site.put("/.well-known/did.json", document(site.did()))
    with pytest.raises(DidFailed, match="not public"):
        web(certificate, private=False).resolve(parse_did(site.did()))
    assert site.asked == []
    assert web(certificate).resolve(parse_did(site.did()))


def test_a_certificate_of_another_name_is_not_believed(site, certificate):
    other = parse_did(f"did:web:other.test%3A{site.port}")
    with pytest.raises(DidFailed, match="ConnectError"):
        web(certificate).resolve(other)
    with pytest.raises(DidFailed, match="ConnectError"):
        WebDids(True, lookup=lambda n, p: ["127.0.0.1"]).resolve(parse_did(site.did()))


def test_redirections_are_few_and_looked_at(site, certificate):
    did = parse_did(site.did())
    here = f"https://{NAME}:{site.port}"
    site.put("/end", document(str(did)))
    site.redirect("/two", f"{here}/end")
    site.redirect("/.well-known/did.json", "/two")
    assert web(certificate).resolve(did).document["id"] == str(did)
    site.redirect("/two", "/three")
    site.redirect("/three", "/end")
    with pytest.raises(DidFailed, match="redirections"):
        web(certificate).resolve(did)
    for to in (
        f"http://{NAME}/",
        f"https://127.0.0.1:{site.port}/end",
        "ftp://x.test/",
    ):
        site.redirect("/.well-known/did.json", to)
        with pytest.raises(DidFailed, match="only https and a domain name"):
            web(certificate).resolve(did)


def large(did: str) -> bytes:
    return json.dumps(document(did) | {"note": "x" * LARGEST}).encode()


@pytest.mark.parametrize(
    "spoil, code",
    [
        (lambda did: document("did:web:else.test"), "invalidDidDocument"),
        (lambda did: [document(did)], "invalidDidDocument"),
        (lambda did: b"not json", "invalidDidDocument"),
        (lambda did: b"[" * 100_000, "invalidDidDocument"),
        (
            lambda did: b'{"id": "' + did.encode() + b'", "id": "x"}',
            "invalidDidDocument",
        ),
        (lambda did: document(did) | {"assertionMethod": "x"}, "invalidDidDocument"),
        (lambda did: document(did) | {"service": {}}, "invalidDidDocument"),
        (
            lambda did: document(did) | {"verificationMethod": [{}] * 201},
            "invalidDidDocument",
        ),
        (large, "notFound"),
    ],
)
def test_a_document_that_is_spoiled_is_refused(site, certificate, spoil, code):
    did = site.did()
    site.put("/.well-known/did.json", spoil(did))
    with pytest.raises(DidFailed) as refused:
        web(certificate).resolve(parse_did(did))
    assert refused.value.code == code


def test_a_site_that_dribbles_is_left_in_time(site, certificate, monkeypatch):
    monkeypatch.setattr("huabiao.services.did.web_method.SECONDS", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))
    did = parse_did(f"did:web:{NAME}%3A{listener.getsockname()[1]}")
    with listener, pytest.raises(DidFailed, match="TimeoutError|ConnectTimeout"):
        web(certificate).resolve(did)


def test_a_site_that_has_none_or_does_not_answer(site, certificate):
    with pytest.raises(DidFailed, match="the answer was 404"):
        web(certificate).resolve(parse_did(site.did("none")))
    gone = WebDids(True, lookup=lambda name, port: [])
    with pytest.raises(DidFailed, match="does not resolve"):
        gone.resolve(parse_did(site.did()))
