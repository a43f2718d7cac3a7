"""
did:key: the identifier is the key itself, in multibase.

A key for signatures serves every purpose of one. An Ed25519 key brings the X25519 key
for agreement that it maps to; one of P-256 may serve for agreement itself.
Source: https://w3c-ccg.github.io/did-key-spec/ §3.1.
"""

from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
from nacl.exceptions import CryptoError

from huabiao.services.did import multikey
from huabiao.services.did.document import signing_method, write_document
from huabiao.services.did.multikey import ED25519, P256, X25519, KeyKind
from huabiao.services.did.resolution import DidFailed, Resolution
from huabiao.services.did.syntax import Did

METHOD = "key"


def key_did(kind: KeyKind, public: bytes) -> str:
    """The did:key of a public key in our own form."""
    return f"did:{METHOD}:{multikey.encode(kind, public)}"


def resolve_key(did: Did) -> Resolution:
    """The document of a did:key; DidFailed (invalidDid)."""
    kind, public = multikey.decode(did.id)
    written = str(did)
    own = signing_method(written, did.id, kind, public)
    if kind is X25519:
        return Resolution(write_document(written, [], [own]))
    agreement = []
    if kind is ED25519:
        derived = _curve25519(public)
        fragment = multikey.encode(X25519, derived)
        agreement = [signing_method(written, fragment, X25519, derived)]
    document = write_document(written, [own], agreement)
    if kind is P256:
        document["keyAgreement"] = [own["id"]]
    return Resolution(document)


def _curve25519(public: bytes) -> bytes:
    try:
        return crypto_sign_ed25519_pk_to_curve25519(public)
    except (CryptoError, RuntimeError):
        raise DidFailed(
            "invalidDid",
            "不是 Ed25519 公钥：不在曲线上。 It is no point of Ed25519.",
        ) from None
