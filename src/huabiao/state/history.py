"""
Undo patches: what a flush must remember to bring an older version back.

A flush replaces nodes and values. For each it keeps a patch that turns the new version
into the old one, under (height of the flush, kind, key), so that writing history only
ever appends and sweeping it only ever removes a range from the front. To read at an
older height, take what is there now and apply the patches backwards.

    patch  0x00                                   nothing was there
           0x01 ‖ old                             all of it
           0x02 ‖ from ‖ until ‖ old entries      leaf: in place of new[from:until]
           0x03 ‖ count ‖ bits ‖ old hashes       inner node: bit n stands for child n

Measured on random writes, patches take about a fifth of what whole nodes would.
"""

from huabiao.state.tree import COUNT_BYTES, is_leaf

NODE, VALUE = b"n", b"v"
NOTHING, WHOLE, ENTRIES, HASHES = 0, 1, 2, 3


def history_key(height: int, kind: bytes, key: bytes) -> bytes:
    """Where a flush at this height keeps the patch of a node's path or a key."""
    return height.to_bytes(8) + kind + key


def value_patch(old: bytes | None) -> bytes:
    """The patch that brings an old value back, or its absence."""
    return b"\x00" if old is None else b"\x01" + old


def node_patch(old: bytes | None, new: bytes | None) -> bytes:
    """The smallest patch that turns a new node into the old one."""
    if old is None:
        return b"\x00"
    if new is None or is_leaf(old) != is_leaf(new):
        return b"\x01" + old
    if is_leaf(old):
        return _leaf_patch(old, new)
    bits, hashes = 0, []
    for n in range(16):
        at = COUNT_BYTES + (n << 5)
        child = old[at : at + 32]
        if child != new[at : at + 32]:
            bits |= 1 << n
            hashes.append(child)
    return b"\x03" + old[:COUNT_BYTES] + bits.to_bytes(2) + b"".join(hashes)


def _leaf_patch(old: bytes, new: bytes) -> bytes:
    most = min(len(old), len(new)) >> 6
    low, high = 0, most
    while low < high:  # how many entries at the front are the same
        middle = (low + high + 1) >> 1
        if old[: middle << 6] == new[: middle << 6]:
            low = middle
        else:
            high = middle - 1
    front, low, high = low, 0, most - low
    while low < high:  # and how many at the back
        middle = (low + high + 1) >> 1
        if old[len(old) - (middle << 6) :] == new[len(new) - (middle << 6) :]:
            low = middle
        else:
            high = middle - 1
    until = (len(new) >> 6) - low
    return bytes((ENTRIES, front, until)) + old[front << 6 : len(old) - (low << 6)]


def undo(new: bytes | None, patch: bytes) -> bytes | None:
    """The old version from the new one and its patch."""
    kind = patch[0]
    if kind == NOTHING:
        return None
    if kind == WHOLE or new is None:
        return patch[1:]
    if kind == ENTRIES:
        return new[: patch[1] << 6] + patch[3:] + new[patch[2] << 6 :]
    old = bytearray(new)
    old[:COUNT_BYTES] = patch[1 : 1 + COUNT_BYTES]
    bits, at = int.from_bytes(patch[9:11]), 11
    for n in range(16):
        if bits >> n & 1:
            child = COUNT_BYTES + (n << 5)
            old[child : child + 32] = patch[at : at + 32]
            at += 32
    return bytes(old)
