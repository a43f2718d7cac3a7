"""
Links from strangers: addresses that a wallet must not ask, answers it must not take.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest

from huabiao.services import outgoing
from huabiao.services.credentials import Signer, key_of
from huabiao.services.openid4vc import OAuthError
from huabiao.services.openid4vc.exchange import Unanswered, get
from huabiao.services.openid4vc.issuer import GRANT, METADATA, OAUTH_METADATA
from huabiao.services.openid4vc.receiving import read_offer, receive, well_known

HOLDER = Signer(
    "did:x:y", "did:x:y#k", key_of("intl", b"\x00" * 32), lambda _: b"s" * 64
)


class Site(ThreadingHTTPServer):
    """A stranger's site: a path to a status, headers and a body."""

    answers: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[str]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def give(self, path: str, document: object, status: int = 200, **headers: str):
        self.answers[path] = (status, headers, json.dumps(document).encode())


class Answering(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.asked.append(self.path)
        status, headers, body = self.server.answers.get(self.path, (404, {}, b"{}"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch) -> Iterator[Site]:
    monkeypatch.setenv("HUABIAO_OUTGOING", "127.0.0.0/8")
    made = Site(("127.0.0.1", 0), Answering)
    made.answers, made.asked = {}, []
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def offer(base: str, **changes) -> dict:
    return {"credential_issuer": base, "credential_configuration_ids": ["it"],
            "grants": {GRANT: {"pre-authorized_code": "c"}}} | changes  # fmt: skip


def link(document: object) -> str:
    query = urlencode({"credential_offer": json.dumps(document)})
    return f"openid-credential-offer://?{query}"


def issuer_at(site: Site) -> None:
    """A whole issuer, whose credential is worth nothing."""
    site.give(
        METADATA,
        {
            "credential_issuer": site.base,
            "credential_endpoint": site.base + "/vc",
            "nonce_endpoint": site.base + "/nonce",
            "credential_configurations_supported": {"it": {"format": "dc+sd-jwt"}},
        },
    )
    site.give(
        OAUTH_METADATA, {"issuer": site.base, "token_endpoint": site.base + "/token"}
    )
    site.give("/token", {"access_token": "t"})
    site.give("/nonce", {"c_nonce": "n"})
    site.give("/vc", {"credentials": [{"credential": "a.b.c~"}]})  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "https://[::1]/",
        "https://127.0.0.1/", "http://127.0.0.1/", "https://0.0.0.0/",
        "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://localhost/",
        "http://1.1.1.1/", "file:///etc/passwd", "ftp://1.1.1.1/", "https://u:p@1.1.1.1/",
        "https://", "https://[", "", None, 7, "https://1.1.1.1:99999/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_asked(url, monkeypatch):
    monkeypatch.delenv("HUABIAO_OUTGOING", raising=False)
    with pytest.raises(Unanswered):
        get(url)


def test_redirects_and_large_answers_are_not_followed(site, monkeypatch):
    site.give("/elsewhere", {}, 302, location=f"{site.base}/secret")
    site.answers["/large"] = (200, {}, b" " * (outgoing.LARGEST + 1))
    for path in ("/elsewhere", "/large", "/nowhere"):
        with pytest.raises(Unanswered):
            get(site.base + path)
    assert "/secret" not in site.asked
    site.give("/error", {"error": "invalid_grant", "error_description": "no"}, 400)
    with pytest.raises(OAuthError) as error:
        get(site.base + "/error")
    assert error.value.code == "invalid_grant"


def test_an_offer_by_value_and_by_reference_is_taken(site):
    issuer_at(site)
    site.give("/offer", offer(site.base))
    reference = urlencode({"credential_offer_uri": site.base + "/offer"})
    for each in (link(offer(site.base)), f"openid-credential-offer://?{reference}"):
        taken = receive(read_offer(each), HOLDER, None, 0)
        assert taken == ("sd_jwt_vc", "a.b.c~")
    assert site.asked[-5:] == [METADATA, OAUTH_METADATA, "/token", "/nonce", "/vc"]


@pytest.mark.parametrize(
    ("path", "document"),
    [
        (METADATA, {"credential_issuer": "https://another.example"}),
        (METADATA, []), (OAUTH_METADATA, {"issuer": "https://another.example"}),
        ("/token", {}), ("/nonce", {"c_nonce": 7}), ("/vc", {}),
        ("/vc", {"transaction_id": "later", "interval": 5}),
        ("/vc", {"credentials": [{"credential": "x"}] * 2}),
    ],
)  # fmt: skip
def test_an_issuer_that_answers_amiss_gives_nothing(site, path, document):
    issuer_at(site)
    site.give(path, document)
    with pytest.raises(Unanswered):
        receive(read_offer(link(offer(site.base))), HOLDER, None, 0)


def test_an_authorization_server_must_be_one_of_the_issuers(site):
    issuer_at(site)
    grant = {
        "pre-authorized_code": "c",
        "authorization_server": "https://other.example",
    }
    taken = read_offer(link(offer(site.base, grants={GRANT: grant})))
    with pytest.raises(Unanswered):
        receive(taken, HOLDER, None, 0)
    assert "/token" not in site.asked


@pytest.mark.parametrize(
    "document",
    [
        {}, offer("http://issuer.example"), offer("https://issuer.example/?a=b"),
        offer("https://issuer.example", credential_configuration_ids=[]),
        offer("https://issuer.example", grants={}),
        offer("https://issuer.example", grants={"authorization_code": {}}),
        offer("https://issuer.example", grants={GRANT: {"pre-authorized_code": 7}}),
    ],
)  # fmt: skip
def test_malformed_offers_are_not_taken(document):
    with pytest.raises(Unanswered):
        read_offer(link(document))


def test_links_of_another_form_are_not_taken():
    both = urlencode({"credential_offer": "{}", "credential_offer_uri": "https://x"})
    for each in (
        "",
        "openid-credential-offer://",
        f"x://?{both}",
        "x://?" + "a" * 20_000,
    ):
        with pytest.raises(Unanswered):
            read_offer(each)


def test_well_known_stands_between_host_and_path():
    """The example of OpenID4VCI 1.0 §12.2.2."""
    assert well_known("https://issuer.example.com/tenant", METADATA) == (
        "https://issuer.example.com/.well-known/openid-credential-issuer/tenant"
    )
    assert well_known("https://tenant.issuer.example.com", METADATA) == (
        "https://tenant.issuer.example.com/.well-known/openid-credential-issuer"
    )
