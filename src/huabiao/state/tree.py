"""
The state tree in motion: a batch of writes in, the changed nodes and a new root out.

Nodes are immutable bytes, named by their path (one byte a half-byte, b"" is the root):

    leaf   entries of 64 bytes, ascending, 1 to 32 of them
    inner  count of all entries below, 8 bytes big-endian ‖ sixteen child hashes

A leaf's length is a multiple of 64 and an inner node's is not, so that the bytes say
what they are. The functions know no store: `read` gives the node at a path. What the
hashes are, and why the shape depends on the keys alone, is told in proofs/radix.py.
"""

from collections.abc import Callable

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import ABSENT, MOST_ENTRIES, empty_root
from huabiao.state.faults import StateDamaged

Read = Callable[[bytes], bytes | None]
Nodes = dict[bytes, bytes | None]
Item = tuple[bytes, bytes | None]
"""A key's hash, and its value's hash or None to remove it."""

COUNT_BYTES = 8
STEP = [bytes([n]) for n in range(16)]


def is_leaf(node: bytes) -> bool:
    return not len(node) & 63


def children_of(node: bytes) -> bytes:
    """The sixteen child hashes of an inner node."""
    return node[COUNT_BYTES:]


def count_of(node: bytes | None) -> int:
    """How many entries a node holds, itself or below it."""
    if node is None:
        return 0
    return len(node) >> 6 if is_leaf(node) else int.from_bytes(node[:COUNT_BYTES])


def hash_of(digest: Digest, node: bytes | None) -> bytes:
    """A node's hash; that of no node is absence."""
    if node is None:
        return ABSENT
    return digest(b"\x00" + node if is_leaf(node) else b"\x01" + node[COUNT_BYTES:])


def damaged(path: bytes) -> StateDamaged:
    """The error for a node that its parent knows and the store does not have."""
    return StateDamaged(
        f"状态库缺少节点 {path.hex() or '根'}。"
        "请从区块日志重建：删除状态文件夹后重新启动。"
        f" The state store lacks node {path.hex() or 'root'}. Rebuild it from the block"
        " log: remove the state folder and start again."
    )


def update(digest: Digest, read: Read, items: list[Item]) -> tuple[bytes, Nodes]:
    """
    Apply sorted items, each key once; gives the root and the changed nodes.

    A changed node is None where no node stands any more.
    """
    batch = _Batch(digest, read)
    root, _ = batch.change(b"", read(b""), items)
    return (empty_root(digest) if root == ABSENT else root), batch.changed


def way(read: Read, key_hash: bytes) -> tuple[list[bytes], bytes]:
    """The child hashes of each inner node on a key's way, and the leaf at its end."""
    inner: list[bytes] = []
    path = b""
    node = read(path)
    while node is not None and not is_leaf(node):
        depth = len(path)
        children = children_of(node)
        inner.append(children)
        byte = key_hash[depth >> 1]
        n = byte & 15 if depth & 1 else byte >> 4
        if children[n << 5 : (n << 5) + 32] == ABSENT:
            return inner, b""
        path += STEP[n]
        node = read(path)
        if node is None:
            raise damaged(path)
    return inner, node or b""


class _Batch:
    """One batch on its way down the tree and back."""

    def __init__(self, digest: Digest, read: Read) -> None:
        self.digest, self.read = digest, read
        self.changed: Nodes = {}

    def change(
        self, path: bytes, node: bytes | None, items: list[Item]
    ) -> tuple[bytes, int]:
        """Apply items below a path; the new hash and by how many entries it grew."""
        if node is None or not len(node) & 63:
            return self.change_leaf(path, node or b"", items)
        if len(items) == 1:
            return self.change_one(path, node, items)
        return self.change_inner(path, node, items)

    def change_one(
        self, path: bytes, node: bytes, items: list[Item]
    ) -> tuple[bytes, int]:
        """The same for a single item: straight down to its leaf and back."""
        read, digest, key, way = self.read, self.digest, items[0][0], []
        while node and len(node) & 63:
            byte = key[len(path) >> 1]
            n = byte & 15 if len(path) & 1 else byte >> 4
            at = COUNT_BYTES + (n << 5)
            way.append((path, node, at))
            path += STEP[n]
            child = read(path) if node[at : at + 32] != ABSENT else b""
            if child is None:
                raise damaged(path)
            node = child
        reached, grown = self.change_leaf(path, node, items)
        for above, node, at in reversed(way):
            if grown:
                count = int.from_bytes(node[:COUNT_BYTES]) + grown
                head = count.to_bytes(COUNT_BYTES)
                after = head + node[COUNT_BYTES:at] + reached + node[at + 32 :]
                if count <= MOST_ENTRIES:
                    reached = self.merge(above, after)
                    continue
            else:
                after = node[:at] + reached + node[at + 32 :]
            self.changed[above] = after
            reached = digest(b"\x01" + after[COUNT_BYTES:])
        return reached, grown

    def change_leaf(
        self, path: bytes, node: bytes, items: list[Item]
    ) -> tuple[bytes, int]:
        before = len(node) >> 6
        if len(items) == 1:
            after = change_entry(node, items[0])
        else:
            entries = {
                node[i : i + 32]: node[i : i + 64] for i in range(0, len(node), 64)
            }
            for key, value in items:
                if value is None:
                    entries.pop(key, None)
                else:
                    entries[key] = key + value
            after = b"".join([entries[key] for key in sorted(entries)])
        count = len(after) >> 6
        if not count:
            self.changed[path] = None
            return ABSENT, -before
        if count > MOST_ENTRIES:
            return self.build(path, after), count - before
        self.changed[path] = after
        return self.digest(b"\x00" + after), count - before

    def change_inner(
        self, path: bytes, node: bytes, items: list[Item]
    ) -> tuple[bytes, int]:
        after = bytearray(node)
        read, digest, changed = self.read, self.digest, self.changed
        grown = 0
        for n, start, stop in children_touched(items, len(path)):
            at = COUNT_BYTES + (n << 5)
            below = path + STEP[n]
            child = read(below) if after[at : at + 32] != ABSENT else b""
            if child is None:
                raise damaged(below)
            if stop - start == 1 and 0 < len(child) < 2048 and not len(child) & 63:
                # nine of ten changes: one entry of a leaf that has room
                entries = change_entry(child, items[start])
                if entries:
                    changed[below] = entries
                    after[at : at + 32] = digest(b"\x00" + entries)
                else:
                    changed[below] = None
                    after[at : at + 32] = ABSENT
                grown += (len(entries) - len(child)) >> 6
            else:
                after[at : at + 32], more = self.change(below, child, items[start:stop])
                grown += more
        if grown:
            count = int.from_bytes(node[:COUNT_BYTES]) + grown
            if count <= MOST_ENTRIES:
                return self.merge(path, bytes(after)), grown
            after[:COUNT_BYTES] = count.to_bytes(COUNT_BYTES)
        changed[path] = bytes(after)
        return digest(b"\x01" + after[COUNT_BYTES:]), grown

    def build(self, path: bytes, entries: bytes) -> bytes:
        """Make the nodes of ascending entries below a path; gives the hash."""
        if len(entries) <= MOST_ENTRIES << 6:
            self.changed[path] = entries
            return self.digest(b"\x00" + entries)
        byte, low = len(path) >> 1, len(path) & 1
        groups: dict[int, list[bytes]] = {}
        for i in range(0, len(entries), 64):
            n = entries[i + byte] & 15 if low else entries[i + byte] >> 4
            groups.setdefault(n, []).append(entries[i : i + 64])
        node = bytearray(COUNT_BYTES + 512)
        node[:COUNT_BYTES] = (len(entries) >> 6).to_bytes(COUNT_BYTES)
        for n, group in groups.items():
            at = COUNT_BYTES + (n << 5)
            node[at : at + 32] = self.build(path + STEP[n], b"".join(group))
        self.changed[path] = bytes(node)
        return self.digest(b"\x01" + node[COUNT_BYTES:])

    def merge(self, path: bytes, node: bytes) -> bytes:
        """Gather the children, all leaves by now, into one leaf; gives the hash."""
        gathered = []
        for n in range(16):
            at = COUNT_BYTES + (n << 5)
            if node[at : at + 32] == ABSENT:
                continue
            below = path + STEP[n]
            leaf = self.changed[below] if below in self.changed else self.read(below)
            if leaf is None:
                raise damaged(below)
            gathered.append(leaf)
            self.changed[below] = None
        entries = b"".join(gathered)
        self.changed[path] = entries or None
        return self.digest(b"\x00" + entries) if entries else ABSENT


def children_touched(items: list[Item], depth: int) -> list[tuple[int, int, int]]:
    """Which children of an inner node the items go to: (child, from, until)."""
    byte, low = depth >> 1, depth & 1
    found, start, end = [], 0, len(items)
    while start < end:
        first = items[start][0][byte]
        n = first & 15 if low else first >> 4
        stop = start + 1
        while stop < end:
            next_ = items[stop][0][byte]
            if (next_ & 15 if low else next_ >> 4) != n:
                break
            stop += 1
        found.append((n, start, stop))
        start = stop
    return found


def change_entry(leaf: bytes, item: Item) -> bytes:
    """A leaf's entries after one item; the same object if nothing changed."""
    key, value = item
    at = leaf.find(key)
    while at > 0 and at & 63:  # a hash may also lie across two entries
        at = leaf.find(key, at + 1)
    if at >= 0:
        if value is None:
            return leaf[:at] + leaf[at + 64 :]
        return leaf[: at + 32] + value + leaf[at + 64 :]
    if value is None:
        return leaf
    low, high = 0, len(leaf) >> 6
    while low < high:
        middle = (low + high) >> 1
        if leaf[middle << 6 : (middle << 6) + 32] < key:
            low = middle + 1
        else:
            high = middle
    low <<= 6
    return leaf[:low] + key + value + leaf[low:]
