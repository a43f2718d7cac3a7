"""
OpenID Connect: people of a provider's sign in by the authorization code flow.

1. `metadata_of`   what the provider says of itself (OpenID Connect Discovery 1.0 §4)
2. `request_url`   where the browser goes: code, PKCE S256, state, nonce
3. `redeem`        the code for an ID token, at the token endpoint (RFC 6749 §4.1.3)
4. `check_token`   who it is, once all of OpenID Connect Core 1.0 §3.1.3.7 holds

Only signatures by a provider's public key are taken: neither "none" nor a MAC, so a
client's secret or a public key used as one proves nothing (RFC 8725 §3.1). The issuer
that comes back beside the code must be the provider's (RFC 9207). Nothing of the token
is kept but the tag of its subject.
"""

import hmac
import time
from base64 import b64encode
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from huabiao.services import outgoing
from huabiao.services.credentials import NotVerified
from huabiao.services.credentials.strict_json import Object, parse_object
from huabiao.services.openid4vc.exchange import FORM, JSON, Unanswered, check_url
from huabiao.services.sign_in.flows import Flow
from huabiao.services.sign_in.ways import Provider

PLACE = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
              "ES512", "EdDSA", "Ed25519"]  # fmt: skip
LONGEST_TOKEN, LONGEST_SUBJECT, LONGEST_CODE, SKEW_S = 65_536, 255, 4_096, 60
MOST_KEYS = 100


class NotSignedIn(Exception):
    """A provider's answer signs nobody in; the sentence says why, and names nobody."""


def metadata_of(provider: Provider) -> Object:
    """The provider's endpoints, as it tells them now; NotSignedIn."""
    found = _object(_ask("GET", provider.issuer.rstrip("/") + PLACE, {}))
    if found.get("issuer") != provider.issuer:
        raise _refused("提供方自称另一签发者", "the provider names another issuer")
    return found


def request_url(provider: Provider, metadata: Object, flow: Flow, back: str) -> str:
    """Where the browser is sent (OpenID Connect Core 1.0 §3.1.2.1)."""
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": flow.challenge,
        "code_challenge_method": "S256",
    }
    there = _endpoint(metadata, "authorization_endpoint")
    return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"


def check_issuer(provider: Provider, metadata: Object, issuer: str | None) -> None:
    """The issuer beside the code is the one that was asked (RFC 9207 §2.4)."""
    promised = metadata.get("authorization_response_iss_parameter_supported") is True
    if issuer != provider.issuer and (promised or issuer is not None):
        raise _refused("应答来自另一签发者", "another issuer answered")


def redeem(
    provider: Provider, metadata: Object, secret: str, code: str, flow: Flow, back: str
) -> str:
    """The ID token for a code; NotSignedIn where the provider gives none."""
    if not 0 < len(code) <= LONGEST_CODE:
        raise _refused("应答中没有授权码", "the answer holds no code")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": flow.verifier,
    }
    headers = {"content-type": FORM, "accept": JSON}
    known = metadata.get("token_endpoint_auth_methods_supported")
    if not secret:
        form["client_id"] = provider.client_id
    elif isinstance(known, list) and "client_secret_basic" not in known:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    else:
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    there = _endpoint(metadata, "token_endpoint")
    token = _object(_ask("POST", there, headers, urlencode(form).encode()))
    found = token.get("id_token")
    if not isinstance(found, str):
        raise _refused("应答中没有 id_token", "the answer holds no id_token")
    return found


def keys_of(metadata: Object) -> KeySet:
    """The keys that the provider signs with, as they are now."""
    found = _object(_ask("GET", _endpoint(metadata, "jwks_uri"), {"accept": JSON}))
    keys = found.get("keys")
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise _refused("提供方的密钥有误", "the provider's keys are malformed")
    # Keys of other kinds than ours may stand there too; a MAC's key has no place.
    fit = [key for key in keys if isinstance(key, dict) and key.get("kty") != "oct"]
    try:
        return KeySet.import_key_set({"keys": fit})
    except (JoseError, ValueError, KeyError, TypeError):
        raise _refused(
            "提供方的密钥有误", "the provider's keys are malformed"
        ) from None


def check_token(
    token: str, keys: KeySet, provider: Provider, nonce: str, now: float | None = None
) -> str:
    """The subject of an ID token; NotSignedIn where anything of it does not hold."""
    if len(token) > LONGEST_TOKEN:
        raise _refused("令牌过大", "the token is too large")
    must: dict[str, Any] = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    at = int(time.time() if now is None else now)
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(now=at, leeway=SKEW_S, **must).validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        name = f"{type(error).__name__} {getattr(error, 'claim', '')}".strip()
        raise _refused(
            f"令牌不成立（{name}）", f"the token does not hold ({name})"
        ) from None
    _check_party(claims, provider)
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode(), nonce.encode()
    ):
        raise _refused("令牌不是为此次登录所发", "the token is for another sign-in")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise _refused("令牌的主体有误", "the token's subject is malformed")
    return subject


def _check_party(claims: Object, provider: Provider) -> None:
    """Tokens for several parties name the one that asked (§3.1.3.7, 3 to 5)."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if (several or party is not None) and party != provider.client_id:
        raise _refused("令牌是给另一应用的", "the token is for another client")


def _endpoint(metadata: Object, name: str) -> str:
    try:
        return check_url(metadata.get(name))
    except Unanswered:
        raise _refused(
            f"提供方的 {name} 不可用", f"its {name} cannot be used"
        ) from None


def _ask(
    method: str, url: str, headers: dict[str, str], body: bytes = b""
) -> outgoing.Answer:
    """An answer with status 200, from where the operator's provider says."""
    try:
        answer = outgoing.ask(method, check_url(url), headers, body, outgoing.ANYWHERE)
    except (httpx.HTTPError, TimeoutError, ValueError, Unanswered) as error:
        name = type(error).__name__
        raise _refused(
            f"提供方没有应答（{name}）", f"the provider does not answer ({name})"
        ) from None
    if answer.status != 200:
        raise _refused(
            f"提供方应答 {answer.status}", f"the provider answered {answer.status}"
        )
    return answer


def _object(answer: outgoing.Answer) -> Object:
    try:
        return parse_object(answer.body)
    except NotVerified:
        raise _refused(
            "提供方的应答有误", "the provider's answer is malformed"
        ) from None


def _refused(zh: str, en: str) -> NotSignedIn:
    return NotSignedIn(
        f"未能登录：{zh}。请重新登录，或联系管理员。"
        f" You are not signed in: {en}. Sign in again, or ask your administrator."
    )
