"""
The doctor's question: does everything that the newest point needs hang together?

Every node is hashed and compared with what its parent says, every value is read and
compared with its entry, and their number must be the one recorded. At a million keys it
takes half a minute; nothing is written.
"""

from huabiao.state.faults import StateDamaged
from huabiao.state.reading import items
from huabiao.state.store import Store


def check_store(store: Store) -> int:
    """How many keys the store holds; StateDamaged at the first thing that is wrong."""
    point = store.points[-1]
    found = sum(1 for _ in items(store, point))
    if found != point.count:
        raise StateDamaged(
            f"状态库已损坏：值与树的数目不符（{found} / {point.count}）。"
            "请删除状态文件夹后重新启动，从区块日志重建。"
            f" The state store is damaged: values and tree differ ({found} /"
            f" {point.count}). Remove the state folder and start again to rebuild it"
            " from the block log."
        )
    return found
