"""
Merkle trees after RFC 6962 §2.1, with the suite's digest.

    leaf = digest(0x00 ‖ data)      node = digest(0x01 ‖ left ‖ right)

The root of no leaves is digest(b""). Inclusion is checked as in RFC 9162 §2.1.3.2.
"""

from collections.abc import Callable, Sequence

Digest = Callable[[bytes], bytes]


def leaf_hash(digest: Digest, data: bytes) -> bytes:
    """The hash of one leaf."""
    return digest(b"\x00" + data)


def root(digest: Digest, hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    if not hashes:
        return digest(b"")
    level = list(hashes)
    while len(level) > 1:
        level = _next_level(digest, level)
    return level[0]


def inclusion(digest: Digest, hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The siblings from a leaf up to the root."""
    path, level = [], list(hashes)
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level, index = _next_level(digest, level), index >> 1
    return path


def root_from_inclusion(
    digest: Digest, hash_: bytes, index: int, size: int, path: Sequence[bytes]
) -> bytes | None:
    """The root that a path leads to, or None if the path has not the right form."""
    if not 0 <= index < size:
        return None
    last = size - 1
    for sibling in path:
        if last == 0 or len(sibling) != 32:
            return None
        while not index & 1 and index == last:
            # A node without a sibling moves up as it is.
            index, last = index >> 1, last >> 1
            if last == 0:
                return None
        if index & 1:
            hash_ = digest(b"\x01" + sibling + hash_)
        else:
            hash_ = digest(b"\x01" + hash_ + sibling)
        index, last = index >> 1, last >> 1
    while last and index == last and not index & 1:
        index, last = index >> 1, last >> 1
    return hash_ if last == 0 else None


def _next_level(digest: Digest, level: list[bytes]) -> list[bytes]:
    odd = level[-1:] if len(level) & 1 else []
    paired = iter(level[: len(level) - len(odd)])
    made = [
        digest(b"\x01" + left + right)
        for left, right in zip(paired, paired, strict=True)
    ]
    return made + odd
