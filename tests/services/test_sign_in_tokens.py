"""
ID tokens: one that holds, and each thing of it spoiled in turn.

What must hold: OpenID Connect Core 1.0 §3.1.3.7; RFC 8725 (JWT best current practice).
Tokens are signed by joserfc with keys that are made here.
"""

import hmac
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from huabiao.services.sign_in.providers import NotSignedIn, check_issuer, check_token
from huabiao.services.sign_in.ways import Provider

NOW, NONCE = 1_800_000_000, "n-0S6_WzA2Mj"
HERE = Provider("city", "市统一认证", "https://sso.city.example", "huabiao")
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
KEYS = {
    "RS256": RSA, "PS256": RSA,
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "okp"}),
}  # fmt: skip
PUBLIC = KeySet.import_key_set(
    {"keys": [KEYS[n].as_dict(private=False) for n in ("RS256", "ES256", "EdDSA")]}
)
CLAIMS = {
    "iss": HERE.issuer, "aud": HERE.client_id, "sub": "248289761001",
    "nonce": NONCE, "iat": NOW - 5, "exp": NOW + 300,
}  # fmt: skip


def token(algorithm: str = "RS256", key: Any = None, **changes: Any) -> str:
    claims = {k: v for k, v in (CLAIMS | changes).items() if v is not None}
    signer = key or KEYS[algorithm]
    header = {"alg": algorithm, "kid": signer.kid}
    return jwt.encode(header, claims, signer, algorithms=[algorithm])


def check(text: str) -> str:
    return check_token(text, PUBLIC, HERE, NONCE, NOW)


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_a_token_that_holds_gives_its_subject(algorithm):
    assert check(token(algorithm)) == CLAIMS["sub"]
    assert check(token(algorithm, aud=[HERE.client_id])) == CLAIMS["sub"]
    both = token(algorithm, aud=[HERE.client_id, "x"], azp=HERE.client_id)
    assert check(both) == CLAIMS["sub"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://sso.city.example/"}, {"iss": "https://evil.example"},
        {"iss": None}, {"aud": "another"}, {"aud": ["another"]}, {"aud": None},
        {"aud": [HERE.client_id, "another"]}, {"azp": "another"},
        {"exp": NOW - 61}, {"exp": None}, {"exp": "soon"}, {"iat": NOW + 3_600},
        {"iat": None}, {"nbf": NOW + 3_600}, {"nonce": "another"}, {"nonce": None},
        {"nonce": 7}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256},
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_that_does_not_hold_signs_nobody_in(changes):
    with pytest.raises(NotSignedIn):
        check(token(**changes))


def unsigned(header: str) -> str:
    body = token().split(".")[1]
    return f"{urlsafe_b64encode(header.encode()).rstrip(b'=').decode()}.{body}."


def with_mac(secret: bytes) -> str:
    """HS256 under what is no secret, or none of the provider's."""
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa"}').rstrip(b"=").decode()
    signed = f"{head}.{token().split('.')[1]}"
    tag = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(tag).rstrip(b'=').decode()}"


def hostile() -> dict[str, str]:
    """Tokens that no key of the provider has signed."""
    stranger = RSAKey.generate_key(2048, {"kid": "rsa"})
    good = token()
    head, body, signature = good.split(".")
    other = token(sub="somebody else").split(".")[1]
    return {
        "alg none": unsigned('{"alg":"none"}'),
        "alg None": unsigned('{"alg":"None"}'),
        "no alg": unsigned('{"typ":"JWT"}'),
        "a public key as a MAC's": with_mac(RSA.as_pem(private=False)),
        "the client's secret as a MAC's": with_mac(b"s" * 32),
        "another's key": token(key=stranger),
        "its key brought along": jwt.encode(
            {"alg": "RS256", "jwk": stranger.as_dict(private=False)}, CLAIMS, stranger
        ),
        "another body": f"{head}.{other}.{signature}",
        "no signature": f"{head}.{body}.",
        "too large": good + "A" * 70_000,
        "no token": "nonsense",
        "an encrypted one": "e30.e30.e30.e30.e30",
        "nothing": "",
    }


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(name):
    with pytest.raises(NotSignedIn):
        check(HOSTILE[name])


def test_the_issuer_beside_the_code_is_the_providers():
    """RFC 9207 §2.4: where it is promised it must be there, and must always fit."""
    promised = {"authorization_response_iss_parameter_supported": True}
    check_issuer(HERE, {}, None)
    check_issuer(HERE, {}, HERE.issuer)
    check_issuer(HERE, promised, HERE.issuer)
    for metadata, issuer in (
        (promised, None), (promised, ""), (promised, "https://evil.example"),
        ({}, "https://evil.example"), ({}, ""),
    ):  # fmt: skip
        with pytest.raises(NotSignedIn):
            check_issuer(HERE, metadata, issuer)
