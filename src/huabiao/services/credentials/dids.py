"""
DIDs and the keys of credentials: who signs, and which key a DID URL names.
"""

from collections.abc import Callable

from huabiao.crypto.keys import Keys
from huabiao.services.credentials.algorithms import (
    Resolve,
    Signer,
    VerificationKey,
    key_of,
)
from huabiao.services.credentials.chain import AccountOf
from huabiao.services.credentials.refusals import NotVerified
from huabiao.services.did import DidFailed, multikey, parse_did
from huabiao.services.did import VerificationKey as DidKey
from huabiao.services.did.chain_method import account_in, chain_did
from huabiao.services.did.key_method import key_did

ALGORITHM_OF = {
    "Ed25519": "EdDSA", "P-256": "ES256", "SM2": "SM2-SM3", "ML-DSA-65": "ML-DSA-65",
}  # fmt: skip
LONGEST_URL = 2_048


def resolve_with(keys: Callable[[str, str], list[DidKey]]) -> Resolve:
    """`keys` gives the keys of a DID for a purpose, or raises DidFailed."""

    def resolve(method: str, purpose: str) -> VerificationKey:
        did = method.partition("#")[0]
        try:
            known = keys(did, purpose) if len(method) <= LONGEST_URL else []
        except DidFailed as failed:
            zh, _, en = failed.sentence.partition("。 ")
            raise NotVerified("key.unknown", zh, en.rstrip(".")) from None
        for key in known:
            if key.id == method and key.kind.name in ALGORITHM_OF:
                return VerificationKey(ALGORITHM_OF[key.kind.name], key.public)
        raise NotVerified(
            "key.unknown",
            f"DID 中没有可用于此的密钥 {method:.200}",
            f"the DID has no key for this under {method:.200}",
        )

    return resolve


def account_with(chain: str) -> AccountOf:
    """The account that a DID of this chain names."""

    def account_of(did: str) -> bytes:
        try:
            return account_in(parse_did(did), chain)
        except DidFailed:
            raise NotVerified(
                "issuer.unknown",
                f"发证机构 {did:.200} 不是本链的账户",
                f"the issuer {did:.200} is no account of this chain",
            ) from None

    return account_of


def chain_signer(keys: Keys, chain: str, account: bytes | None = None) -> Signer:
    """An identity of the chain as a signer; `account`, where a later key signs."""
    did = chain_did(chain, account or keys.account)
    key = key_of(keys.suite.name, keys.public)
    return Signer(did, f"{did}#{keys.account.hex()}", key, keys.sign)


def key_signer(keys: Keys) -> Signer:
    """A key as a signer that needs no chain: did:key."""
    kind = multikey.OF_SUITE[keys.suite.name]
    did = key_did(kind, keys.public)
    method = f"{did}#{did.rpartition(':')[2]}"
    return Signer(did, method, key_of(keys.suite.name, keys.public), keys.sign)
