"""Published examples, whose sources tests/vectors/credentials.json names."""

import json
from pathlib import Path

import pytest

from huabiao.crypto import suite
from huabiao.services.credentials import (
    NotVerified,
    Signer,
    VerificationKey,
    jws,
    sd_jwt,
)
from huabiao.services.credentials.algorithms import from_jwk
from huabiao.services.credentials.data_integrity import (
    add_proof,
    check_proof,
    hash_data,
)
from huabiao.services.credentials.document import read_instant
from huabiao.services.credentials.multibase import from_base58
from huabiao.services.credentials.sd_jwt import digest_of, reveal
from huabiao.services.credentials.sd_jwt_vc import check_binding
from huabiao.services.credentials.status_list import decode_list, encode_list, is_set

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors/credentials.json").read_text("utf-8")
)
EDDSA, SD, VC = (
    VECTORS[name] for name in ("eddsa_jcs_2022", "sd_jwt_recursive", "sd_jwt_vc")
)
ISSUER = "https://vc.example/issuers/5678"
PUBLIC = from_base58(EDDSA["publicKeyMultibase"], "key")[2:]
SECRET = from_base58(EDDSA["secretKeyMultibase"], "key")[2:]


def test_eddsa_jcs_2022_hashes_and_signs_as_published():
    signed = EDDSA["signed"]
    document = {name: value for name, value in signed.items() if name != "proof"}
    options = {k: v for k, v in signed["proof"].items() if k != "proofValue"}
    assert hash_data(document, options)[32:].hex() == EDDSA["documentHash"]
    method = options["verificationMethod"]
    signer = Signer(
        ISSUER, method, VerificationKey("EdDSA", PUBLIC),
        lambda message: suite("intl").sign(SECRET, message),
    )  # fmt: skip
    created = read_instant(options["created"], "created")
    assert add_proof(document, signer, "assertionMethod", created) == signed


def test_eddsa_jcs_2022_verifies_the_published_one_and_nothing_near_it():
    def check(document):
        return check_proof(
            document, "assertionMethod", ISSUER,
            lambda method, purpose: VerificationKey("EdDSA", PUBLIC), 0,
        )  # fmt: skip

    check(EDDSA["signed"])
    contexts = EDDSA["signed"]["@context"]
    for spoil, code in (
        ({"name": "Another"}, "signature"),
        ({"added": 1}, "signature"),
        ({"@context": contexts[:1]}, "proof.context"),
    ):
        with pytest.raises(NotVerified) as told:
            check(EDDSA["signed"] | spoil)
        assert told.value.code == code
    # §3.3.2: contexts that were added are dropped, what was signed is what is told
    longer = EDDSA["signed"] | {"@context": [*contexts, "https://more.example"]}
    assert check(longer)[0]["@context"] == contexts


def test_sd_jwt_digests_and_recursive_disclosures():
    for digest, disclosure in SD["disclosures"].items():
        assert digest_of("sha-256", disclosure) == digest
    opened = reveal(SD["payload"], list(SD["disclosures"].values()))
    assert opened.claims["address"] == SD["address"]
    assert opened.complete and "_sd_alg" not in opened.claims
    alone = reveal(SD["payload"], [list(SD["disclosures"].values())[-1]])
    assert alone.claims["address"] == {} and not alone.complete


def test_an_sd_jwt_vc_of_the_drafts_verifies_with_its_key_binding():
    token, disclosures, binding = sd_jwt.split(VC["presentation"])
    header = jws.read_header(token, ("vc+sd-jwt",))
    payload = jws.check(token, header, from_jwk(VC["issuer_jwk"]))
    opened = reveal(payload, disclosures)
    assert opened.claims["address"]["street_address"] == "123 Main St"
    holder = from_jwk(payload["cnf"]["jwk"])
    at = VC["bound_at"] * 1000
    told = check_binding(VC["presentation"], holder, "sha-256", VC["audience"], at)
    assert told == VC["nonce"] and binding
    with pytest.raises(NotVerified, match="another verifier"):
        check_binding(VC["presentation"], holder, "sha-256", "https://other", at)


def test_the_published_status_list_is_16_kilobytes_of_nothing():
    bits = decode_list(VECTORS["bitstring"]["encodedList"])
    assert bits == bytes(VECTORS["bitstring"]["bytes"])
    assert decode_list(encode_list(bits)) == bits
    first = b"\x80" + bits[1:-1] + b"\x01"
    assert is_set(first, 0) and is_set(first, 131_071) and not is_set(first, 1)
