"""Reading what is on disk at a retained point."""

from __future__ import annotations

from collections.abc import Iterator

from huabiao.proofs.radix import encode_proof, half_byte
from huabiao.state.node import (
    EMPTY,
    SLOT_BYTES,
    WHERE,
    WHERE_BYTES,
    Inner,
    entries_of,
    where_of,
)
from huabiao.state.store import Point, Store


def prove_at(store: Store, point: Point, key: bytes) -> tuple[bytes | None, bytes, int]:
    """A key's value or None at a point, the proof, and the height."""
    key_hash = store.digest(key)
    inner, leaf = way(store, point, key_hash)
    proof = encode_proof(key_hash, inner, entries_of(leaf)[1:])
    return _value_in(store, leaf, key_hash), proof, point.height


def value_at(store: Store, point: Point, key: bytes) -> bytes | None:
    """The value that a key had at a point."""
    key_hash = store.digest(key)
    _, leaf = way(store, point, key_hash)
    return _value_in(store, leaf, key_hash)


def way(store: Store, point: Point, key_hash: bytes) -> tuple[list[bytes], bytes]:
    """The child hashes of each inner node on a key's way, and the leaf at its end."""
    inner: list[bytes] = []
    node = store.root_of(point)
    while isinstance(node, Inner):
        inner.append(node.hashes)
        node = store.child(node, half_byte(key_hash, len(inner) - 1))
    return inner, EMPTY if node is None else node


def items(store: Store, point: Point) -> Iterator[tuple[bytes, bytes]]:
    """All keys and values at a point, in the order of the keys' hashes."""
    to_do = [store.root_of(point)]
    while to_do:
        node = to_do.pop()
        if isinstance(node, Inner):
            to_do += [store.child(node, n) for n in reversed(range(16))]
        elif node is not None:
            yield from _items_of(store, node)


def _items_of(store: Store, leaf: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 1 + (len(leaf) // SLOT_BYTES << 6)
    for n, at in enumerate(range(1, end, 64)):
        position, size = WHERE.unpack_from(leaf, end + WHERE_BYTES * n)
        key, value = store.value(position, size, leaf[at + 32 : at + 64])
        if store.digest(key) != leaf[at : at + 32]:
            raise store.damaged(f"值 {position}", f"value {position}")
        yield key, value


def _value_in(store: Store, leaf: bytes, key_hash: bytes) -> bytes | None:
    place = where_of(leaf, key_hash)
    return None if place is None else store.value(*place)[1]
