"""
What LMDB holds: values, nodes, history and meta, written one flush at a time.

    values   key → value                    (a long key: see `stored_key`)
    nodes    "/" ‖ path → node              state/tree.py
    history  height ‖ kind ‖ key → patch    state/history.py
    meta     "format", "newest", "p" ‖ height → root ‖ bytes of history

One flush is one transaction: values, nodes, their history, the new height and root are
there together or not at all. Each flush point can be read until it is swept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import empty_root
from huabiao.state.cache import MISSING, Cache
from huabiao.state.faults import StateDamaged, StorageFault, disk_full
from huabiao.state.history import (
    NODE,
    VALUE,
    history_key,
    node_patch,
    undo,
    value_patch,
)
from huabiao.state.opening import check_format, open_environment
from huabiao.state.overlay import Overlay

LONGEST_PLAIN_KEY = 440
POINT, NEWEST = b"p", b"newest"


Transaction = Any
"""An lmdb.Transaction: its stubs allow memoryviews, which we never ask for."""


def stored_key(digest: Digest, key: bytes) -> bytes:
    """
    Where LMDB keeps a key, which may have 511 bytes at most.

    A longer one is cut and its digest put behind; the value then carries the key.
    """
    if len(key) < LONGEST_PLAIN_KEY:
        return key
    return key[:LONGEST_PLAIN_KEY] + digest(key)


def stored_value(key: bytes, value: bytes) -> bytes:
    """What LMDB keeps for a value."""
    if len(key) < LONGEST_PLAIN_KEY:
        return value
    return len(key).to_bytes(4) + key + value


def split_record(stored: bytes, record: bytes) -> tuple[bytes, bytes]:
    """The key and value of an LMDB record."""
    if len(stored) < LONGEST_PLAIN_KEY:
        return stored, record
    end = 4 + int.from_bytes(record[:4])
    return record[4:end], record[end:]


class Store:
    """The four databases. One thread writes at a time; any thread may read."""

    def __init__(self, folder: Path, digest: Digest, retained: int, most: int) -> None:
        self.folder, self.digest = folder, digest
        self.retained, self.most_history = max(retained, 1), most
        self.env = open_environment(folder)
        self.values = self.env.open_db(b"values")
        self.nodes = self.env.open_db(b"nodes")
        self.history = self.env.open_db(b"history")
        self.meta = self.env.open_db(b"meta")
        with self.writing("元数据", "metadata") as txn:
            check_format(folder, digest, txn, self.meta)
            if txn.get(NEWEST, db=self.meta) is None:
                start = empty_root(digest)
                txn.put(NEWEST, bytes(8) + start, db=self.meta)
                txn.put(POINT + bytes(8), start + bytes(8), db=self.meta)

    @contextmanager
    def writing(self, what: str, what_en: str) -> Iterator[Transaction]:
        """A write transaction whose failures are sentences."""
        try:
            with self.env.begin(write=True) as txn:
                yield txn
        except lmdb.Error as error:
            raise self.fault(error, what, what_en) from error

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A read transaction: everything that it sees is of one flush point."""
        try:
            with self.env.begin() as txn:
                yield txn
        except lmdb.Error as error:
            raise self.fault(error, "状态", "state") from error

    def fault(self, error: lmdb.Error, what: str, what_en: str) -> StorageFault:
        """The sentence for an error of LMDB."""
        if isinstance(error, lmdb.MapFullError | lmdb.DiskError) or (
            "No space left" in str(error) or "File too large" in str(error)
        ):
            return disk_full(self.folder, what, what_en)
        return StateDamaged(
            f"状态库 {self.folder} 无法使用：{error}。"
            "请删除该文件夹后重新启动，从区块日志重建。"
            f" The state store at {self.folder} failed: {error}."
            " Remove that folder and start again to rebuild it from the block log."
        )

    def newest(self) -> tuple[int, bytes]:
        """Height and root of the last flush."""
        with self.reading() as txn:
            record = txn.get(NEWEST, db=self.meta)
        return int.from_bytes(record[:8]), record[8:]

    def root_at(self, point: int) -> bytes | None:
        """The root at a retained flush point."""
        with self.reading() as txn:
            record = txn.get(POINT + point.to_bytes(8), db=self.meta)
        return None if record is None else record[:-8]

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Entries and bytes of each database."""
        found = {}
        with self.reading() as txn:
            for name in ("values", "nodes", "history", "meta"):
                stat = txn.stat(db=getattr(self, name))
                kinds = ("branch_pages", "leaf_pages", "overflow_pages")
                pages = sum(stat[kind] for kind in kinds)
                found[name] = stat["entries"], pages * stat["psize"]
        return found

    def points(self, txn: Transaction) -> list[int]:
        """The retained flush heights, ascending."""
        cursor, found = txn.cursor(db=self.meta), []
        if cursor.set_range(POINT):
            for key in cursor.iternext(keys=True, values=False):
                if key[:1] != POINT:
                    break
                found.append(int.from_bytes(key[1:]))
        return found

    def node(self, txn: Transaction, path: bytes) -> bytes | None:
        node: bytes | None = txn.get(b"/" + path, db=self.nodes)
        return node

    def value(self, txn: Transaction, key: bytes) -> bytes | None:
        stored = stored_key(self.digest, key)
        record = txn.get(stored, db=self.values)
        return None if record is None else split_record(stored, record)[1]

    def write(self, overlay: Overlay, cached: Cache) -> None:
        """
        One flush: all of an overlay in one transaction, with what undoes it.

        `cached` may know the values that LMDB holds now.
        """
        with self.writing("状态", "the state") as txn:
            size = self._write_nodes(txn, overlay) + self._write_values(
                txn, overlay, cached
            )
            height = overlay.height.to_bytes(8)
            txn.put(NEWEST, height + overlay.root, db=self.meta)
            txn.put(POINT + height, overlay.root + size.to_bytes(8), db=self.meta)
            self._sweep(txn, 2 * (len(overlay.nodes) + len(overlay.values)) + 1000)

    def _write_nodes(self, txn: Transaction, overlay: Overlay) -> int:
        patches, news, size = [], [], 0
        for path in sorted(overlay.nodes):
            new, key = overlay.nodes[path], b"/" + path
            old = overlay.replaced[path]
            if old == new:
                continue
            patch = node_patch(old, new)
            patches.append((history_key(overlay.height, NODE, path), patch))
            size += len(patch) + len(path) + 9
            if new is None:
                txn.delete(key, db=self.nodes)
            else:
                news.append((key, new))
        txn.cursor(db=self.nodes).putmulti(news)
        txn.cursor(db=self.history).putmulti(patches)
        return size

    def _write_values(self, txn: Transaction, overlay: Overlay, cached: Cache) -> int:
        patches, news, size = [], [], 0
        for key in sorted(overlay.values):
            new, stored = overlay.values[key], stored_key(self.digest, key)
            known = cached.peek(key)
            if known is MISSING:
                old = txn.get(stored, db=self.values)
            else:
                old = None if known is None else stored_value(key, known)
            patch = value_patch(old)
            patches.append((history_key(overlay.height, VALUE, stored), patch))
            size += len(patch) + len(stored) + 9
            if new is not None:
                news.append((stored, stored_value(key, new)))
            elif old is not None:
                txn.delete(stored, db=self.values)
        txn.cursor(db=self.values).putmulti(news)
        txn.cursor(db=self.history).putmulti(patches)
        return size

    def _sweep(self, txn: Transaction, steps: int) -> None:
        """Forget the oldest flush points, and at most `steps` of their patches."""
        points = self.points(txn)
        sizes = {}
        for point in points:
            record = txn.get(POINT + point.to_bytes(8), db=self.meta)
            sizes[point] = int.from_bytes(record[-8:])
        held = sum(sizes.values())
        while len(points) > self.retained or (
            held > self.most_history and len(points) > 2
        ):
            oldest = points.pop(0)
            txn.delete(POINT + oldest.to_bytes(8), db=self.meta)
            held -= sizes[points[0]]  # the patches that led back to the oldest
        end = (points[0] + 1).to_bytes(8)
        cursor = txn.cursor(db=self.history)
        going = cursor.first()
        while going and steps and cursor.key() < end:
            going = cursor.delete()
            steps -= 1

    def node_at(self, txn: Transaction, path: bytes, points: list[int]) -> bytes | None:
        """A node before the flushes at `points` (the newest first) replaced it."""
        node = self.node(txn, path)
        for point in points:
            patch = txn.get(history_key(point, NODE, path), db=self.history)
            if patch is not None:
                node = undo(node, patch)
        return node

    def value_at(self, txn: Transaction, key: bytes, points: list[int]) -> bytes | None:
        """A value before the flushes at `points` (the newest first) replaced it."""
        stored = stored_key(self.digest, key)
        record = txn.get(stored, db=self.values)
        for point in points:
            patch = txn.get(history_key(point, VALUE, stored), db=self.history)
            if patch is not None:
                record = undo(record, patch)
        return None if record is None else split_record(stored, record)[1]

    def items(
        self, txn: Transaction, prefix: bytes, over: dict[bytes, bytes | None]
    ) -> Iterator[tuple[bytes, bytes]]:
        """The keys and values under a prefix, with an overlay's in their place."""
        above = sorted(
            (stored_key(self.digest, key), key)
            for key in over
            if key.startswith(prefix)
        )
        at = 0
        for stored, record in self._records(txn, prefix[:LONGEST_PLAIN_KEY]):
            while at < len(above) and above[at][0] <= stored:
                key, at = above[at][1], at + 1
                if (value := over[key]) is not None:
                    yield key, value
            key, value = split_record(stored, record)
            if key not in over and key.startswith(prefix):
                yield key, value
        for _, key in above[at:]:
            if (value := over[key]) is not None:
                yield key, value

    def _records(
        self, txn: Transaction, prefix: bytes
    ) -> Iterator[tuple[bytes, bytes]]:
        cursor = txn.cursor(db=self.values)
        if cursor.set_range(prefix) if prefix else cursor.first():
            for stored, record in cursor.iternext():
                if not stored.startswith(prefix):
                    return
                yield stored, record

    def close(self) -> None:
        self.env.close()
