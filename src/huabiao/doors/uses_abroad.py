"""
Uses of a person's data by a department of another chain: the trail over both.

Whose data went out under a receipt only the owner's node can tell: it has the subject
tags. There the person signs in and takes a slip: a tag of the person's own, and its
path to the root in the receipt. The reader's chain holds that receipt by a proof; its
node shows it to whoever brings a slip that leads to its root, and keeps nothing.
docs/decisions/0092-slips-of-uses.md.

    slip = {"receipt": hex, "tag": hex, "index": n, "path": [hex, …]}
"""

from collections.abc import Iterable
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import decode
from huabiao.crypto.suite import suite
from huabiao.doors.city import City
from huabiao.doors.problems import not_found
from huabiao.proofs import merkle

Json = dict[str, Any]
REMOTE = "remote_sharing"
SUBJECTS = 10
"""Where a receipt has the root over its subject tags."""
DIGESTS = (suite("intl").digest, suite("sm").digest)
"""A root is made by the digest of its gateway's suite; a suite may have changed since.
`pq` has that of `intl`."""


def reader_abroad(city: City, account: bytes) -> Json:
    """`reader_route` and `reader_chain` of a reader that is of another chain."""
    stored = city.port.read(f"{REMOTE}/readers/{account.hex()}")
    if stored is None:
        return {}
    route, chain, *_ = decode(stored)
    return {"reader_route": route, "reader_chain": chain}


def slip_of(city: City, tags: Iterable[bytes], receipt: str) -> Json:
    """The slip of a receipt for the person behind these tags; Problem 404 where it is
    none about that person."""
    stored = city.port.read(f"sharing/receipts/{receipt}")
    wanted = decode(stored)[SUBJECTS] if stored is not None else b""
    for tag in tags if wanted else ():
        together = city.tags.together(tag, receipt)
        for digest in DIGESTS if together else ():
            leaves = [merkle.leaf_hash(digest, each) for each in together]
            if merkle.root(digest, leaves) == wanted:
                index = together.index(tag)
                path = merkle.inclusion(digest, leaves, index)
                return {
                    "receipt": receipt,
                    "tag": tag.hex(),
                    "index": index,
                    "path": [each.hex() for each in path],
                }
    raise not_found("没有涉及您的此份回执", "There is no such receipt about you")


def shown_abroad(
    city: City, receipt: str, tag: bytes, index: int, path: list[bytes]
) -> Json:
    """What stands here of a receipt of another chain, for whom a slip is about; Problem
    404 where it is not shown here (yet), or the slip does not lead to its root."""
    stored = city.port.read(f"{REMOTE}/receipts/{receipt}")
    if stored is not None:
        entry = show_entry(city.description(REMOTE), "receipts", stored)
        wanted, size = bytes.fromhex(entry["subjects"]), entry["subject_count"]
        if _leads_to(wanted, size, tag, index, path):
            return _use(city, receipt, entry)
    raise not_found(
        "本链没有此份回执，或凭条与之不符", "No such receipt stands here for this slip"
    )


def _leads_to(
    wanted: bytes, size: int, tag: bytes, index: int, path: list[bytes]
) -> bool:
    return any(
        merkle.root_from_inclusion(
            digest, merkle.leaf_hash(digest, tag), index, size, path
        )
        == wanted
        for digest in DIGESTS
    )


def _use(city: City, receipt: str, entry: Json) -> Json:
    """A receipt of another chain and the request here under which it came."""
    asked = city.port.read(f"{REMOTE}/asked/{entry['asked']}")
    request = show_entry(city.description(REMOTE), "asked", asked) if asked else {}
    return {
        "receipt": receipt,
        **entry,
        "chain": request.get("route", ""),
        "grant": request.get("grant", ""),
        "grant_state": request.get("state", ""),
        "table": request.get("table", ""),
        "legal_basis": request.get("legal_basis", ""),
        "reader_name": city.name_of(entry["reader"]),
    }
