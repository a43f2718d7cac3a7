"""Reading what is on disk at a retained point."""

from __future__ import annotations

from collections.abc import Iterator

from huabiao.proofs.radix import encode_proof
from huabiao.state.node import (
    SLOT_BYTES,
    WHERE,
    WHERE_BYTES,
    Child,
    Inner,
    entries_of,
    way,
    where_of,
)
from huabiao.state.store import Point, Store


def prove_at(store: Store, point: Point, key: bytes) -> tuple[bytes | None, bytes, int]:
    """A key's value or None at a point, the proof, and the height."""
    key_hash = store.digest(key)
    inner, leaf = way(_root(store, point), store.child, key_hash)
    proof = encode_proof(key_hash, inner, entries_of(leaf)[1:])
    return _value_in(store, leaf, key_hash), proof, point.height


def value_at(store: Store, point: Point, key: bytes) -> bytes | None:
    """The value that a key had at a point."""
    key_hash = store.digest(key)
    _, leaf = way(_root(store, point), store.child, key_hash)
    return _value_in(store, leaf, key_hash)


def items(store: Store, point: Point) -> Iterator[tuple[bytes, bytes]]:
    """All keys and values at a point, in the order of the keys' hashes."""
    to_do: list[Child] = [_root(store, point)]
    while to_do:
        child = to_do.pop()
        if isinstance(child, Inner):
            node = child
            to_do += [
                store.child(node, n)
                for n in reversed(range(16))
                if node.children[n] is not None
            ]
        elif isinstance(child, bytes):
            yield from _items_of(store, child)


def _items_of(store: Store, leaf: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 1 + (len(leaf) // SLOT_BYTES << 6)
    for n, at in enumerate(range(1, end, 64)):
        position, size = WHERE.unpack_from(leaf, end + WHERE_BYTES * n)
        key, value = store.value(position, size, leaf[at + 32 : at + 64])
        if store.digest(key) != leaf[at : at + 32]:
            raise store.damaged(f"值 {position}", f"value {position}")
        yield key, value


def _root(store: Store, point: Point) -> Child:
    top = store.top_of(point)
    return None if top.children[0] is None else store.child(top, 0)


def _value_in(store: Store, leaf: bytes, key_hash: bytes) -> bytes | None:
    place = where_of(leaf, key_hash)
    return None if place is None else store.value(*place)[1]
