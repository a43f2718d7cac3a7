"""
Whose data it was: subject tags, and the root over them.

A tag is HMAC (RFC 2104) with SHA-256 of an identity number under the city's tag key;
without the key it can be neither made nor tried out. The receipt carries the Merkle
root over the sorted, distinct tags; the tags themselves stay off the chain.
"""

import hmac
from collections.abc import Callable, Iterable
from pathlib import Path

from huabiao.proofs import merkle
from huabiao.services.key_file import own_key

Digest = Callable[[bytes], bytes]


def tag_key(folder: Path) -> bytes:
    """The city's key of subject tags, in its home; it never leaves the machine."""
    return own_key(folder / "tag.key")


def subject_tag(tag_key: bytes, identity_number: str) -> bytes:
    """A person's tag, 32 bytes; a final x is as good as an X."""
    return distinct_tags(tag_key, [identity_number])[0]


def distinct_tags(tag_key: bytes, numbers: Iterable[object]) -> list[bytes]:
    """The tags of the numbers that are there, sorted, each once."""
    # hmac.digest lets go of the interpreter's lock for every number, and among busy
    # threads waits milliseconds to get it back; a copy of a keyed state does not.
    keyed = hmac.new(tag_key, digestmod="sha256")
    found = {
        str(number).strip().upper().encode() for number in numbers if number is not None
    }
    tags = []
    for number in found:
        one = keyed.copy()
        one.update(number)
        tags.append(one.digest())
    return sorted(tags)


def subjects_root(digest: Digest, tags: list[bytes]) -> bytes:
    """The RFC 6962 root over tags."""
    return merkle.root(digest, [merkle.leaf_hash(digest, tag) for tag in tags])
