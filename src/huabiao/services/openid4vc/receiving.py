"""
A wallet receives a credential: OpenID4VCI 1.0, pre-authorized code flow.

1. The link is an offer, or says where one lies (§4.1).
2. The issuer's metadata must be the issuer's own, to the letter (§12.2.4).
3. Code and transaction code become a token (§6); a nonce comes from the issuer (§7).
4. The wallet proves its key to this issuer and gets the credential (§8).

What comes back has not been verified yet: that is the caller's next step.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from huabiao.services.credentials import NotVerified, Signer
from huabiao.services.credentials.strict_json import Object, parse_object
from huabiao.services.openid4vc.exchange import (
    Unanswered,
    check_url,
    get,
    object_of,
    post_form,
    post_json,
)
from huabiao.services.openid4vc.formats import FORMS
from huabiao.services.openid4vc.issuer import GRANT, METADATA, OAUTH_METADATA
from huabiao.services.openid4vc.key_proofs import prove_key

LONGEST_LINK = 16_000


@dataclass(frozen=True)
class Offer:
    """An offer as a link brought it; `pin`: a transaction code is needed."""

    issuer: str
    configuration: str
    code: str
    pin: bool
    server: str | None


def read_offer(link: str) -> Offer:
    """The offer behind a link; Unanswered where it is none that can be taken."""
    if len(link) > LONGEST_LINK:
        raise _useless("链接过长", "the link is too long")
    asked = parse_qs(urlsplit(link.strip()).query, max_num_fields=10)
    values, places = asked.get("credential_offer"), asked.get("credential_offer_uri")
    if bool(values) == bool(places) or len((values or []) + (places or [])) != 1:
        raise _useless("链接中须有一份要约", "the link must hold one offer")
    if places:
        found = object_of(get(places[0]))
    else:
        try:
            found = parse_object((values or [""])[0])
        except NotVerified as error:
            raise Unanswered(str(error)) from None
    return _offer(found)


def _offer(found: Object) -> Offer:
    issuer = check_url(found.get("credential_issuer"))
    parts = urlsplit(issuer)
    if parts.query or parts.fragment or parts.username:
        raise _useless("发证机构地址有误", "the issuer's address is malformed")
    names, grants = found.get("credential_configuration_ids"), found.get("grants")
    grant = grants.get(GRANT) if isinstance(grants, dict) else None
    if not isinstance(grant, dict):
        raise _useless("没有预授权码", "there is no pre-authorized code")
    code, server = grant.get("pre-authorized_code"), grant.get("authorization_server")
    if not isinstance(names, list) or not names or not isinstance(names[0], str):
        raise _useless("没有说明凭证", "no credential is named")
    if not isinstance(code, str) or not isinstance(server, str | None):
        raise _useless("预授权码有误", "the pre-authorized code is malformed")
    return Offer(issuer, names[0], code, "tx_code" in grant, server)


def well_known(identifier: str, place: str) -> str:
    """A well-known address: between host and path (§12.2.2, RFC 8414 §3.1)."""
    parts = urlsplit(identifier)
    return f"{parts.scheme}://{parts.netloc}{place}{parts.path.rstrip('/')}"


def receive(offer: Offer, holder: Signer, pin: str | None, now: int) -> tuple[str, str]:
    """The form and text of the credential, not verified; OAuthError, Unanswered."""
    metadata = _own(offer.issuer, METADATA, "credential_issuer")
    known = metadata.get("credential_configurations_supported")
    kind = known.get(offer.configuration) if isinstance(known, dict) else None
    if not isinstance(kind, dict) or kind.get("format") not in FORMS:
        raise _useless(
            "不支持此种凭证", "a credential of this format is not known here"
        )
    oauth = _own(_server(offer, metadata), OAUTH_METADATA, "issuer")
    form = {"grant_type": GRANT, "pre-authorized_code": offer.code}
    if pin is not None:
        form["tx_code"] = pin
    token = _text(
        object_of(post_form(oauth.get("token_endpoint"), form)), "access_token"
    )
    fresh = object_of(post_form(metadata.get("nonce_endpoint"), {}))
    proof = prove_key(holder, offer.issuer, _text(fresh, "c_nonce"), now)
    asked = {
        "credential_configuration_id": offer.configuration,
        "proofs": {"jwt": [proof]},
    }
    given = object_of(post_json(metadata.get("credential_endpoint"), asked, token))
    items = given.get("credentials")
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        raise _useless("应答中没有凭证", "the answer holds no credential")
    return FORMS[kind["format"]], _text(items[0], "credential")


def _server(offer: Offer, metadata: Object) -> str:
    """The authorization server: the issuer itself, or one of those that it names."""
    servers = metadata.get("authorization_servers", [offer.issuer])
    if not isinstance(servers, list) or not servers:
        raise _useless("授权服务器有误", "the authorization servers are malformed")
    chosen = servers[0] if offer.server is None else offer.server
    if chosen not in servers:
        raise _useless("授权服务器不是发证机构所列", "the issuer names another server")
    return check_url(chosen)


def _own(identifier: str, place: str, member: str) -> Object:
    """Metadata that names whom it was asked of."""
    found = object_of(get(well_known(identifier, place)))
    if found.get(member) != identifier:
        raise _useless("元数据属于另一机构", "the metadata is another issuer's")
    return found


def _text(found: Object, name: str) -> str:
    value: Any = found.get(name)
    if not isinstance(value, str) or not value:
        raise _useless(f"应答缺少 {name}", f"the answer has no {name}")
    return value


def _useless(zh: str, en: str) -> Unanswered:
    return Unanswered(f"{zh}。 {en[0].upper()}{en[1:]}.")
