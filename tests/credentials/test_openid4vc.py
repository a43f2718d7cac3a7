"""
Desks and wallet under every suite: a valid exchange, then one thing spoiled at a time.

Rules: OpenID4VCI 1.0 §6, §8; OpenID4VP 1.0 §5.10, §8.2, §8.6, §14.1.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from openid_desks import BUREAU, MINUTE, Desks, open_desks

from huabiao.services.credentials import NotVerified, jws
from huabiao.services.openid4vc import Configuration, OAuthError
from huabiao.services.openid4vc.issuer import GRANT
from huabiao.services.openid4vc.key_proofs import prove_key
from huabiao.services.openid4vc.request_objects import (
    PREFIX,
    TYPE,
    open_request,
)


@pytest.fixture
def desks(town, tmp_path) -> Desks:
    return open_desks(town, tmp_path)


def respond(desks, name, request, token):
    form = {"vp_token": json.dumps(token), "state": request.state}
    return desks.verifier.response(name, form)


def refused(code, work, *given):
    with pytest.raises(OAuthError) as error:
        work(*given)
    assert error.value.code == code, error.value
    return error.value


@pytest.mark.parametrize("form", ["sd_jwt_vc", "vc_jwt"])
def test_issue_and_present(desks, form):
    held = desks.receive(form)
    path = ["name"] if form == "sd_jwt_vc" else ["credentialSubject", "name"]
    name, request = desks.ask(form, path)
    assert respond(desks, name, request, desks.answer(request, held)) == {}
    answer = desks.verifier.questions.take(name).answer["shown"]["licence"]
    assert answer["claims"]["name"] == "王医生"
    assert ("field" in answer["claims"]) == (form == "vc_jwt")
    assert desks.verifier.questions.take(name) is None


def test_an_answer_is_good_once_and_for_one_question(desks):
    held = desks.receive()
    name, request = desks.ask()
    token = desks.answer(request, held)
    other, second = desks.ask()
    said = refused("invalid_request", respond, desks, other, second, token)
    assert "nonce.unknown" in said.description
    respond(desks, name, request, token)
    assert (
        refused("invalid_request", respond, desks, name, request, token).status == 404
    )


def test_what_is_spoiled_in_an_answer_is_refused(desks):
    held, less = desks.receive(), desks.ask()[1].query

    def good(request):
        return desks.answer(request, held)["licence"][0]

    for spoil, said in (
        (lambda r: {"other": [good(r)]}, "not asked"),
        (lambda r: {"licence": [good(r), good(r)]}, "one presentation"),
        (lambda r: {"licence": good(r)}, "one presentation"),
        (lambda r: {"licence": [7]}, "a text"),
        (lambda r: {}, "Not all"),
        (lambda r: {"licence": [held]}, "binding.missing"),
        (lambda r: {"licence": [good(r)[:-6] + "AAAAAA"]}, "signature"),
        (lambda r: desks.answer(desks.ask()[1], held), "nonce.unknown"),
        (lambda r: desks.answer(replace(r, client_id=PREFIX + "did:x:y"), held),
         "audience"),
        (lambda r: desks.answer(replace(r, query=less), held), "not what was asked"),
    ):  # fmt: skip
        name, request = desks.ask("sd_jwt_vc", ["name"])
        token = spoil(request)
        error = refused("invalid_request", respond, desks, name, request, token)
        assert said in error.description, (said, error)
        assert desks.verifier.questions.take(name).answer is None
    name, request = desks.ask()
    form = {"vp_token": json.dumps({"licence": [good(request)]}), "state": "other"}
    error = refused("invalid_request", desks.verifier.response, name, form)
    assert "state" in error.description


def test_five_bad_answers_end_a_question(desks):
    name, request = desks.ask()
    for _ in range(5):
        refused("invalid_request", respond, desks, name, request, {})
    token = desks.answer(request, desks.receive())
    assert (
        refused("invalid_request", respond, desks, name, request, token).status == 404
    )


def test_a_credential_that_was_revoked_in_between_is_refused(desks):
    held = desks.receive()
    name, request = desks.ask()
    token = desks.answer(request, held)
    desks.town.revoke(desks.issued)
    said = refused("invalid_request", respond, desks, name, request, token)
    assert "status.revoked" in said.description


def test_a_wallet_believes_signed_requests_only(desks):
    town = desks.town
    name, request = desks.ask()
    token = desks.verifier.request(name, "wallet-nonce")
    for spoiled, nonce, code in (
        (token, "another-nonce", "nonce.unknown"),  # a request that was replayed
        (token[:-6] + "AAAAAA", "wallet-nonce", "signature"),
        ("e30." + token.partition(".")[2], "wallet-nonce", "alg.refused"),
    ):
        with pytest.raises(NotVerified) as error:
            desks.read(spoiled, nonce)
        assert error.value.code == code
    with pytest.raises(NotVerified) as error:  # the link names another verifier
        client = PREFIX + town.signer("bank").did
        open_request(token, client, town.resolve, desks.now)
    assert error.value.code == "key.other"
    with pytest.raises(NotVerified) as error:
        open_request(token, "redirect_uri:https://x", town.resolve, desks.now)
    assert error.value.code == "client_id"
    with pytest.raises(NotVerified) as error:
        open_request(token, desks.client_id, town.resolve, desks.now + 20 * MINUTE)
    assert error.value.code == "expired"


def test_what_a_wallet_does_not_take_has_the_specifications_name(desks):
    name, _ = desks.ask()
    payload = jws.read_payload(desks.verifier.request(name, "wallet-nonce"))

    def signed(**changes):
        made = {n: v for n, v in (payload | changes).items() if v is not None}
        return jws.sign({"typ": TYPE}, made, desks.verifier.signer)

    assert desks.read(signed()).state == payload["state"]
    mdoc = {"credentials": [{"id": "a", "format": "mso_mdoc", "meta": {}}]}
    for change, code in (
        ({"transaction_data": ["e30"]}, "invalid_transaction_data"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"redirect_uri": "https://x"}, "invalid_request"),
        ({"nonce": "short"}, "invalid_request"), ({"nonce": None}, "invalid_request"),
        ({"state": "white space is no URL"}, "invalid_request"),
        ({"dcql_query": None}, "invalid_request"),
        ({"dcql_query": mdoc}, "vp_formats_not_supported"),
        ({"aud": "https://wallet.example"}, "invalid_request"),
    ):  # fmt: skip
        refused(code, desks.read, signed(**change))
    lacking = desks.read(signed())
    refused("access_denied", desks.answer, lacking)


def test_offers_and_tokens_end(desks):
    kind = Configuration("c", "sd_jwt_vc", "T")
    document, pin = desks.issuer.offer(kind, {}, desks.now + MINUTE)
    code = document["grants"][GRANT]["pre-authorized_code"]
    form = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": pin}
    offers, late = desks.issuer.offers, desks.now + 2 * MINUTE
    said = refused("invalid_grant", offers.redeem, code, pin, late)
    assert "over" in said.description
    other, pin = desks.issuer.offer(kind, {}, desks.now + MINUTE)
    form["pre-authorized_code"] = other["grants"][GRANT]["pre-authorized_code"]
    token = desks.issuer.token(form | {"tx_code": pin})["access_token"]
    offers.of_token(token, desks.now)
    assert refused("invalid_token", offers.of_token, token,
                   desks.now + 6 * MINUTE).status == 401  # fmt: skip


def test_a_token_outlives_a_failure_of_the_issuer_but_not_a_denial(desks):
    token, give = desks.redeem(), desks.issuer.issue

    def bring():
        nonce = desks.issuer.nonce()["c_nonce"]
        proof = prove_key(desks.town.signer("doctor"), BUREAU, nonce, desks.now)
        asked = {"credential_configuration_id": "DoctorLicence.sd_jwt_vc",
                 "proofs": {"jwt": [proof]}}  # fmt: skip
        return desks.issuer.credential(token, json.dumps(asked).encode())

    def fail(error):
        def issue(*_):
            raise error

        return issue

    desks.issuer.issue = fail(ConnectionError())
    with pytest.raises(ConnectionError):
        bring()
    desks.issuer.issue = fail(ValueError())
    refused("credential_request_denied", bring)
    desks.issuer.issue = give
    assert refused("invalid_token", bring).status == 401


def test_two_wallets_at_once_get_one_token(desks):
    kind = Configuration("c", "sd_jwt_vc", "T")
    code, pin = desks.issuer.offers.make(kind, {}, desks.now + MINUTE, desks.now)

    def redeem(_):
        try:
            return desks.issuer.offers.redeem(code, pin, desks.now)
        except OAuthError as error:
            return error.code

    with ThreadPoolExecutor(8) as wallets:
        got = list(wallets.map(redeem, range(8)))
    assert got.count("invalid_grant") == 7


def test_nothing_of_an_offer_is_left_in_the_file(desks, tmp_path):
    text = "a text that only this credential has"
    kind = Configuration("c", "sd_jwt_vc", "T")
    document, pin = desks.issuer.offer(kind, {"it": text}, desks.now + MINUTE)
    code = document["grants"][GRANT]["pre-authorized_code"]
    assert text.encode() in (tmp_path / "offers").read_bytes()
    assert code.encode() not in (tmp_path / "offers").read_bytes()
    token = desks.issuer.offers.redeem(code, pin, desks.now)
    desks.issuer.offers.spend(token)
    assert text.encode() not in (tmp_path / "offers").read_bytes()
