"""
Another implementation, openvc-core 1.37, judges ours: offer, metadata and key proof as
an issuer's, the VP token as a verifier's. And joserfc makes a key proof for ours.
"""

import json
import time

import pytest
from joserfc import jws as their_jws
from joserfc.jwk import OKPKey
from openvc.did.base import DidResolverRegistry
from openvc.did.did_key import DidKeyResolver
from openvc.errors import OpenvcError
from openvc.openid4vci import (
    parse_credential_issuer_metadata,
    parse_credential_offer,
    verify_credential_request_proofs,
)
from openvc.openid4vp import verify_vp_token

from huabiao.crypto.keys import generate
from huabiao.services.credentials import draft_credential, issue
from huabiao.services.credentials.algorithms import to_jwk
from huabiao.services.credentials.dids import key_signer
from huabiao.services.openid4vc import Configuration, IssuerDesk, Offers
from huabiao.services.openid4vc.dcql import read_query
from huabiao.services.openid4vc.issuer import GRANT
from huabiao.services.openid4vc.key_proofs import check_proof, prove_key
from huabiao.services.openid4vc.presenting import prepare, vp_token
from huabiao.services.openid4vc.request_objects import Request

ISSUER, NONCE, TYPE = "https://bureau.example", "a-nonce-of-theirs", "DoctorLicence"
CLIENT = "decentralized_identifier:did:web:clinic.example"
QUERY = {"credentials": [{
    "id": "licence", "format": "dc+sd-jwt", "meta": {"vct_values": [TYPE]},
    "claims": [{"path": ["name"]}]}]}  # fmt: skip


@pytest.fixture(scope="module")
def bureau():
    return key_signer(generate("bureau", "intl"))


@pytest.fixture(scope="module")
def doctor():
    return key_signer(generate("doctor", "intl"))


def now() -> int:
    """Their checks read this machine's clock."""
    return int(time.time() * 1000)


def nobody(*_):
    raise AssertionError("nothing is issued or resolved here")


def test_they_read_our_offer_and_metadata(tmp_path):
    desk = IssuerDesk(ISSUER, Offers(tmp_path / "offers"), nobody, nobody, now,
                      ["EdDSA", "ES256"])  # fmt: skip
    kind = Configuration(f"{TYPE}.sd_jwt_vc", "sd_jwt_vc", TYPE)
    document, _ = desk.offer(kind, {}, now() + 60_000)
    offer = parse_credential_offer(json.dumps(document))
    assert offer.credential_configuration_ids == (kind.id,) and GRANT in offer.grants
    told = parse_credential_issuer_metadata(desk.metadata())
    supported = told.credential_configurations_supported[kind.id]
    assert supported["vct"] == TYPE and told.nonce_endpoint.startswith(ISSUER)


def test_they_verify_our_key_proof(doctor):
    proof = prove_key(doctor, ISSUER, NONCE, now())
    asked = {"credential_configuration_id": "it", "proofs": {"jwt": [proof]}}
    (found,) = verify_credential_request_proofs(
        asked, credential_issuer=ISSUER, check_nonce=lambda nonce: nonce == NONCE,
        resolve_proof_key=lambda kid: {doctor.method: to_jwk(doctor.key)}[kid],
    )  # fmt: skip
    assert found.public_jwk["x"] == to_jwk(doctor.key)["x"]


def test_we_verify_their_key_proof():
    key = OKPKey.generate_key("Ed25519")
    header = {"alg": "EdDSA", "typ": "openid4vci-proof+jwt",
              "jwk": key.as_dict(private=False)}  # fmt: skip
    claims = {"aud": ISSUER, "iat": int(time.time()), "nonce": NONCE}
    proof = their_jws.serialize_compact(
        header, json.dumps(claims).encode(), key, algorithms=["EdDSA"]
    )
    holder, found, nonce = check_proof(proof, nobody, ISSUER, now())
    assert holder.startswith("did:key:z6Mk") and nonce == NONCE
    assert to_jwk(found)["x"] == key.as_dict()["x"]


def test_they_verify_what_our_wallet_shows(bureau, doctor):
    subject = {"id": doctor.did, "name": "王医生", "field": "儿科"}
    document = draft_credential(
        bureau.did, TYPE, subject, valid_from=now(), valid_until=now() + 60_000
    )
    held = issue(document, "sd_jwt_vc", bureau, now(), holder=doctor.key,
                 disclosable=["/name", "/field"])  # fmt: skip
    query = read_query(QUERY)
    request = Request(CLIENT, "did:web:clinic.example", "", NONCE, None, query, None)
    token = vp_token(request, prepare(request, [held]), doctor, now())
    resolver = DidResolverRegistry([DidKeyResolver()])

    def judged(**changes):
        facts = {"dcql_query": QUERY, "nonce": NONCE, "client_id": CLIENT}
        return verify_vp_token(
            json.dumps(token), resolver=resolver, require_holder_binding=True,
            **(facts | changes),
        )  # fmt: skip

    (found,) = judged().presentations
    assert found.raw.claims["name"] == "王医生" and "field" not in found.raw.claims
    for change in ({"nonce": "another"}, {"client_id": CLIENT + "x"}):
        with pytest.raises(OpenvcError):
            judged(**change)
