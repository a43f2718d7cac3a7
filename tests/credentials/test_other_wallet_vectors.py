"""
What others' packages made, judged by ours in every run.

tests/doors/other_wallet/record.mjs recorded it with oid4vc-ts, sd-jwt-js and Digital
Bazaar's packages; their versions are in the file. `make test-network` makes it again
and compares, and has theirs judge ours.
"""

import json
from pathlib import Path

import pytest

from huabiao.services.credentials import (
    NotVerified,
    Policy,
    verify_credential,
    verify_presentation,
)
from huabiao.services.credentials.dids import resolve_with
from huabiao.services.credentials.status_list import published_status
from huabiao.services.did import Resolver
from huabiao.services.openid4vc import OAuthError
from huabiao.services.openid4vc.key_proofs import check_proof
from huabiao.services.openid4vc.request_objects import (
    PREFIX,
    open_request,
    read_request,
)

MADE = json.loads(
    (Path(__file__).parents[1] / "vectors/other_wallet.json").read_text("utf-8")
)
NOW, AUDIENCE, NONCE = MADE["now"] * 1000, MADE["audience"], MADE["nonce"]
SD_JWT, INTEGRITY = MADE["sdJwtVc"], MADE["integrity"]
RESOLVE = resolve_with(Resolver().keys)


def policy(statuses=INTEGRITY["statusList"], now=NOW) -> Policy:
    status = published_status(lambda url: dict(statuses), RESOLVE, [], lambda: now)
    return Policy(RESOLVE, lambda *_: ("ok", ""), status, lambda: now)


def refused(code, work, *given):
    with pytest.raises(NotVerified) as error:
        work(*given)
    assert error.value.code == code, error.value


def use(given):
    if given != NONCE:
        raise NotVerified("nonce.unknown", "随机数不符", "another nonce")


def test_their_key_proof():
    found = check_proof(MADE["keyProof"], RESOLVE, AUDIENCE, NOW)
    assert found[0] == MADE["holder"] and found[2] == NONCE
    for token, audience, now in (
        (MADE["keyProof"], "https://other.example", NOW),
        (MADE["keyProof"], AUDIENCE, NOW + 400_000),
        (MADE["keyProof"][:-6] + "AAAAAA", AUDIENCE, NOW),
    ):
        with pytest.raises(OAuthError) as error:
            check_proof(token, RESOLVE, audience, now)
        assert error.value.code == "invalid_proof"


def test_their_signed_request():
    token, client = MADE["request"], PREFIX + MADE["verifier"]
    request = read_request(open_request(token, client, RESOLVE, NOW))
    assert (request.verifier, request.nonce) == (MADE["verifier"], NONCE)
    assert list(request.query.credentials) == ["licence"]
    other = PREFIX + MADE["holder"]
    refused("key.other", open_request, token, other, RESOLVE, NOW)
    refused("expired", open_request, token, client, RESOLVE, NOW + 400_000)
    refused("nonce.unknown", open_request, token, client, RESOLVE, NOW, "a-nonce")
    refused("signature", open_request, token[:-6] + "AAAAAA", client, RESOLVE, NOW)


def test_their_sd_jwt_vc():
    held = verify_credential(SD_JWT["credential"], policy())
    assert held.claims == {"name": "赵机长", "level": 3, "ratings": ["A320", "C919"]}
    shown = SD_JWT["presentation"]
    found = verify_presentation(shown, policy(), AUDIENCE, use).credentials[0]
    assert found.claims == {"name": "赵机长", "ratings": ["C919"]}
    assert (found.issuer, found.subject) == (MADE["issuer"], MADE["holder"])
    token, first, *rest = shown.split("~")
    other = "~".join((token, first[:-2] + "AA", *rest))
    fewer = "~".join((token, *rest))
    refused("audience", verify_presentation, shown, policy(), "other", use)
    refused(
        "expired", verify_credential, SD_JWT["credential"], policy(now=NOW + 400_000)
    )
    for spoiled in (other, fewer):
        with pytest.raises(NotVerified):
            verify_presentation(spoiled, policy(), AUDIENCE, use)


def test_their_data_integrity_and_status_list():
    assert verify_credential(INTEGRITY["credential"], policy()).claims == {
        "name": "赵机长"
    }
    shown = INTEGRITY["presentation"]
    assert verify_presentation(shown, policy(), AUDIENCE, use).holder == MADE["holder"]
    refused("status.revoked", verify_credential, INTEGRITY["revoked"], policy())
    refused("audience", verify_presentation, shown, policy(), "other", use)
    spoiled = INTEGRITY["credential"] | {"id": "urn:example:other"}
    refused("signature", verify_credential, spoiled, policy())
    longer = INTEGRITY["statusList"] | {"validUntil": "2039-01-01T00:00:00Z"}
    refused("signature", verify_credential, INTEGRITY["credential"], policy(longer))
