"""From desk to wallet and back, each in a process of its own; then what strangers try.

Rules: OpenID4VCI 1.0 §6.3, §7, §8.3, Appendix F; OpenID4VP 1.0 §5, §6, §8; RFC 6749.
"""

import json
import time
from collections.abc import Iterator

import pytest
from desk_town import CLAIMS, TYPE, DeskTown, asked, start_desk
from served_city import Served

from huabiao.services.credentials import jws
from huabiao.services.credentials.strict_json import from_base64url
from huabiao.services.openid4vc.issuer import CREDENTIAL, GRANT, NONCE, TOKEN
from huabiao.services.openid4vc.key_proofs import prove_key


@pytest.fixture(scope="module")
def town(served: Served, tmp_path_factory) -> Iterator[DeskTown]:
    made, process = start_desk(served, tmp_path_factory.mktemp("desk"))
    try:
        made.keys()
        published = made.wallet("did", "publish", "pilot")
        assert isinstance(published, dict), published
        yield made
    finally:
        process.terminate()
        process.wait(20)


def code_of(offer) -> str:
    document = json.loads(asked(offer["link"])["credential_offer"])
    return document["grants"][GRANT]["pre-authorized_code"]


def redeem(town, code, pin=None):
    form = {"grant_type": GRANT, "pre-authorized_code": code}
    return town.post(TOKEN, data=form | ({"tx_code": pin} if pin else {}))


def token_for(town, *words) -> str:
    answer = redeem(town, code_of(town.offer("--no-code", *words)))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["access_token"]


def nonce_of(town) -> str:
    return town.post(NONCE).json()["c_nonce"]


def request_credential(town, token, proof, **changes):
    body = {"credential_configuration_id": f"{TYPE}.sd_jwt_vc",
            "proofs": {"jwt": [proof]}} | changes  # fmt: skip
    return town.post(
        CREDENTIAL, json=body, headers={"authorization": f"Bearer {token}"}
    )


def proof_for(town, nonce, audience=None, at=None) -> str:
    now = int(time.time() * 1000) if at is None else at
    return prove_key(town.holder(), audience or town.base, nonce, now)


@pytest.mark.parametrize("form", ["sd_jwt_vc", "vc_jwt"])
def test_a_wallet_receives_and_shows(town, form):
    offer = town.offer("--form", form)
    taken = town.wallet(
        "wallet", "receive", offer["link"], "--code", offer["tx_code"], "--as", "pilot"
    )
    assert taken["type"] == TYPE and taken["claims"] == CLAIMS
    asking = town.ask("--form", form, "--show", "address/city", "--purpose", "boarding")
    before = town.office("answer", asking["question"])
    assert before == {"answered": False}
    done = town.wallet("wallet", "present", asking["link"], "--yes", "--as", "pilot")
    assert done["verifier"] == asked(asking["link"])["client_id"].partition(":")[2]
    answer = town.office("answer", asking["question"])["shown"]["credential"]
    if form == "sd_jwt_vc":
        hidden = {"name", "level"} & set(answer["claims"])
        assert not hidden and answer["claims"]["address"]["city"] == "北京"
    else:
        assert answer["claims"] == CLAIMS
    assert answer["holder"] == town.holder().did
    again = town.served.run("desk", "answer", asking["question"], "--as", "airport")
    assert again.exit_code == 1  # it was erased when it was read
    late = town.wallet("wallet", "present", asking["link"], "--yes", "--as", "pilot")
    assert "There is no such request" in late
    town.wallet("wallet", "drop", taken["credential"], "--as", "pilot")


def test_a_wallet_without_the_credential_declines(town):
    asking = town.ask("--show", "name")
    said = town.wallet("wallet", "present", asking["link"], "--yes", "--as", "pilot")
    assert "access_denied" in said
    assert town.office("answer", asking["question"])["refused"] == "access_denied"


def test_metadata_is_what_the_specification_demands(town):
    town.offer()
    answer = town.get("/.well-known/openid-credential-issuer")
    told = answer.json()
    assert told["credential_issuer"] == town.base
    kind = told["credential_configurations_supported"][f"{TYPE}.sd_jwt_vc"]
    assert kind["format"] == "dc+sd-jwt" and kind["vct"] == TYPE
    assert "EdDSA" in kind["proof_types_supported"]["jwt"][
        "proof_signing_alg_values_supported"
    ]  # fmt: skip
    oauth = town.get("/.well-known/oauth-authorization-server").json()
    assert oauth["issuer"] == town.base and oauth["token_endpoint"] == town.base + TOKEN


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["error"]) == (status, code), answer.text


def test_codes_are_good_once_with_their_transaction_code(town):
    offer = town.offer()
    code, pin = code_of(offer), offer["tx_code"]
    refused(redeem(town, code), 400, "invalid_request")  # a tx_code is needed
    other = f"{(int(pin) + 1) % 1_000_000:06}"
    refused(redeem(town, code, other), 400, "invalid_grant")
    token = redeem(town, code, pin).json()["access_token"]
    refused(redeem(town, code, pin), 400, "invalid_grant")
    # A code that comes twice ends the token too: RFC 6749 §4.1.2.
    answer = request_credential(town, token, proof_for(town, nonce_of(town)))
    refused(answer, 401, "invalid_token")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    refused(redeem(town, "nonsense"), 400, "invalid_grant")
    plain = code_of(town.offer("--no-code"))
    refused(redeem(town, plain, "123456"), 400, "invalid_request")
    refused(town.post(TOKEN, data={"grant_type": "authorization_code"}), 400,
            "unsupported_grant_type")  # fmt: skip


def test_guessing_a_transaction_code_ends_the_offer(town):
    offer = town.offer()
    code, pin = code_of(offer), offer["tx_code"]
    for step in range(1, 6):
        wrong = f"{(int(pin) + step) % 1_000_000:06}"
        refused(redeem(town, code, wrong), 400, "invalid_grant")
    refused(redeem(town, code, pin), 400, "invalid_grant")


def test_key_proofs_are_for_this_issuer_now_and_once(town):
    token, now = token_for(town), int(time.time() * 1000)
    used = nonce_of(town)
    spoiled = {
        "invalid_proof": [
            proof_for(town, nonce_of(town), audience="https://other.example"),
            proof_for(town, nonce_of(town), at=now - 3_600_000),
            proof_for(town, nonce_of(town))[:-4] + "AAAA",
            jws.sign({"typ": "JWT"}, {"aud": town.base}, town.holder()),
            jws.sign({"typ": "openid4vci-proof+jwt"},
                     {"aud": town.base, "iat": now // 1000}, town.holder()),
            "e30.e30.", 7,
        ],
        "invalid_nonce": [proof_for(town, "never-issued-by-this-desk")],
    }  # fmt: skip
    for code, proofs in spoiled.items():
        for proof in proofs:
            refused(request_credential(town, token, proof), 400, code)
    for change, code in (
        ({"credential_configuration_id": "Passport"},
         "unknown_credential_configuration"),
        ({"credential_identifier": "x"}, "unknown_credential_identifier"),
        ({"proofs": {}}, "invalid_proof"), ({"proofs": {"jwt": []}}, "invalid_proof"),
        ({"credential_response_encryption": {}}, "invalid_encryption_parameters"),
    ):  # fmt: skip
        proof = proof_for(town, nonce_of(town))
        refused(request_credential(town, token, proof, **change), 400, code)
    good = proof_for(town, used)
    answer = request_credential(town, token, good)
    assert answer.status_code == 200, answer.text
    (only,) = answer.json()["credentials"]
    payload = json.loads(from_base64url(only["credential"].split(".")[1], "payload"))
    assert payload["sub"] == town.holder().did and "name" not in payload
    refused(request_credential(town, token, good), 401, "invalid_token")
    other = token_for(town)  # the nonce was used with the first token
    refused(request_credential(town, other, good), 400, "invalid_nonce")


def test_an_offer_for_one_holder_is_denied_to_another(town):
    token = token_for(town, "--to", "did:key:z6MkvrFpBNCoYewiaeBLgjUDvLxUtnK5R6mqh5XPv")
    answer = request_credential(town, token, proof_for(town, nonce_of(town)))
    refused(answer, 400, "credential_request_denied")


def test_malformed_requests_are_named_and_bounded(town):
    refused(town.post(TOKEN, content=b"x=" + b"a" * 600_000), 413, "invalid_request")
    refused(town.post(TOKEN, content=b"grant_type=a&grant_type=b"), 400,
            "invalid_request")  # fmt: skip
    refused(town.post(TOKEN, content=b"\xff=%ff"), 400, "invalid_request")
    refused(town.post(CREDENTIAL, json={}), 401, "invalid_token")
    token = {"authorization": f"Bearer {token_for(town)}"}
    for body in (b"{", b'{"a": 1, "a": 2}', b"[" * 100):
        kind = token | {"content-type": "application/json"}
        refused(town.post(CREDENTIAL, content=body, headers=kind), 400,
                "invalid_credential_request")  # fmt: skip
