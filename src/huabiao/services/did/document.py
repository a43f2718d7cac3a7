"""
DID documents: how ours are written, and how the keys of anybody's are read.

A verification method is a Multikey (Controlled Identifiers 1.0, §2.2.2); read are also
JsonWebKey, JsonWebKey2020 and the older types with `publicKeyMultibase`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from huabiao.services.did import multikey
from huabiao.services.did.multikey import KeyKind
from huabiao.services.did.resolution import DidFailed

Json = dict[str, Any]

CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
SIGNING = (
    "authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation",
)  # fmt: skip
AGREEMENT = "keyAgreement"
MOST_METHODS, MOST_SERVICES = 200, 200


@dataclass(frozen=True)
class VerificationKey:
    """A key that a document names: its DID URL, its kind, its bytes in our own form."""

    id: str
    controller: str
    kind: KeyKind
    public: bytes


def signing_method(did: str, fragment: str, kind: KeyKind, public: bytes) -> Json:
    """A verification method as we write it."""
    return {
        "id": f"{did}#{fragment}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": multikey.encode(kind, public),
    }


def write_document(
    did: str, signing: Iterable[Json], agreement: Iterable[Json] = (),
    services: Iterable[Json] = (),
) -> Json:  # fmt: skip
    """A document in which the signing keys serve every purpose of a signature."""
    signing, agreement, services = list(signing), list(agreement), list(services)
    found: Json = {"@context": CONTEXT, "id": did}
    if signing or agreement:
        found["verificationMethod"] = [*signing, *agreement]
    if signing:
        found |= {purpose: [each["id"] for each in signing] for purpose in SIGNING}
    if agreement:
        found[AGREEMENT] = [each["id"] for each in agreement]
    if services:
        found["service"] = services
    return found


def keys_for(document: Json, purpose: str) -> list[VerificationKey]:
    """The keys of a purpose, such as "assertionMethod", in the document's order.

    Methods of kinds that are not known here are left out; DidFailed
    (invalidDidDocument) where the document is malformed.
    """
    listed = _list(document, purpose, MOST_METHODS)
    methods = {
        _absolute(document, each.get("id")): each
        for each in _list(document, "verificationMethod", MOST_METHODS)
        if isinstance(each, dict)
    }
    found = []
    for each in listed:
        named = (
            each if isinstance(each, dict) else methods.get(_absolute(document, each))
        )
        key = _read(document, named) if isinstance(named, dict) else None
        if key is not None:
            found.append(key)
    return found


def check_document(document: object, did: str) -> Json:
    """A document that came from elsewhere; DidFailed unless it is this DID's own."""
    if not isinstance(document, dict) or document.get("id") != did:
        raise DidFailed(
            "invalidDidDocument",
            f"取得的文档不是 {did[:200]} 的。 The document is not that of {did[:200]}.",
        )
    _list(document, "service", MOST_SERVICES)
    for purpose in (*SIGNING, AGREEMENT):
        keys_for(document, purpose)
    return document


def _read(document: Json, method: Json) -> VerificationKey | None:
    id_, controller = _absolute(document, method.get("id")), method.get("controller")
    if not id_ or not isinstance(controller, str):
        raise _malformed("verificationMethod")
    try:
        if isinstance(text := method.get("publicKeyMultibase"), str):
            kind, public = multikey.decode(text)
        elif (jwk := method.get("publicKeyJwk")) is not None:
            kind, public = multikey.from_jwk(jwk)
        else:
            return None
    except DidFailed:
        return None
    return VerificationKey(id_, controller, kind, public)


def _absolute(document: Json, reference: object) -> str:
    """A relative DID URL (#key-1) as an absolute one; DID Core §3.2.2."""
    if not isinstance(reference, str):
        return ""
    return f"{document['id']}{reference}" if reference.startswith("#") else reference


def _list(document: Json, name: str, most: int) -> list[Any]:
    found = document.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise _malformed(name)
    return found


def _malformed(name: str) -> DidFailed:
    return DidFailed(
        "invalidDidDocument",
        f"DID 文档的 {name} 有误。 The document's {name} is malformed.",
    )
