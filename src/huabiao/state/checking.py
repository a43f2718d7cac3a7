"""
The doctor's question: does everything that LMDB holds hang together?

Every node is hashed and compared with what its parent says, every value is looked for
in the leaf where it belongs, and their numbers must agree. At a million keys it takes
half a minute; nothing is written.
"""

from huabiao.proofs.radix import ABSENT, empty_root, half_byte, value_hash
from huabiao.state.faults import StateDamaged
from huabiao.state.store import Store, Transaction
from huabiao.state.tree import COUNT_BYTES, STEP, count_of, damaged, hash_of, is_leaf


def check_store(store: Store) -> int:
    """How many keys the store holds; StateDamaged at the first thing that is wrong."""
    with store.reading() as txn:
        held = _check_nodes(store, txn)
        found = 0
        for key, value in store.items(txn, b"", {}):
            _check_value(store, txn, key, value)
            found += 1
    if found != held:
        raise _wrong(f"{found} / {held}", "值与树的数目不符", "values and tree differ")
    return found


def _check_nodes(store: Store, txn: Transaction) -> int:
    root = store.node(txn, b"")
    _, expected = store.newest()
    if (empty_root(store.digest) if root is None else b"") != expected:
        to_do = [(b"", expected)]
        while to_do:
            path, expected = to_do.pop()
            node = store.node(txn, path)
            if node is None:
                raise damaged(path)
            if hash_of(store.digest, node) != expected:
                raise _wrong(path.hex(), "节点与其哈希不符", "a node is not its hash")
            if is_leaf(node):
                continue
            for n in range(16):
                child = node[COUNT_BYTES + (n << 5) : COUNT_BYTES + 32 + (n << 5)]
                if child != ABSENT:
                    to_do.append((path + STEP[n], child))
    return count_of(root)


def _check_value(store: Store, txn: Transaction, key: bytes, value: bytes) -> None:
    key_hash, path = store.digest(key), b""
    node = store.node(txn, path)
    while node is not None and not is_leaf(node):
        path += STEP[half_byte(key_hash, len(path))]
        node = store.node(txn, path)
    entry = key_hash + value_hash(store.digest, value)
    at = -1 if node is None else node.find(entry)
    if at < 0 or at & 63:
        raise _wrong(repr(key), "值不在树中", "a value is not in the tree")


def _wrong(what: str, why: str, why_en: str) -> StateDamaged:
    return StateDamaged(
        f"状态库已损坏：{why}（{what}）。请删除状态文件夹后重新启动，从区块日志重建。"
        f" The state store is damaged: {why_en} ({what}). Remove the state folder and"
        " start again to rebuild it from the block log."
    )
