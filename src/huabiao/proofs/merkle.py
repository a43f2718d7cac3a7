"""
The Merkle tree of RFC 6962 section 2.1, with any digest.

    leaf  = digest(0x00 ‖ data)
    node  = digest(0x01 ‖ left ‖ right)
    empty = digest(b"")

A tree of n leaves splits at the largest power of two below n. Hashing level by level
and passing an odd last node up unchanged gives the same tree, and is what runs here.
Inclusion and consistency are verified as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say.
Every hash has 32 bytes; a path of another shape proves nothing.

A root binds its leaves, not their number, and a path binds its leaf, not the index and
the size that come with it: for leaf 0 of 3, "0 of 4" walks the same hashes. RFC 9162
signs the size beside the root. A proof's receipt needs neither: its statement shows no
index and no count, and its id is inside the leaf. A notarised file's index is part of
its id, and there the size stands in the event that the root stands in; for a given size
one path leads from one index alone. tests/proofs/test_forged_records.py holds both.
"""

from collections.abc import Callable, Sequence

Digest = Callable[[bytes], bytes]
HASH_BYTES = 32


def leaf_hash(digest: Digest, data: bytes) -> bytes:
    """The hash of one leaf's data."""
    return digest(b"\x00" + data)


def leaf_hashes(digest: Digest, pieces: Sequence[bytes]) -> list[bytes]:
    """The hashes of leaves, each of its data."""
    return [digest(b"\x00" + data) for data in pieces]


def root(digest: Digest, leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in order; of no leaves, the digest of nothing."""
    if not leaf_hashes:
        return digest(b"")
    level = leaf_hashes
    while len(level) > 1:
        level = _next_level(digest, level)
    return level[0]


def levels(digest: Digest, leaf_hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """All levels, leaves first: hash once, then read many paths with `path_in`."""
    found: list[Sequence[bytes]] = [leaf_hashes]
    while len(found[-1]) > 1:
        found.append(_next_level(digest, found[-1]))
    return found


def path_in(tree: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The inclusion path of leaf `index` (from 0) in a tree that `levels` made."""
    if not 0 <= index < len(tree[0]):
        raise IndexError(
            f"树有 {len(tree[0])} 个叶，没有第 {index} 个（从 0 起）。"
            f" The tree has {len(tree[0])} leaves, none numbered {index} (from 0)."
        )
    path = []
    for level in tree:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        index >>= 1
    return path


def inclusion(digest: Digest, leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The path from leaf `index` (from 0) to the root; IndexError if not there."""
    return path_in(levels(digest, leaf_hashes), index)


def root_from_inclusion(
    digest: Digest, leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]
) -> bytes | None:
    """
    The root that a path leads to (RFC 9162 section 2.1.3.2).

    None if the path is malformed for this index and size. The caller compares the
    answer with a root that it trusts.
    """
    if not 0 <= index < size or not _are_hashes([leaf_hash, *path]):
        return None
    here, last, reached = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            reached = digest(b"\x01" + sibling + reached)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            reached = digest(b"\x01" + reached + sibling)
        here, last = here >> 1, last >> 1
    return reached if last == 0 else None


def consistency(
    digest: Digest, leaf_hashes: Sequence[bytes], old_size: int
) -> list[bytes]:
    """
    The proof that the first `old_size` leaves are a prefix of this tree.

    RFC 9162 section 2.1.4.1; empty when there is nothing to show (no old leaves, or
    all of them). IndexError if the old tree is larger than this one.
    """
    end = len(leaf_hashes)
    if not 0 <= old_size <= end:
        raise IndexError(
            f"树只有 {end} 个叶，旧树不能有 {old_size} 个。"
            f" The tree has {end} leaves; an older one cannot have {old_size}."
        )
    path: list[bytes] = []
    start, whole = 0, True
    while 0 < old_size < end - start:
        split = 1 << ((end - start - 1).bit_length() - 1)
        if old_size <= split:
            path.append(root(digest, leaf_hashes[start + split : end]))
            end = start + split
        else:
            path.append(root(digest, leaf_hashes[start : start + split]))
            start, old_size, whole = start + split, old_size - split, False
    if not whole:
        path.append(root(digest, leaf_hashes[start:end]))
    return path[::-1]


def verify_consistency(
    digest: Digest,
    old_size: int,
    new_size: int,
    old_root: bytes,
    new_root: bytes,
    path: Sequence[bytes],
) -> bool:
    """Whether the old tree is a prefix of the new one (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old_size <= new_size or not _are_hashes([old_root, new_root, *path]):
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == digest(b"")
    hashes = list(path) if old_size & (old_size - 1) else [old_root, *path]
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    if not hashes:
        return False
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old = digest(b"\x01" + sibling + old)
            new = digest(b"\x01" + sibling + new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = digest(b"\x01" + new + sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _next_level(digest: Digest, level: Sequence[bytes]) -> list[bytes]:
    """The parents of a level; an odd last node goes up as it is."""
    pairs = iter(level)
    parents = [
        digest(b"\x01" + left + right)
        for left, right in zip(pairs, pairs, strict=False)
    ]
    if len(level) & 1:
        parents.append(level[-1])
    return parents


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(type(each) is bytes and len(each) == HASH_BYTES for each in hashes)
