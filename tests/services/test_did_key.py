"""
did:key and the texts of keys.

Vectors: w3c-ccg/did-method-key, test-vectors/ed25519-x25519.json (seeds 0 and 1),
x25519.json and nist-curves.json (P-256); multiformats/multicodec, table.csv, for the
codes; GB/T 32918.5-2017 Annex A for the SM2 key.
"""

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.crypto.suite import suite
from huabiao.services.did import DidFailed, Resolver, keys_for, parse_did, parse_did_url
from huabiao.services.did import multikey as mk
from huabiao.services.did.document import SIGNING
from huabiao.services.did.key_method import key_did

RESOLVER = Resolver()
ED25519 = [
    # (identifier, public key in base58, derived agreement key's fragment and base58)
    (
        "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS",
        "z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW",
        "7By6kV2t2d188odEM4ExAve1UithKT6dLva4dwsDT3ak",
    ),
    (
        "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
        "6ASf5EcmmEHTgDJ4X4ZT5vT6iHVJBXPg5AN5YoTCpGWt",
        "z6LSrHyXiPBhUbvPUtyUCdf32sniiMGPTAesgHrtEa4FePtr",
        "FcoNC5NqP9CePWbhfz95iHaEsCjGkZUioK9Ck7Qiw286",
    ),
]
X25519 = [
    (
        "z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F",
        "4Dy8E9UaZscuPUf2GLxV44RCNL7oxmEXXkgWXaug1WKV",
    ),
    (
        "z6LStiZsmxiK4odS4Sb6JmdRFuJ6e1SYP157gtiCyJKfrYha",
        "J3PiFeuSyLugy4DKn87TwK5cnruRgPtxouzXUqg99Avp",
    ),
]
P256 = [
    (
        "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns",
            "y": "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM",
        },
    ),
    (
        "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI",
            "y": "hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU",
        },
    ),
]
SM2_PUBLIC = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)


@pytest.mark.parametrize("id_, public, fragment, derived", ED25519)
def test_ed25519_brings_its_agreement_key(id_, public, fragment, derived):
    did = f"did:key:{id_}"
    document = RESOLVER.resolve(did).document
    assert document["id"] == did
    for purpose in SIGNING:
        assert document[purpose] == [f"{did}#{id_}"]
        (key,) = keys_for(document, purpose)
        assert key.public == base58.b58decode(public) and key.controller == did
    (agreement,) = keys_for(document, "keyAgreement")
    assert agreement.id == f"{did}#{fragment}"
    assert agreement.public == base58.b58decode(derived)


@pytest.mark.parametrize("id_, public", X25519)
def test_x25519_serves_for_agreement_only(id_, public):
    document = RESOLVER.resolve(f"did:key:{id_}").document
    (key,) = keys_for(document, "keyAgreement")
    assert (key.kind, key.public) == (mk.X25519, base58.b58decode(public))
    assert all(keys_for(document, purpose) == [] for purpose in SIGNING)


@pytest.mark.parametrize("id_, jwk", P256)
def test_p256(id_, jwk):
    document = RESOLVER.resolve(f"did:key:{id_}").document
    (key,) = keys_for(document, "assertionMethod")
    assert mk.to_jwk(key.kind, key.public) == jwk
    assert mk.from_jwk(jwk) == (mk.P256, key.public)
    assert key_did(*mk.from_jwk(jwk)) == f"did:key:{id_}"
    assert document["keyAgreement"] == document["assertionMethod"]


def test_sm2_is_compressed_under_its_multicodec():
    text = mk.encode(mk.SM2, SM2_PUBLIC)
    raw = base58.b58decode(text[1:])
    # 0x1206 as a varint; y is odd
    assert raw == b"\x86\x24\x03" + SM2_PUBLIC[:32]
    assert mk.decode(text) == (mk.SM2, SM2_PUBLIC)
    (key,) = keys_for(RESOLVER.resolve(f"did:key:{text}").document, "authentication")
    assert key.public == SM2_PUBLIC


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.sampled_from(["intl", "sm"]))
def test_every_key_of_a_suite_comes_back(seed, name):
    kind, public = mk.OF_SUITE[name], suite(name).derive(seed).public
    assert mk.decode(mk.encode(kind, public)) == (kind, public)
    assert mk.from_jwk(mk.to_jwk(kind, public)) == (kind, public)


def test_ml_dsa_key_has_its_code():
    public = bytes(1_952)
    text = mk.encode(mk.ML_DSA_65, public)
    assert base58.b58decode(text[1:])[:2] == b"\x91\x24"
    assert RESOLVER.resolve(f"did:key:{text}").document["id"] == f"did:key:{text}"


GOOD = ED25519[0][0]


@pytest.mark.parametrize(
    "did, code",
    [
        (f"did:key:{GOOD[:-1]}", "invalidDid"),  # a digit too few
        (f"did:key:{GOOD[1:]}", "invalidDid"),  # no multibase prefix
        ("did:key:z0OIl", "invalidDid"),  # not base58
        (
            "did:key:z" + base58.b58encode(b"\x00\x01" + bytes(32)).decode(),
            "invalidDid",
        ),
        (
            "did:key:z" + base58.b58encode(b"\x80\x24\x02" + b"\xff" * 32).decode(),
            "invalidDid",
        ),
        (
            "did:key:z" + base58.b58encode(b"\x86\x24\x04" + SM2_PUBLIC[:32]).decode(),
            "invalidDid",
        ),
        ("did:key:z" + "1" * 8_000, "invalidDid"),
        ("did:key:", "invalidDid"),
        ("did:Key:abc", "invalidDid"),
        ("dad:key:abc", "invalidDid"),
        ("did:key:a b", "invalidDid"),
        ("did:key:a%2", "invalidDid"),
        ("", "invalidDid"),
        ("did:example:123", "methodNotSupported"),
        ("did:huabiao:x:hb1", "methodNotSupported"),  # this resolver has no chain
        ("did:web:example.com", "methodNotSupported"),  # nor does it fetch
    ],
)
def test_what_is_no_did_is_refused(did, code):
    with pytest.raises(DidFailed) as refused:
        RESOLVER.resolve(did)
    assert refused.value.code == code
    assert refused.value.result()["didDocument"] is None


def test_a_key_has_no_versions():
    with pytest.raises(DidFailed) as refused:
        RESOLVER.resolve(f"did:key:{GOOD}", version_id="1")
    assert refused.value.code == "featureNotSupported"


@pytest.mark.parametrize(
    "spoiled",
    [
        None,
        {"kty": "EC", "crv": "P-256", "x": "AA"},
        {**P256[0][1], "y": P256[1][1]["y"]},  # a point that is not on the curve
        {**P256[0][1], "x": "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2v!!!"},
        {**P256[0][1], "crv": "P-999"},
    ],
)
def test_a_jwk_that_is_none_is_refused(spoiled):
    with pytest.raises(DidFailed):
        mk.from_jwk(spoiled)


def test_did_urls_of_the_specification():
    """DID Core 1.0, section 3.2, examples 3 to 10."""
    url = parse_did_url("did:example:123/path?service=agent&relativeRef=/c#degree")
    assert (str(url.did), url.path, url.fragment) == (
        "did:example:123", "/path", "degree",
    )  # fmt: skip
    assert (url.option("service"), url.option("relativeRef")) == ("agent", "/c")
    versioned = parse_did_url("did:example:123?versionTime=2021-05-10T17:00:00Z")
    assert versioned.option("versionTime") == "2021-05-10T17:00:00Z"
    assert str(parse_did("did:example:a:b%3A1")) == "did:example:a:b%3A1"
    with pytest.raises(DidFailed) as refused:
        parse_did_url("did:example")
    assert refused.value.code == "invalidDidUrl"
