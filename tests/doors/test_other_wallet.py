"""
A wallet, a verifier and an issuer that others wrote, and ours: over HTTP, each in a
process of its own; then one thing spoiled at a time, in each direction.

Theirs is oid4vc-ts 0.4.6 with sd-jwt-js 0.19 and dcql 3.0 (other_wallet/). Rules:
OpenID4VCI 1.0 §8.2, Appendix F; OpenID4VP 1.0 §5, §8; SD-JWT (RFC 9901) §7.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from desk_town import CLAIMS, TYPE, DeskTown, asked, start_desk
from other_wallet_process import Peer, Refused, peer_at
from served_city import Served

from huabiao.services.credentials import jws
from huabiao.services.credentials.dids import chain_signer, resolve_with
from huabiao.services.credentials.sd_jwt import digest_of
from huabiao.services.credentials.sd_jwt_vc import KB_TYPE
from huabiao.services.credentials.strict_json import (
    from_base64url,
    parse_object,
    to_base64url,
)
from huabiao.services.did import Resolver
from huabiao.services.openid4vc import presenting
from huabiao.services.openid4vc.holdings import Holdings
from huabiao.services.openid4vc.issuer import GRANT
from huabiao.services.openid4vc.key_proofs import prove_key
from huabiao.services.openid4vc.receiving import read_offer

pytestmark = pytest.mark.long  # the packages of others come from npm
SEED, CODE = "5e" * 32, "418823"


@pytest.fixture(scope="module")
def town(served: Served, tmp_path_factory) -> Iterator[DeskTown]:
    made, process = start_desk(served, tmp_path_factory.mktemp("other-wallet"))
    try:
        yield made
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def peer(served: Served) -> Iterator[Peer]:
    with peer_at(served.url) as made:
        yield made


@pytest.fixture(scope="module")
def held(town, peer) -> str:
    """The credential that the other wallet took from our desk."""
    offer = town.offer()
    taken = peer.do("receive", seed=SEED, link=offer["link"], code=offer["tx_code"])
    assert taken["claims"]["vct"] == TYPE and taken["claims"]["sub"] == taken["holder"]
    assert CLAIMS.items() <= taken["claims"].items() and taken["bound"]
    return taken["credential"]


def test_their_wallet_receives_and_shows(town, peer, held):
    asking = town.ask("--show", "address/city", "--purpose", "boarding")
    done = peer.do("present", seed=SEED, link=asking["link"], credential=held)
    assert done["verifier"] == asked(asking["link"])["client_id"].partition(":")[2]
    assert (done["version"], done["status"], done["answer"]) == (100, 200, {})
    answer = town.office("answer", asking["question"])["shown"]["credential"]
    assert answer["claims"] == {"address": CLAIMS["address"]}
    assert answer["holder"].startswith("did:key:z6Mk")


@pytest.mark.parametrize(
    ("spoil", "code"), [("nonce", "invalid_nonce"), ("audience", "invalid_proof")]
)
def test_our_issuer_refuses_a_spoiled_key_proof(town, peer, spoil, code):
    link = town.offer("--no-code")["link"]
    with pytest.raises(Refused, match=code):
        peer.do("receive", seed=SEED, link=link, spoil=spoil)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [("nonce", "nonce.unknown"), ("audience", "audience"),
     ("claim", "disclosure.unsigned")],
)  # fmt: skip
def test_our_verifier_refuses_a_spoiled_answer(town, peer, held, spoil, code):
    asking = town.ask("--show", "name")
    facts = {"seed": SEED, "link": asking["link"], "credential": held}
    done = peer.do("present", **facts, spoil=spoil)
    assert done["status"] == 400 and code in done["answer"]["error_description"], done
    assert town.office("answer", asking["question"]) == {"answered": False}
    assert peer.do("present", **facts)["status"] == 200


def offered(town, peer, **changes) -> str:
    """A link of the other issuer, which has the key of our accredited `airport`."""
    keys = town.served.keys("airport")
    signer = chain_signer(keys, town.served.remote().chain)
    facts = {"seed": keys.secret.hex(), "did": signer.did, "method": signer.method,
             "type": TYPE, "claims": CLAIMS, "code": CODE}  # fmt: skip
    return peer.do("offer", **(facts | changes))["link"]


def take(town, link):
    return town.wallet("wallet", "receive", link, "--code", CODE, "--as", "pilot")


@pytest.fixture(scope="module")
def taken(town, peer) -> str:
    """The name of the credential that our wallet took from the other issuer."""
    town.keys()
    found = take(town, offered(town, peer))
    assert found["type"] == TYPE and found["claims"] == CLAIMS
    assert found["holder"] == town.holder().did
    return found["credential"]


def test_our_wallet_takes_theirs_and_shows_it_at_both_verifiers(town, peer, taken):
    asking = town.ask("--show", "name")
    shown = ("wallet", "present", asking["link"], "--yes", "--as", "pilot")
    assert town.wallet(*shown)["shown"]["credential"]["shows"] == ["name"]
    answer = town.office("answer", asking["question"])["shown"]["credential"]
    assert answer["claims"] == {"name": CLAIMS["name"]}
    asked_there = question(peer)
    done = town.wallet(
        "wallet", "present", asked_there["link"], "--yes", "--as", "pilot"
    )
    assert done["verifier"] == asked_there["verifier"], done
    (found,) = peer.do("answers", link=asked_there["link"])
    claims = found["shown"]["licence"]
    assert claims["address"] == CLAIMS["address"] and claims["vct"] == TYPE
    assert not {"name", "level"} & set(claims)


@pytest.mark.parametrize(("curve", "content"), [("P-256", "A128GCM"),
                                                ("X25519", "A256GCM")])  # fmt: skip
def test_our_wallet_seals_an_answer_that_theirs_demands_so(
    town, peer, taken, curve, content
):
    link = question(peer, sealed=curve, contents=[content])["link"]
    done = town.wallet("wallet", "present", link, "--yes", "--as", "pilot")
    assert done["shown"]["licence"]["shows"] == ["address"], done
    (found,) = peer.do("answers", link=link)
    assert list(found["sent"]) == ["response"]
    header = parse_object(from_base64url(found["sent"]["response"].split(".")[0], ""))
    assert (header["enc"], header["kid"]) == (content, "sealing")
    assert found["shown"]["licence"]["address"] == CLAIMS["address"]
    link = question(peer, sealed=curve, contents=["A128CBC-HS256"])["link"]
    said = town.wallet("wallet", "present", link, "--yes", "--as", "pilot")
    assert "client_metadata needs a key" in said, said
    assert all("refused" in each for each in peer.do("answers", link=link))


def question(peer, **more) -> dict[str, str]:
    query = {"credentials": [{
        "id": "licence", "format": "dc+sd-jwt", "meta": {"vct_values": [TYPE]},
        "claims": [{"path": ["address", "city"], "values": ["北京"]}]}]}  # fmt: skip
    facts = {"seed": "7a" * 32, "nonce": "n" * 22, "state": "s" * 22}
    return peer.do("ask", query=query, **facts, **more)


def test_their_verifier_refuses_a_spoiled_answer(town, peer, taken, monkeypatch):
    monkeypatch.setenv("HUABIAO_OUTGOING", "127.0.0.0/8")
    [held] = Holdings(town.home, "pilot").all().values()
    link, now = question(peer)["link"], int(time.time() * 1000)
    request = presenting.fetch_request(link, resolve_with(Resolver().keys), lambda: now)
    showing = presenting.prepare(request, [held])

    def shows(request):
        return presenting.vp_token(request, showing, town.holder(), now)

    def answers(token, state=request.state):
        form = {"vp_token": json.dumps(token), "state": state}
        return httpx.post(request.response_uri, data=form)

    for token, sentence in (
        (shows(replace(request, nonce="m" * 22)), "Invalid Nonce"),
        (shows(replace(request, client_id=request.client_id + "x")), "it is for"),
        (
            {"licence": [with_another_value(request, held, town.holder(), now)]},
            "Invalid Presentation",
        ),
    ):
        said = answers(token)
        assert said.status_code == 400 and sentence in said.text, said.text
    assert "state mismatch" in answers(shows(request), "t" * 22).text
    assert answers(shows(request)).status_code == 200
    *refused, found = peer.do("answers", link=link)
    assert len(refused) == 4 and "licence" in found["shown"]


def with_another_value(request, held, holder, now) -> str:
    """What is asked for, as its issuer did not sign it; bound by its holder."""
    other = to_base64url('["c2FsdA", "address", {"city": "北京"}]'.encode())
    shown = f"{held.partition('~')[0]}~{other}~"
    binding = {"iat": now // 1000, "aud": request.client_id, "nonce": request.nonce,
               "sd_hash": digest_of("sha-256", shown)}  # fmt: skip
    return shown + jws.sign({"typ": KB_TYPE}, binding, holder)


def test_their_issuer_refuses_a_spoiled_key_proof(town, peer):
    offer = read_offer(offered(town, peer))
    form = {"grant_type": GRANT, "pre-authorized_code": offer.code, "tx_code": CODE}
    token = httpx.post(offer.issuer + "/token", data=form).json()["access_token"]
    nonce = httpx.post(offer.issuer + "/nonce").json()["c_nonce"]
    now, holder = int(time.time() * 1000), town.holder()

    def asks(audience, nonce):
        proof = prove_key(holder, audience, nonce, now)
        body = {"credential_configuration_id": TYPE, "proofs": {"jwt": [proof]}}
        head = {"authorization": f"Bearer {token}"}
        return httpx.post(offer.issuer + "/credential", json=body, headers=head)

    for spoiled in (("https://other.example", nonce), (offer.issuer, "other")):
        answer = asks(*spoiled)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_proof")
    assert asks(offer.issuer, nonce).status_code == 200


def test_our_wallet_refuses_what_their_issuer_did_not_sign(town, peer, taken):
    said = take(town, offered(town, peer, spoil="claim"))
    assert "disclosure" in said or "披露" in said, said
    said = take(town, offered(town, peer, seed="11" * 32))
    assert "签名" in said, said
    assert list(town.wallet("wallet", "list", "--as", "pilot")["credentials"]) == [
        taken
    ]
