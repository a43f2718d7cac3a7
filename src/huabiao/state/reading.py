"""Reading the newest nodes and values: overlays, then the cache, then LMDB."""

from __future__ import annotations

import lmdb

from huabiao.state.cache import MISSING, Cache
from huabiao.state.overlay import Overlay
from huabiao.state.store import Store
from huabiao.state.tree import Nodes


class NodeReader:
    """
    The newest nodes, for one batch or one proof; a context, for LMDB's transaction.

    It holds the overlays for the whole reading. A background flush that ends meanwhile
    changes nothing for it: what that flush wrote is found in `frozen`, and everything
    else is the same in an LMDB snapshot from before and from after.
    """

    def __init__(
        self, dirty: Overlay, frozen: Overlay, cache: Cache, store: Store
    ) -> None:
        self.dirty, self.frozen = dirty.nodes, frozen.nodes
        self.cache, self.store = cache, store
        self.before: Nodes = {}
        """What was read from below the dirty overlay: what a flush will replace."""
        self.txn: lmdb.Transaction | None = None

    def read(self, path: bytes) -> bytes | None:
        """The node at a path."""
        node = self.dirty.get(path, MISSING)
        if node is MISSING:
            node = self.frozen.get(path, MISSING)
            if node is MISSING:
                node = self.cache.get(path)
                if node is MISSING:
                    node = self.read_stored(path)
            self.before[path] = node  # type: ignore[assignment]
        return node  # type: ignore[return-value]

    def read_stored(self, path: bytes) -> bytes | None:
        """The node that LMDB holds at a path."""
        try:
            if self.txn is None:
                self.txn = self.store.env.begin()
            node = self.store.node(self.txn, path)
        except lmdb.Error as error:
            raise self.store.fault(error, "状态", "the state") from error
        self.cache.put(path, node)
        return node

    def __enter__(self) -> NodeReader:
        return self

    def __exit__(self, *_: object) -> None:
        if self.txn is not None:
            self.txn.abort()


class StoredValues:
    """
    Values that LMDB holds, read in one snapshot from flush to flush.

    To open a snapshot costs more than to read in it. What a flush under way adds is
    found in `frozen` before LMDB is asked; when that is cleared, `renew` is called.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.txn: lmdb.Transaction | None = None

    def read(self, key: bytes) -> bytes | None:
        try:
            if self.txn is None:
                self.txn = self.store.env.begin()
            return self.store.value(self.txn, key)
        except lmdb.Error as error:
            raise self.store.fault(error, "状态", "state") from error

    def renew(self) -> None:
        """Let go of the snapshot; the next reading opens another."""
        if self.txn is not None:
            self.txn.abort()
            self.txn = None
