"""
Data Integrity proofs over JSON (W3C VC Data Integrity 1.0), canonical by RFC 8785.

    eddsa-jcs-2022          Ed25519 and SHA-256; W3C vc-di-eddsa 1.0 §3.3
    huabiao-sm2-jcs-2026    the same steps with SM2 and SM3
    huabiao-mldsa65-jcs-2026    the same steps with ML-DSA-65 and SHA-256

The last two are private and told in docs/formats/credential.md. A proof value is base58
as in the first; that of ML-DSA-65 has 3,309 bytes, which base58 takes 12 ms of CPU for,
so it is base64url as in W3C's draft of quantum-resistant suites.

The proof covers its own options too: hash(options) ‖ hash(document) is what is signed.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

import rfc8785

from huabiao.crypto import suite
from huabiao.services.credentials import multibase
from huabiao.services.credentials.algorithms import Resolve, Signer, verify
from huabiao.services.credentials.document import read_instant, show_instant
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import Object

Digest = Callable[[bytes], bytes]


def _sha256(message: bytes) -> bytes:
    return sha256(message).digest()


def _sm3(message: bytes) -> bytes:
    return suite("sm").digest(message)


class Cryptosuite(NamedTuple):
    """What a cryptosuite signs with, hashes with, and writes its value as."""

    algorithm: str
    digest: Digest
    write: Callable[[bytes], str] = multibase.to_base58
    read: Callable[[Any, str], bytes] = multibase.from_base58


SUITES = {
    "eddsa-jcs-2022": Cryptosuite("EdDSA", _sha256),
    "huabiao-sm2-jcs-2026": Cryptosuite("SM2-SM3", _sm3),
    "huabiao-mldsa65-jcs-2026": Cryptosuite(
        "ML-DSA-65", _sha256, multibase.to_base64, multibase.from_base64
    ),
}


def add_proof(
    document: Object, signer: Signer, purpose: str, now: int, **options: str
) -> Object:
    """The document with a proof; options are domain, challenge, expires."""
    suites = [n for n, s in SUITES.items() if s.algorithm == signer.key.algorithm]
    proof: Object = {
        "type": "DataIntegrityProof",
        "cryptosuite": suites[0],
        "created": show_instant(now),
        "verificationMethod": signer.method,
        "proofPurpose": purpose,
        **options,
    }
    if "@context" in document:
        proof["@context"] = document["@context"]
    signature = signer.sign(hash_data(document, proof))
    return {
        **document,
        "proof": {**proof, "proofValue": SUITES[suites[0]].write(signature)},
    }


def hash_data(document: Object, options: Object) -> bytes:
    """hash(canonical options) ‖ hash(canonical document), §3.3.4."""
    digest = SUITES[options["cryptosuite"]].digest
    try:
        return digest(rfc8785.dumps(options)) + digest(rfc8785.dumps(document))
    except (rfc8785.CanonicalizationError, ValueError, RecursionError):
        raise malformed("jcs", "内容无法规范化", "it has no canonical form") from None


def check_proof(
    secured: Object, purpose: str, controller: Any, resolve: Resolve, now: int
) -> tuple[Object, Object]:
    """
    The document as it was signed and the options of its one proof, once that holds:
    made by a key of the controller's for this purpose, not over. NotVerified otherwise.
    """
    proof = secured.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, dict):
        raise malformed("proof", "须有一个 proof", "one proof is expected")
    document = {name: value for name, value in secured.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    _check_options(options, purpose, now)
    _check_context(document, options)
    method = options.get("verificationMethod")
    if not isinstance(method, str) or method.partition("#")[0] != controller:
        raise NotVerified(
            "key.other", "密钥不属于签名者", "the key is not the signer's"
        )
    key = resolve(method, purpose)
    used = SUITES[options["cryptosuite"]]
    if key.algorithm != used.algorithm:
        raise NotVerified("alg.other", "算法与密钥不符", "the suite is not the key's")
    signature = used.read(proof.get("proofValue"), "proof")
    if not verify(key, hash_data(document, options), signature):
        raise NotVerified("signature", "签名不符", "the proof does not fit")
    return document, options


def _check_options(options: Object, purpose: str, now: int) -> None:
    if options.get("type") != "DataIntegrityProof" or "previousProof" in options:
        raise NotVerified(
            "proof.type",
            "须为单个 DataIntegrityProof",
            "the proof is no DataIntegrityProof of its own",
        )
    if options.get("cryptosuite") not in tuple(SUITES):
        raise NotVerified(
            "alg.refused", "不接受此密码套件", "this cryptosuite is not accepted"
        )
    if options.get("proofPurpose") != purpose:
        raise NotVerified(
            "proof.purpose", f"用途须为 {purpose}", f"the purpose must be {purpose}"
        )
    read_instant(options.get("created"), "created")
    expires = read_instant(options.get("expires"), "expires")
    if expires is not None and expires <= now:
        raise NotVerified("expired", "证明已过期", "the proof has expired")


def _check_context(document: Object, options: Object) -> None:
    """A proof's contexts begin the document's, and are what was signed, §3.3.2."""
    if "@context" not in options:
        return
    signed, found = options["@context"], document.get("@context")
    signed_list = signed if isinstance(signed, list) else [signed]
    found_list = found if isinstance(found, list) else [found]
    if found_list[: len(signed_list)] != signed_list:
        raise NotVerified(
            "proof.context", "@context 与签名时不同", "@context is not what was signed"
        )
    document["@context"] = signed
