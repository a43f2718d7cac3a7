"""
What the credential commands ask a city over HTTP: DIDs, lists, schemas, standing.
"""

import json
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from huabiao.client.remote import Answered
from huabiao.codec import Instant
from huabiao.crypto.address import parse
from huabiao.crypto.keys import Keys
from huabiao.doors.cli.settings import Failed, Settings
from huabiao.services.credentials import (
    Credential,
    NotVerified,
    Policy,
    draft_credential,
    issue,
    json_proof,
    sd_jwt_vc,
    vc_jwt,
)
from huabiao.services.credentials.algorithms import VerificationKey
from huabiao.services.credentials.chain import (
    SCHEMA_PATH,
    schema_url,
    standing_now,
    status_url,
)
from huabiao.services.credentials.dids import ALGORITHM_OF, chain_signer, resolve_with
from huabiao.services.credentials.open_badges import as_badge, is_badge
from huabiao.services.credentials.register import Register
from huabiao.services.credentials.status_list import entry_of, published_status
from huabiao.services.credentials.strict_json import Object, parse_object
from huabiao.services.did import DidFailed, keys_for
from huabiao.services.did import VerificationKey as DidKey
from huabiao.services.did.chain_method import chain_did


def now_ms() -> int:
    return int(time.time() * 1000)


def did_keys(settings: Settings, did: str, purpose: str) -> list[DidKey]:
    """The keys of a DID for a purpose, as the city resolves it; DidFailed."""
    try:
        path = f"/api/1.0/identifiers/{quote(did, safe=':')}"
        found = settings.city.get(path)
    except Answered as error:
        raise DidFailed("notFound", f"{did:.200} 无法解析。 {error}") from None
    document = found.get("didDocument") if isinstance(found, dict) else None
    return keys_for(document or {"id": did}, purpose)


def publish_key(settings: Settings, keys: Keys) -> None:
    """Let an identity have a DID that resolves, if it has none yet."""
    if not _resolves(settings, chain_did(settings.city.chain, keys.account)):
        written = {"public": keys.public.hex()}
        outcome = settings.city.call(keys, "identity", "publish_key", "", written)
        if not outcome.accepted:
            raise Failed(f"{outcome.sentence} [{outcome.code}]")


def _resolves(settings: Settings, did: str) -> bool:
    try:
        return bool(did_keys(settings, did, "assertionMethod"))
    except DidFailed:
        return False


def as_did(settings: Settings, written: str) -> str:
    """A DID, or the DID of an account of this chain."""
    if written.startswith("did:"):
        return written
    return chain_did(settings.city.chain, parse(settings.account(written)))


def register_of(settings: Settings, identity: str) -> Register:
    """The register of an issuer of this home."""
    return Register(settings.home / "issued" / f"{Path(identity).name}.sqlite")


@dataclass(frozen=True)
class Issue:
    """What is to be issued; `lasts` in milliseconds."""

    name: str
    subject: str
    claims: Object
    lasts: int
    form: str
    schema: int | None
    always: tuple[str, ...]
    key: VerificationKey | None = None
    """The holder's key, where the holder proved it; None: the first of the DID."""


def issue_credential(
    settings: Settings, keys: Keys, wanted: Issue
) -> tuple[str | Object, Object]:
    """The credential, and where it stands: list, index, holder."""
    city, now = settings.city, now_ms()
    entry = city.get(f"/api/credentials/lists/{quote(wanted.name, safe='')}")
    holder = as_did(settings, wanted.subject)
    until, kind = now + wanted.lasts, entry["type"]
    register = register_of(settings, keys.name)
    try:
        index = register.take(wanted.name, entry["length"], holder, kind, now, until)
        try:
            place = entry_of(
                status_url(settings.url, wanted.name), index, entry["purpose"]
            )
            secured = _signed(settings, keys, wanted, holder, place, kind, now)
        except BaseException:
            register.give_back(wanted.name, index)
            raise
    finally:
        register.close()
    return secured, {"list": wanted.name, "index": index, "holder": holder}


def _signed(
    settings: Settings, keys: Keys, wanted: Issue, holder: str, place: Object,
    kind: str, now: int,
) -> str | Object:  # fmt: skip
    """The credential itself, checked against its schema and signed."""
    url = None
    if wanted.schema is not None:
        url = schema_url(settings.url, kind, wanted.schema)
    signer = chain_signer(keys, settings.city.chain)
    secret = wanted.form == sd_jwt_vc.FORMAT
    document = draft_credential(
        signer.did, kind, {"id": holder, **wanted.claims}, valid_from=now,
        valid_until=now + wanted.lasts, schema=url,
        status=[place],
    )  # fmt: skip
    if is_badge(document["type"]):
        document = as_badge(document)
    hidden = [f"/{name}" for name in wanted.claims if name not in wanted.always]
    return issue(
        document, wanted.form, signer, now,
        holder=(wanted.key or _holder_key(settings, holder)) if secret else None,
        disclosable=hidden if secret else (),
        schema=schema_text(settings, url) if url else None,
    )  # fmt: skip


def _holder_key(settings: Settings, holder: str) -> VerificationKey:
    for key in did_keys(settings, holder, "authentication"):
        if key.kind.name in ALGORITHM_OF:
            return VerificationKey(ALGORITHM_OF[key.kind.name], key.public)
    raise Failed(f"{holder} 没有可用的密钥。 The holder's DID has no key for this.")


def present_credentials(
    settings: Settings, keys: Keys, texts: list[str], audience: str, nonce: str,
    pointers: list[str],
) -> str:  # fmt: skip
    """A presentation of credentials of one form."""
    signer, now = chain_signer(keys, settings.city.chain), now_ms()
    texts = [text.strip() for text in texts]
    if "~" in texts[0]:
        if len(texts) > 1:
            raise Failed("SD-JWT 一次出示一份。 Present one SD-JWT at a time.")
        return sd_jwt_vc.present(texts[0], pointers, signer, audience, nonce, now)
    if texts[0].startswith("{"):
        documents = [parse_object(text) for text in texts]
        return json.dumps(json_proof.present(documents, signer, audience, nonce, now))
    return vc_jwt.present(texts, signer, audience, nonce, now)


def schema_text(settings: Settings, url: str) -> str:
    """A schema of this city, by its address."""
    _, found, name = url.partition(SCHEMA_PATH)
    if not found or ".." in name or "?" in name:
        raise NotVerified(
            "schema.unknown", f"地址不是模式：{url:.80}", f"{url:.80} is no schema"
        )
    try:
        return settings.city.octets(SCHEMA_PATH + name).decode()
    except Answered:
        raise NotVerified(
            "schema.unknown", "链上没有此模式", "the chain has no such schema"
        ) from None


def policy_of(settings: Settings, types: tuple[str, ...]) -> Policy:
    """Trust this city: its chain for issuers and schemas, its node for lists."""
    city, publisher = settings.city, settings.city.get("/api/credentials")["publisher"]
    resolve = resolve_with(cache(lambda did, use: did_keys(settings, did, use)))

    def accredited(issuer: str, credential_type: str) -> tuple[str, str]:
        try:
            told = city.get(
                "/api/credentials/standing", issuer=issuer, type=credential_type
            )
        except Answered as error:
            return error.code, str(error)
        return standing_now(told, now_ms())

    def fetch(url: str) -> Object:
        if not url.startswith(settings.url + "/"):
            raise NotVerified(
                "status.unreachable",
                f"状态列表在别处（{url:.100}），请用 --url 指明那座城市",
                f"the status list is at {url:.100}: name that city with --url",
            )
        try:
            return parse_object(city.octets(url[len(settings.url) :]))
        except Answered as error:
            raise NotVerified(
                "status.unreachable", "取不到状态列表", f"no status list: {error.code}"
            ) from None

    status = published_status(fetch, resolve, [publisher], now_ms)
    texts = cache(lambda url: schema_text(settings, url))
    return Policy(resolve, accredited, status, now_ms, texts, types)


def told_of(credential: Credential) -> dict[str, Any]:
    """A verified credential as a person reads it."""
    until = credential.valid_until
    return {
        "type": credential.type,
        "issuer": credential.issuer,
        "holder": credential.subject,
        "claims": credential.claims,
        "valid_until": until and Instant.show(until),
        "form": credential.format,
    }
