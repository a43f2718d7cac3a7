"""
Request objects: what a verifier asks, signed, and what a wallet demands of it.

    header    typ oauth-authz-req+jwt, kid: a key of the verifier's DID
    payload   client_id decentralized_identifier:DID, response_type vp_token,
              response_mode direct_post, response_uri, nonce, state, dcql_query,
              aud https://self-issued.me/v2, wallet_nonce if one was sent, iat, exp

OpenID4VP 1.0 §5 (parameters), §5.8 (aud), §5.9.3 (the prefix), §5.10 (wallet_nonce),
§8.2 (direct_post); RFC 9101. Others may ask for direct_post.jwt (§8.3), and `iss` is
ignored (§5). The prefix redirect_uri is refused: its requests cannot be signed, and a
holder is to know who asks.
"""

import re
from dataclasses import dataclass
from typing import Any

from huabiao.services.credentials import NotVerified, Signer, jws
from huabiao.services.credentials.algorithms import Resolve
from huabiao.services.credentials.strict_json import Object
from huabiao.services.openid4vc.dcql import Query, read_query
from huabiao.services.openid4vc.encrypting import ENCRYPTED, Recipient, choose_key
from huabiao.services.openid4vc.formats import OPENID_NAMES
from huabiao.services.openid4vc.oauth import OAuthError

TYPE, PREFIX = "oauth-authz-req+jwt", "decentralized_identifier:"
ANY_WALLET, SKEW_S, PLAIN = "https://self-issued.me/v2", 60, "direct_post"
_URL_SAFE = re.compile(r"[A-Za-z0-9._~-]{16,500}")


@dataclass(frozen=True)
class Request:
    """A request that its verifier signed; `client_id` is the audience of the answer."""

    client_id: str
    verifier: str
    response_uri: str
    nonce: str
    state: str | None
    query: Query
    purpose: str | None
    recipient: Recipient | None = None
    """The key that the answer is to be sealed for, where the verifier demands it."""


def client_id_of(did: str) -> str:
    """A verifier's client identifier."""
    return PREFIX + did


def sign_request(
    verifier: Signer, response_uri: str, query: Object, nonce: str, state: str,
    now: int, until: int, wallet_nonce: str | None = None, purpose: str | None = None,
) -> str:  # fmt: skip
    """A request object; times in UTC milliseconds."""
    algorithms = [verifier.key.algorithm]
    formats: dict[str, Any] = {
        "dc+sd-jwt": {
            "sd-jwt_alg_values": algorithms,
            "kb-jwt_alg_values": algorithms,
        },
        "vc+jwt": {"alg_values": algorithms},
    }
    payload: Object = {
        "aud": ANY_WALLET,
        "client_id": client_id_of(verifier.did),
        "response_type": "vp_token",
        "response_mode": PLAIN,
        "response_uri": response_uri,
        "nonce": nonce,
        "state": state,
        "dcql_query": query,
        "client_metadata": {"vp_formats_supported": formats},
        "iat": now // 1000,
        "exp": until // 1000,
    }
    if wallet_nonce is not None:
        payload["wallet_nonce"] = wallet_nonce
    if purpose:
        payload["client_metadata"]["purpose"] = purpose
    return jws.sign({"typ": TYPE}, payload, verifier)


def open_request(
    token: str, client_id: str, resolve: Resolve, now: int,
    wallet_nonce: str | None = None,
) -> Object:  # fmt: skip
    """The parameters, once the verifier that the link names has signed them;
    NotVerified where not: then nobody is to be answered, not even with an error."""
    if not client_id.startswith(PREFIX):
        raise NotVerified(
            "client_id",
            "核验方身份须为 decentralized_identifier",
            "the verifier must be named by decentralized_identifier",
        )
    header = jws.read_header(token, (TYPE,))
    method = jws.method_of(header, client_id[len(PREFIX) :])
    found = jws.check(token, header, resolve(method, "authentication"))
    if found.get("client_id") != client_id:
        raise NotVerified(
            "client_id", "请求与链接的核验方不同", "the link names another verifier"
        )
    if wallet_nonce is not None and found.get("wallet_nonce") != wallet_nonce:
        raise NotVerified(
            "nonce.unknown", "请求不是为本钱包所签", "the request is a replayed one"
        )
    end = found.get("exp")
    if end is not None and (type(end) is not int or end + SKEW_S <= now // 1000):
        raise NotVerified("expired", "请求已过期", "the request is over")
    return found


def read_request(found: Object) -> Request:
    """What is asked; OAuthError, to be sent to the response_uri, as §8.5 names them."""
    if "transaction_data" in found:
        raise OAuthError("invalid_transaction_data", "transaction_data is not taken")
    for name, wanted in (
        ("response_type", "vp_token"), ("aud", ANY_WALLET),
    ):  # fmt: skip
        if found.get(name) != wanted:
            raise OAuthError("invalid_request", f"{name} must be {wanted}")
    if found.get("response_mode") not in (PLAIN, ENCRYPTED):
        raise OAuthError("invalid_request", f"response_mode: {PLAIN} or {ENCRYPTED}")
    if "redirect_uri" in found or "scope" in found:
        raise OAuthError("invalid_request", "redirect_uri and scope have no place here")
    nonce, state = found.get("nonce"), found.get("state")
    if not isinstance(nonce, str) or not _URL_SAFE.fullmatch(nonce):
        raise OAuthError(
            "invalid_request", "nonce must be a URL-safe text of 16 or more"
        )
    if state is not None and (
        not isinstance(state, str) or not _URL_SAFE.fullmatch(state)
    ):
        raise OAuthError("invalid_request", "state must be URL safe")
    query = read_query(found.get("dcql_query"))
    if not any(
        each.format in OPENID_NAMES.values() for each in query.credentials.values()
    ):
        raise OAuthError("vp_formats_not_supported", "No format is known here")
    metadata = found.get("client_metadata")
    purpose = metadata.get("purpose") if isinstance(metadata, dict) else None
    client_id = str(found["client_id"])
    sealed = found["response_mode"] == ENCRYPTED
    return Request(
        client_id, client_id[len(PREFIX) :], str(found.get("response_uri")), nonce,
        state, query, purpose[:200] if isinstance(purpose, str) else None,
        choose_key(metadata) if sealed else None,
    )  # fmt: skip
