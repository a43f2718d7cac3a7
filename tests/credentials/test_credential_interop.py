"""
Others' credentials verified by ours, ours by others.

The others: `sd-jwt` of the OpenWallet Foundation (on jwcrypto) for SD-JWT, joserfc for
JWT, and jcs with cryptography's Ed25519 for Data Integrity. None of them shares code
with ours.
"""

import json
import time
from hashlib import sha256

import base58
import jcs
import pytest
from credential_town import HERE, TYPE, make_town
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from joserfc import jws as their_jws
from joserfc.jwk import OKPKey
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier
from test_credential_forms import issued, shown

from huabiao.services.credentials import NotVerified, verify_credential
from huabiao.services.credentials import verify_presentation as verify
from huabiao.services.credentials.algorithms import to_jwk
from huabiao.services.credentials.strict_json import to_base64url


@pytest.fixture(scope="module")
def intl(tmp_path_factory):
    """The others have no SM2."""
    made = make_town(tmp_path_factory.mktemp("interop"), "intl")
    yield made
    made.city.close()


def private_jwk(town, name: str) -> dict:
    public = to_jwk(town.signer(name).key)
    return public | {"d": to_base64url(town.person(name).secret)}


def theirs(key: dict) -> JWK:
    return JWK.from_json(json.dumps(key))


def test_their_sd_jwt_is_verified_by_ours(intl):
    bureau, doctor = intl.signer("bureau"), intl.signer("doctor")
    claims = {
        "iss": bureau.did, "vct": TYPE, "sub": doctor.did,
        "exp": int(time.time()) + 1_000,
        SDObj("name"): "王医生", SDObj("field"): "儿科",
        "wards": [SDObj("东"), SDObj("西")],
    }  # fmt: skip
    issuer = SDJWTIssuer(
        claims, theirs(private_jwk(intl, "bureau")), theirs(to_jwk(doctor.key)),
        sign_alg="EdDSA", add_decoy_claims=True,
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": bureau.method},
    )  # fmt: skip
    held = verify_credential(issuer.sd_jwt_issuance, intl.policy())
    assert held.claims["wards"] == ["东", "西"]
    holder = SDJWTHolder(issuer.sd_jwt_issuance)
    holder.create_presentation(
        {"name": True, "wards": [False, True]}, "their nonce", HERE,
        theirs(private_jwk(intl, "doctor")), sign_alg="EdDSA",
    )  # fmt: skip
    # their holder takes the time from this machine
    policy = intl.policy(now=lambda: int(time.time() * 1000))
    found = verify(holder.sd_jwt_presentation, policy, HERE, intl.use)
    assert found.credentials[0].claims == {"name": "王医生", "wards": ["西"]}


def test_our_sd_jwt_is_verified_by_theirs(intl):
    presented = shown(intl, "sd_jwt_vc", issued(intl, "sd_jwt_vc"), "our nonce")
    key = theirs(to_jwk(intl.signer("bureau").key))
    # their verifier of the key binding accepts ES256 alone; it is checked below
    payload = SDJWTVerifier(presented, lambda *_: key).get_verified_payload()
    assert payload["name"] == "王医生" and "field" not in payload
    binding = presented.rpartition("~")[2]
    opened = their_jws.deserialize_compact(
        binding, OKPKey.import_key(payload["cnf"]["jwk"]), algorithms=["EdDSA"]
    )
    shown_part = presented[: len(presented) - len(binding)]
    digest = to_base64url(sha256(shown_part.encode()).digest())
    assert json.loads(opened.payload)["sd_hash"] == digest


def test_jwts_go_both_ways(intl):
    bureau = intl.signer("bureau")
    public = OKPKey.import_key(to_jwk(bureau.key))
    ours = their_jws.deserialize_compact(
        issued(intl, "vc_jwt"), public, algorithms=["EdDSA"]
    )
    assert json.loads(ours.payload)["type"] == ["VerifiableCredential", TYPE]
    private = OKPKey.import_key(private_jwk(intl, "bureau"))
    header = {"alg": "EdDSA", "typ": "vc+jwt", "kid": bureau.method}
    content = json.dumps(intl.document()).encode()
    made = their_jws.serialize_compact(header, content, private, algorithms=["EdDSA"])
    assert verify_credential(made, intl.policy()).claims["name"] == "王医生"
    spoiled = made.replace(made.split(".")[1][-8:], "AAAAAAAA")
    with pytest.raises(NotVerified):
        verify_credential(spoiled, intl.policy())


def test_data_integrity_goes_both_ways(intl):
    bureau = intl.signer("bureau")

    def hashed(document: dict, options: dict) -> bytes:
        parts = (jcs.canonicalize(each) for each in (options, document))
        return b"".join(sha256(part).digest() for part in parts)

    ours = issued(intl, "data_integrity")
    proof = dict(ours.pop("proof"))
    signature = base58.b58decode(proof.pop("proofValue")[1:])
    public = Ed25519PublicKey.from_public_bytes(bureau.key.public)
    public.verify(signature, hashed(ours, proof))

    private = Ed25519PrivateKey.from_private_bytes(intl.person("bureau").secret)
    value = private.sign(hashed(ours, proof))
    made = proof | {"proofValue": "z" + base58.b58encode(value).decode()}
    assert verify_credential(ours | {"proof": made}, intl.policy()).type == TYPE
