"""
A signed log of somebody else, with no contracts: hashes in, proof out.

    POST ADDRESS/add            the hash, 32 bytes; the answer is its index
    GET  ADDRESS/proof/INDEX    the proof (c2sp.org/tlog-proof@v1)

These two questions are the adapter's; a log that asks otherwise gets another adapter.
The proof's format is public, and what is kept of it needs no adapter to be verified.
"""

import httpx

from huabiao.proofs.signed_log import (
    LARGEST_PROOF,
    BadLogProof,
    LogKey,
    verify_entry,
)

TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class LogUnreachable(Exception):
    """The log does not answer, or not as it should."""


def anchor(address: str, key: LogKey, entry: bytes) -> str:
    """Bring a hash to a log; its proof, verified. BadLogProof if it does not hold."""
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as http:
        index = _ask(http, "POST", f"{address.rstrip('/')}/add", entry)
        if not index.isdigit() or len(index) > 18:
            raise LogUnreachable(
                f"{address} 未答以序号。 The answer of {address} is no index."
            )
        proof = _ask(http, "GET", f"{address.rstrip('/')}/proof/{index}")
    verify_entry(proof, key, entry)
    return proof


def _ask(http: httpx.Client, method: str, url: str, content: bytes = b"") -> str:
    try:
        with http.stream(method, url, content=content or None) as answer:
            told = bytearray()
            for piece in answer.iter_bytes():
                told += piece
                if len(told) > LARGEST_PROOF:
                    raise BadLogProof("证明过大。 The proof is too large.")
        answer.raise_for_status()
        return told.decode()
    except (httpx.HTTPError, UnicodeDecodeError) as error:
        raise LogUnreachable(
            f"日志 {url} 没有应答或拒绝（{error}）。"
            f" The log at {url} does not answer, or refused ({error})."
        ) from error
