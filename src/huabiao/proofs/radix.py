"""
The state tree, and the proof that a key has a value in it, or is absent.

A key's place is its hash. The tree is radix 16 over the hash's half-bytes, the high
half first; at most 32 entries stay together in a leaf, more than 32 part into an inner
node. So the shape, and the root, depend on the set of (key, value) alone.

    value   = digest(0x02 ‖ value)
    entry   = digest(key) ‖ value                   64 bytes
    leaf    = digest(0x00 ‖ entries in ascending order)
    inner   = digest(0x01 ‖ sixteen child hashes)   32 zero bytes for no child
    empty   = digest(0x00)                          the root when there is no key

    proof   = [[[children, siblings], …], leaf]     MessagePack
      children  an integer; bit n is set if the inner node has a child n
      siblings  the hashes of those children in ascending order, but not the child
                on the key's way, which the verifier computes
      leaf      the entries of the leaf at the end of the way; empty if the way ends
                at no child, or if the whole tree is empty

One statement about one tree has one proof, and one proof has one encoding.
"""

from collections.abc import Sequence

import msgspec

from huabiao.proofs.merkle import Digest

HASH_BYTES, ENTRY_BYTES, MOST_ENTRIES = 32, 64, 32
LEAF, INNER, VALUE = b"\x00", b"\x01", b"\x02"
ABSENT = bytes(HASH_BYTES)
DEPTH = 2 * HASH_BYTES
MOST_PROOF_BYTES = DEPTH * (15 * HASH_BYTES + 8) + MOST_ENTRIES * ENTRY_BYTES + 8

Level = tuple[int, bytes]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[list[Level], bytes]).decode


def empty_root(digest: Digest) -> bytes:
    """The root of the tree that holds nothing."""
    return digest(LEAF)


def value_hash(digest: Digest, value: bytes) -> bytes:
    """What an entry holds for a value."""
    return digest(VALUE + value)


def half_byte(key_hash: bytes, depth: int) -> int:
    """Which child the way to a key takes at an inner node of this depth."""
    byte = key_hash[depth >> 1]
    return byte & 15 if depth & 1 else byte >> 4


def encode_proof(key_hash: bytes, inner: Sequence[bytes], leaf: bytes) -> bytes:
    """
    The proof for a key from what stands on its way, root first.

    `inner` are the sixteen child hashes (512 bytes) of each inner node, `leaf` the
    entries at the end.
    """
    levels: list[Level] = []
    for depth, children in enumerate(inner):
        own, present, siblings = half_byte(key_hash, depth), 0, []
        for n in range(16):
            child = children[n * HASH_BYTES : (n + 1) * HASH_BYTES]
            if child != ABSENT:
                present |= 1 << n
                if n != own:
                    siblings.append(child)
        levels.append((present, b"".join(siblings)))
    return _encode((levels, leaf))


def verify(
    digest: Digest, root: bytes, key: bytes, value: bytes | None, proof: bytes
) -> bool:
    """
    Whether `proof` shows that `key` has `value` under `root`; None means absent.

    Never raises, whatever the bytes of the proof are.
    """
    if type(proof) is not bytes or len(proof) > MOST_PROOF_BYTES:
        return False
    try:
        levels, leaf = _decode(proof)
        if _encode((levels, leaf)) != proof:
            return False
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
        return False
    if len(levels) > DEPTH:
        return False
    key_hash = digest(key)
    found = _value_in(leaf, key_hash, len(levels))
    if found is None or found != (b"" if value is None else value_hash(digest, value)):
        return False
    reached = digest(LEAF + leaf) if leaf or not levels else ABSENT
    for depth in range(len(levels) - 1, -1, -1):
        above = _parent(digest, levels[depth], half_byte(key_hash, depth), reached)
        if above is None:
            return False
        reached = above
    return reached == root


def _value_in(leaf: bytes, key_hash: bytes, depth: int) -> bytes | None:
    """The entry's value hash, b"" if there is none; None if the leaf is malformed."""
    if len(leaf) % ENTRY_BYTES or len(leaf) > MOST_ENTRIES * ENTRY_BYTES:
        return None
    found, last = b"", b""
    for start in range(0, len(leaf), ENTRY_BYTES):
        entry_key = leaf[start : start + HASH_BYTES]
        if entry_key <= last or not _share_way(entry_key, key_hash, depth):
            return None
        if entry_key == key_hash:
            found = leaf[start + HASH_BYTES : start + ENTRY_BYTES]
        last = entry_key
    return found


def _share_way(one: bytes, other: bytes, depth: int) -> bool:
    """Whether two key hashes take the same way down to this depth."""
    whole = depth >> 1
    if one[:whole] != other[:whole]:
        return False
    return not depth & 1 or one[whole] >> 4 == other[whole] >> 4


def _parent(digest: Digest, level: Level, own: int, reached: bytes) -> bytes | None:
    """The inner node's hash from its proof level and the child on the way."""
    present, siblings = level
    if not 0 < present < 1 << 16 or bool(present >> own & 1) != (reached != ABSENT):
        return None
    children, at = [], 0
    for n in range(16):
        if n == own:
            children.append(reached)
        elif present >> n & 1:
            sibling = siblings[at : at + HASH_BYTES]
            if len(sibling) != HASH_BYTES or sibling == ABSENT:
                return None
            children.append(sibling)
            at += HASH_BYTES
        else:
            children.append(ABSENT)
    return digest(INNER + b"".join(children)) if at == len(siblings) else None
