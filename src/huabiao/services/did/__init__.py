"""
Decentralised identifiers: a DID in, its keys and services out.

Nothing here needs a ledger: our own method reads through a function that is given. In
reading order:

- `syntax`       what a DID and a DID URL are
- `multikey`     public keys as multibase texts and JSON Web Keys
- `document`     DID documents, and the keys in them
- `resolution`   what a resolution gives, and how it fails
- `key_method`   did:key, the key itself
- `web_method`   did:web, fetched over HTTPS from public addresses only
- `chain_method` did:huabiao, from a chain's state at a height
- `resolver`     one resolver over the three
- `city_reader`  a city's chain, as `chain_method` reads it

Sources: W3C DID Core 1.0 (2022-07-19), W3C DID Resolution 1.0 (CRD 2026-07-23), did:key
and did:web of the W3C Credentials Community Group, W3C Controlled Identifiers 1.0.
"""

from huabiao.services.did.document import VerificationKey, keys_for
from huabiao.services.did.resolution import DidFailed, Resolution
from huabiao.services.did.resolver import Resolver
from huabiao.services.did.syntax import Did, DidUrl, parse_did, parse_did_url

__all__ = [
    "Did",
    "DidFailed",
    "DidUrl",
    "Resolution",
    "Resolver",
    "VerificationKey",
    "keys_for",
    "parse_did",
    "parse_did_url",
]
