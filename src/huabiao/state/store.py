"""
What is on disk: two piles of records, and LMDB for what counts of them.

    nodes    leaf    number of entries, 1 byte ‖ the leaf as state/node.py has it
             inner   0xff ‖ count, 8 bytes ‖ 0x01 ‖ hashes ‖ places, 8 bytes each
    values   length of the key, 4 bytes ‖ key ‖ value
    meta     "format", and "p" ‖ height → `Point`; numbers big-endian, places little

A place is a position in the pile. A flush adds what is new to the piles, and then one
transaction of LMDB makes it count: height, root, and how far the piles reach. Nothing
is written over, so that every point can be read until it is let go.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb
import msgspec
import numpy as np

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import ABSENT, INNER, empty_root, value_hash
from huabiao.state.faults import StateDamaged, StorageFault, disk_full
from huabiao.state.node import SLOT_BYTES, Inner, entries_of
from huabiao.state.opening import check_format, open_environment, unreadable
from huabiao.state.pile import Pile
from huabiao.state.rows import Numbers, Rows

POINT = b"p"
INNER_MARK, INNER_BYTES = 255, 1 + 8 + 513 + 128


class Point(msgspec.Struct, array_like=True, frozen=True):
    """A flush: the state that it made, and what the disk had then."""

    height: int
    root: bytes
    place: int
    """Where the root node is, unless there is no key."""
    count: int
    leaves: int
    inners: int
    value_bytes: int
    """Bytes of the records of the values that are current."""
    nodes_end: int
    values_end: int
    nodes_floor: int
    values_floor: int
    """Nothing of this state lies below these positions."""

    @property
    def node_bytes(self) -> int:
        """Bytes of the records of the nodes that are current."""
        leaves = SLOT_BYTES * self.count + 2 * self.leaves
        return leaves + INNER_BYTES * self.inners


encode_point = msgspec.msgpack.Encoder().encode
decode_point = msgspec.msgpack.Decoder(Point).decode


def inner_records(rows: Rows, nodes: Numbers) -> list[bytes]:
    """The records of inner nodes in memory."""
    records = np.empty((len(nodes), INNER_BYTES), np.uint8)
    records[:, 0], records[:, 9] = INNER_MARK, INNER[0]
    counts = rows.counts[nodes].astype(">u8").view(np.uint8)
    places = rows.places[nodes].astype("<u8").view(np.uint8)
    records[:, 1:9] = counts.reshape(-1, 8)
    records[:, 10:522] = rows.hashes[nodes].reshape(-1, 512)
    records[:, 522:] = places.reshape(-1, 128)
    together = records.tobytes()
    ends = range(INNER_BYTES, len(together) + 1, INNER_BYTES)
    return [together[end - INNER_BYTES : end] for end in ends]


def open_inner(record: bytes) -> Inner:
    places = array("Q", record[522:])
    if sys.byteorder == "big":
        places.byteswap()
    return Inner(int.from_bytes(record[1:9]), record[10:522], places)


def value_record(key: bytes, value: bytes) -> bytes:
    return len(key).to_bytes(4) + key + value


def split_record(record: bytes) -> tuple[bytes, bytes]:
    """Key and value."""
    end = 4 + int.from_bytes(record[:4])
    return record[4:end], record[end:]


class Store:
    """One thread writes at a time; readers and `settle` exclude each other."""

    def __init__(
        self, folder: Path, digest: Digest, retained: int, most: int, file_bytes: int
    ) -> None:
        self.folder, self.digest = folder, digest
        self.retained, self.most_history = max(retained, 1), most
        self.pinned: list[int] = []
        """Heights whose points are being read, and must stay."""
        self.env = open_environment(folder)
        try:
            self.meta = self.env.open_db(b"meta")
            with self.writing() as txn:
                if check_format(folder, digest, txn, self.meta):
                    start = Point(0, empty_root(digest), *([0] * 9))
                    txn.put(POINT + bytes(8), encode_point(start), db=self.meta)
            self.points = self._read_points()
            newest = self.points[-1]
            self.nodes = Pile(folder, "nodes", newest.nodes_end, file_bytes)
            self.values = Pile(folder, "values", newest.values_end, file_bytes)
            if not (self.nodes.whole() and self.values.whole()):
                raise unreadable(folder, "nodes-*.pile, values-*.pile")
        except BaseException:
            self.env.close()
            raise
        self._let_go()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A write transaction whose failures are sentences."""
        try:
            with self.env.begin(write=True) as txn:
                yield txn
        except lmdb.Error as error:
            raise self.fault(error) from error

    def fault(self, error: lmdb.Error) -> StorageFault:
        """The sentence for an error of LMDB."""
        if isinstance(error, lmdb.MapFullError | lmdb.DiskError) or (
            "No space left" in str(error) or "File too large" in str(error)
        ):
            return disk_full(self.folder, "状态", "the state")
        return StateDamaged(
            f"状态库 {self.folder} 无法使用：{error}。"
            "请删除该文件夹后重新启动，从区块日志重建。"
            f" The state store at {self.folder} failed: {error}."
            " Remove that folder and start again to rebuild it from the block log."
        )

    def _read_points(self) -> list[Point]:
        """The retained points, the oldest first."""
        found = []
        try:
            with self.env.begin(db=self.meta) as txn:
                cursor = txn.cursor()
                if cursor.set_range(POINT):
                    found = [decode_point(record) for _, record in cursor]
        except lmdb.Error as error:
            raise self.fault(error) from error
        except msgspec.MsgspecError as error:
            raise unreadable(self.folder, str(error)) from error
        if not found:
            raise unreadable(self.folder, "meta")
        return found

    def write(self, point: Point, nodes: list[bytes], values: list[bytes]) -> None:
        """One flush, durable on return; readers know nothing of it before `settle`."""
        self.values.write(values)
        self.nodes.write(nodes)
        gone = self._too_old(point)
        with self.writing() as txn:
            for each in gone:
                txn.delete(POINT + each.height.to_bytes(8), db=self.meta)
            key = POINT + point.height.to_bytes(8)
            txn.put(key, encode_point(point), db=self.meta)

    def _too_old(self, point: Point) -> list[Point]:
        """The points to let go of: there are too many, or they keep too much."""
        kept = [each for each in self.points if each.height != point.height]
        end = point.nodes_end + point.values_end
        first = 0
        while (
            first < len(kept)
            and kept[first].height not in self.pinned
            and (
                len(kept) + 1 - first > self.retained
                or (
                    end - kept[first].nodes_end - kept[first].values_end
                    > self.most_history
                    and len(kept) + 1 - first > 2
                )
            )
        ):
            first += 1
        return kept[:first]

    def settle(self, point: Point) -> None:
        """Let readers see what was written, and remove what nobody needs now."""
        gone = self._too_old(point)
        kept = [each for each in self.points if each.height != point.height]
        self.points = [*kept[len(gone) :], point]
        self.nodes.end, self.values.end = point.nodes_end, point.values_end
        self._let_go()

    def _let_go(self) -> None:
        self.nodes.let_go(min(each.nodes_floor for each in self.points))
        self.values.let_go(min(each.values_floor for each in self.points))

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Of each pile: the bytes that the newest point needs, and all."""
        newest = self.points[-1]
        return {
            "nodes": (newest.node_bytes, self.nodes.end - self.nodes.start),
            "values": (newest.value_bytes, self.values.end - self.values.start),
        }

    def point_at(self, height: int) -> Point | None:
        return next((each for each in self.points if each.height == height), None)

    def is_inner(self, place: int) -> bool:
        return self.nodes.read(place, 1) == b"\xff"

    def node(self, place: int, expected: bytes) -> bytes | Inner:
        """The node at a place; StateDamaged unless it has the expected hash."""
        mark = self.nodes.read(place, 1)
        if mark == b"\xff":
            inner = open_inner(self.nodes.read(place, INNER_BYTES).ljust(INNER_BYTES))
            if self.digest(INNER + inner.hashes) == expected:
                return inner
        elif mark:
            leaf = self.nodes.read(place + 1, 1 + SLOT_BYTES * mark[0])
            if self.digest(entries_of(leaf)) == expected:
                return leaf
        raise self.damaged(f"节点 {place}", f"node {place}")

    def root_of(self, point: Point) -> bytes | Inner | None:
        """The root node of a point as it is on disk, None if there is no key."""
        if point.root == empty_root(self.digest):
            return None
        return self.node(point.place, point.root)

    def child(self, node: Inner, n: int) -> bytes | Inner | None:
        """A child as it is on disk, None if there is none."""
        expected = node.hashes[n << 5 : (n + 1) << 5]
        return None if expected == ABSENT else self.node(node.places[n], expected)

    def value(self, position: int, size: int, expected: bytes) -> tuple[bytes, bytes]:
        """A key and its value; StateDamaged unless the value has the expected hash."""
        record = self.values.read(position, size)
        key, value = split_record(record)
        if len(record) != size or value_hash(self.digest, value) != expected:
            raise self.damaged(f"值 {position}", f"value {position}")
        return key, value

    def damaged(self, what: str, what_en: str) -> StateDamaged:
        return StateDamaged(
            f"状态库 {self.folder} 已损坏：{what} 缺失或与其哈希不符。"
            "请删除状态文件夹后重新启动，从区块日志重建。"
            f" The state store at {self.folder} is damaged: {what_en} is missing or is"
            " not its hash. Remove the state folder and start again to rebuild it from"
            " the block log."
        )

    def close(self) -> None:
        self.env.close()
        self.nodes.close()
        self.values.close()
