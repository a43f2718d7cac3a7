"""Issued, shown, verified: each form in each suite, from the chain's own word."""

import json

import pytest
from credential_town import HERE, Town

from huabiao.services.credentials import (
    FORMATS,
    issue,
    json_proof,
    sd_jwt_vc,
    vc_jwt,
    verify_credential,
    verify_presentation,
)


def issued(town: Town, form: str, index: int = 7):
    return issue(
        town.document(index), form, town.signer("bureau"), town.city.now,
        holder=town.signer("doctor").key if form == "sd_jwt_vc" else None,
        disclosable=["/name", "/field"] if form == "sd_jwt_vc" else (),
    )  # fmt: skip


def shown(town: Town, form: str, secured, nonce: str, audience: str = HERE):
    doctor, now = town.signer("doctor"), town.city.now
    if form == "sd_jwt_vc":
        return sd_jwt_vc.present(secured, ["/name"], doctor, audience, nonce, now)
    if form == "vc_jwt":
        return vc_jwt.present([secured], doctor, audience, nonce, now)
    return json_proof.present([secured], doctor, audience, nonce, now)


@pytest.mark.parametrize("form", FORMATS)
def test_a_credential_is_issued_presented_and_verified(town, form):
    secured = issued(town, form)
    held = verify_credential(secured, town.policy())
    assert held.claims == {"name": "王医生", "field": "儿科"} and held.complete
    presented = shown(town, form, secured, f"n-{form}")
    found = verify_presentation(presented, town.policy(), HERE, town.use)
    (credential,) = found.credentials
    assert credential.issuer == town.signer("bureau").did
    assert found.holder == town.signer("doctor").did
    hidden = form == "sd_jwt_vc"
    assert credential.claims == (
        {"name": "王医生"} if hidden else {"name": "王医生", "field": "儿科"}
    )
    assert credential.complete != hidden
    if not isinstance(presented, str):
        again = json.dumps(shown(town, form, secured, f"text-{form}"))
        verify_presentation(again, town.policy(), HERE, town.use)
