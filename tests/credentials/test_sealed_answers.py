"""
Answers that are sealed for a verifier, opened by jwcrypto, which did not seal them.

Rules: OpenID4VP 1.0 §8.3; the key agreement of RFC 7518 §4.6 and RFC 8037 §3.2.
"""

import json

import pytest
from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from huabiao.services.openid4vc import OAuthError
from huabiao.services.openid4vc.encrypting import choose_key, seal

ANSWER = {"vp_token": {"licence": ["a.b.c~王医生~"]}, "state": "s" * 22}
BOTH = ["A128GCM", "A256GCM"]
ABOUT = {"use": "enc", "alg": "ECDH-ES", "kid": "one"}
KEYS = {
    "P-256": JWK.generate(kty="EC", crv="P-256"),
    "X25519": JWK.generate(kty="OKP", crv="X25519"),
}


def public(curve, **changes) -> dict:
    return KEYS[curve].export_public(as_dict=True) | ABOUT | changes


def metadata(*keys, content=BOTH) -> dict:
    found = {"jwks": {"keys": list(keys)}}
    if content is not None:
        found["encrypted_response_enc_values_supported"] = content
    return found


@pytest.mark.parametrize("curve", KEYS)
def test_the_verifier_opens_it_and_nobody_else(curve):
    sealed = seal(ANSWER, choose_key(metadata(public(curve))))
    opened = JWE()
    opened.deserialize(sealed, KEYS[curve])
    assert json.loads(opened.payload) == ANSWER
    header = json.loads(opened.objects["protected"])
    assert {name: header[name] for name in ("alg", "enc", "kid")} == {
        "alg": "ECDH-ES", "enc": "A256GCM", "kid": "one",
    }  # fmt: skip
    assert sealed != seal(ANSWER, choose_key(metadata(public(curve))))
    with pytest.raises(JWException, match="InvalidTag"):
        JWE().deserialize(sealed, JWK.generate(kty=public(curve)["kty"], crv=curve))


def test_the_first_key_that_can_be_used_is_used():
    found = choose_key(
        metadata(
            7, {"kty": "RSA"}, public("P-256", use="sig"), public("P-256", alg="dir"),
            public("P-256", kid="two"), public("X25519"), content=None,
        )
    )  # fmt: skip
    assert found.header == {"alg": "ECDH-ES", "enc": "A128GCM", "kid": "two"}


@pytest.mark.parametrize(
    "told",
    [
        None, {}, [], {"jwks": []}, {"jwks": {"keys": {}}}, metadata(),
        metadata(public("P-256"), content=["A128CBC-HS256"]),
        metadata(public("P-256"), content=[]),
        metadata(public("P-256"), content="A128GCM"),
        metadata(public("P-256", alg=None)), metadata(public("P-256", use="sig")),
        metadata(public("P-256", crv="secp256k1")), metadata(public("P-256", crv=[])),
        metadata(public("P-256", kty="OKP")), metadata(public("P-256", x="AAAA")),
        metadata(public("P-256", y=public("X25519")["x"])),  # not on the curve
        metadata(public("X25519", x="AAAA")), metadata(public("X25519", x=7)),
        metadata(public("P-256", kid=7)), metadata(public("P-256", kid="x" * 500)),
        metadata(public("P-256", d="AAAA")), metadata(*[{}] * 20, public("P-256")),
    ],
)  # fmt: skip
def test_without_a_key_nothing_is_sent_in_clear(told):
    with pytest.raises(OAuthError) as error:
        choose_key(told)
    assert error.value.code == "invalid_request"
