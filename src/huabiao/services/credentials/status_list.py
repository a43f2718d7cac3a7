"""
Bitstring Status List v1.0 (W3C): bits packed, published, and asked.

The chain holds the bits as 32-bit words (platform/credentials.py); here they become the
credential that anybody can fetch, and a fetched one answers for one place. Where a
verifier reaches the chain, `chain_status` asks it directly.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Collection, Iterable
from typing import Any

from huabiao.services.credentials import multibase
from huabiao.services.credentials.algorithms import Resolve, Signer
from huabiao.services.credentials.data_integrity import add_proof, check_proof
from huabiao.services.credentials.document import (
    CONTEXT,
    TYPE,
    StatusEntry,
    is_texts,
    name_of,
    read_instant,
    show_instant,
)
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import Object

SHORTEST_BITS, LONGEST_BITS = 131_072, 1_048_576
WORD_BYTES, PACKING = 4, 6
TTL_MS = 300_000
"""How long a published list may be believed; the specification's own default."""

Status = Callable[[StatusEntry, str], bool]
"""Whether the bit of an entry of an issuer's credential is set; raises NotVerified
where that cannot be found out."""


def pack(pages: dict[int, list[int]], length: int) -> bytes:
    """The bitstring of a list from those of its pages that are not all 0."""
    bits = bytearray(length // 8)
    for number, words in pages.items():
        at = number * len(words) * WORD_BYTES
        written = b"".join(word.to_bytes(WORD_BYTES, "big") for word in words)
        bits[at : at + len(written)] = written
    return bytes(bits)


def encode_list(bits: bytes) -> str:
    """encodedList: GZIP, then base64url with the multibase prefix u, §3.3."""
    packed = io.BytesIO()
    # Level 9 saves a sixth and costs fourteen times as much, where few bits are set.
    with gzip.GzipFile(
        fileobj=packed, mode="wb", mtime=0, compresslevel=PACKING
    ) as file:
        file.write(bits)
    return multibase.to_base64(packed.getvalue())


def decode_list(text: Any) -> bytes:
    """Undo `encode_list`, §3.4; a list that would swell beyond 128 KiB is refused."""
    inflating = zlib.decompressobj(wbits=31)
    try:
        bits = inflating.decompress(
            multibase.from_base64(text, "encodedList"), LONGEST_BITS // 8 + 1
        )
    except zlib.error:
        raise malformed("encodedList", "不是 GZIP", "encodedList is no GZIP") from None
    if (
        not inflating.eof
        or len(bits) * 8 < SHORTEST_BITS
        or len(bits) * 8 > LONGEST_BITS
    ):
        raise malformed(
            "encodedList",
            "列表过长、过短或不完整",
            "the list is too long, too short or cut off",
        )
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """The bit of an index; index 0 is the left-most."""
    if index >= len(bits) * 8:
        raise NotVerified(
            "status.range", "位置超出列表", "the place is beyond the list"
        )
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


def entry_of(list_url: str, index: int, purpose: str) -> Object:
    """credentialStatus of a credential with this place, §2.1."""
    return {
        "id": f"{list_url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }


def publish(
    url: str, bits: bytes, purpose: str, issuer: str, signer: Signer, now: int
) -> Object:
    """A signed BitstringStatusListCredential, §2.2, to be believed for five minutes;
    `issuer` is the DID whose credentials it is about."""
    document = {
        "@context": [CONTEXT],
        "id": url,
        "type": [TYPE, "BitstringStatusListCredential"],
        "issuer": signer.did,
        "validFrom": show_instant(now),
        "validUntil": show_instant(now + TTL_MS),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_list(bits),
            "ttl": TTL_MS,
            "about": issuer,
        },
    }
    return add_proof(document, signer, "assertionMethod", now)


def published_status(
    fetch: Callable[[str], Object],
    resolve: Resolve,
    publishers: Collection[str],
    now: Callable[[], int],
) -> Status:
    """
    Ask signed lists. `fetch` gets the document at a URL, or raises NotVerified
    `status.unreachable`; a list is believed from the credential's own issuer, or from
    one of the publishers if it says that it is about that issuer.
    """

    def status(entry: StatusEntry, issuer: str) -> bool:
        document = fetch(entry.list_url)
        signer = name_of(document.get("issuer"))
        _check_list(document, entry, now())
        subject = document["credentialSubject"]
        ours = signer in publishers and subject.get("about") == issuer
        if signer != issuer and not ours:
            raise NotVerified(
                "status.issuer",
                "状态列表并非由可信机构发布",
                "the status list is not by anybody who may publish it",
            )
        check_proof(document, "assertionMethod", signer, resolve, now())
        return is_set(decode_list(subject.get("encodedList")), entry.index)

    return status


def _check_list(document: Object, entry: StatusEntry, now: int) -> None:
    """The list that was asked for, of this purpose, and not an old one, §3.2."""
    subject, types = document.get("credentialSubject"), document.get("type")
    if not isinstance(subject, dict) or subject.get("type") != "BitstringStatusList":
        raise malformed("status", "不是状态列表", "this is no status list")
    if not is_texts(types) or "BitstringStatusListCredential" not in types:
        raise malformed(
            "status", "不是状态列表凭证", "this is no status list credential"
        )
    if document.get("id") != entry.list_url:
        raise NotVerified(
            "status.swapped",
            "状态列表不是凭证所指的那份",
            "this is another list than the credential names",
        )
    purposes = subject.get("statusPurpose")
    if entry.purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise NotVerified(
            "status.purpose", "状态列表用途不符", "the list is for another purpose"
        )
    since = read_instant(document.get("validFrom"), "validFrom")
    until = read_instant(document.get("validUntil"), "validUntil")
    if until is None or until <= now or (since is not None and since > now + TTL_MS):
        raise NotVerified(
            "status.stale",
            "状态列表已过期，请重新获取",
            "the status list is an old one: fetch it again",
        )


def chain_status(
    ask: Callable[[str, str, dict[str, Any]], Any],
    list_of: Callable[[str], str],
    belongs: Callable[[str, str], bool],
    purpose_of: Callable[[str], str],
) -> Status:
    """Ask the chain itself: `list_of` a URL is the list's id, `belongs` says whether a
    list is an issuer's, `purpose_of` what its bits mean."""

    def status(entry: StatusEntry, issuer: str) -> bool:
        name = list_of(entry.list_url)
        if not belongs(name, issuer):
            raise NotVerified(
                "status.issuer",
                "状态列表不属于该发证机构",
                "the status list is another issuer's",
            )
        if purpose_of(name) != entry.purpose:
            raise NotVerified(
                "status.purpose", "状态列表用途不符", "the list is for another purpose"
            )
        asked = {"status_list": name, "index": entry.index}
        return bool(ask("credentials", "is_set", asked))

    return status


def check_status(entries: Iterable[StatusEntry], issuer: str, status: Status) -> None:
    """Refuse a credential of which a bit is set."""
    for entry in entries:
        if status(entry, issuer):
            if entry.purpose == "suspension":
                raise NotVerified(
                    "status.suspended", "凭证已暂停使用", "the credential is suspended"
                )
            raise NotVerified(
                "status.revoked", "凭证已撤销", "the credential has been revoked"
            )
