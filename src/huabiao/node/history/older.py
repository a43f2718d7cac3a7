"""
What a pruned home says of the blocks that it no longer has.

    HOME/pruned.json   {"first": 500, "where": "…"}   the first block here, and who has
                                                      the others, as the operator put it
"""

import json
from pathlib import Path
from typing import Any

FILE = "pruned.json"


def read_pruned(home: Path) -> dict[str, Any] | None:
    """What was noted when a home was pruned; None if it never was."""
    try:
        found: dict[str, Any] = json.loads((home / FILE).read_text("utf-8"))
        return {"first": int(found["first"]), "where": str(found["where"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def told_where(home: Path, height: int) -> str:
    """The sentence for a block that was pruned."""
    noted = read_pruned(home)
    where = noted["where"] if noted else ""
    at, at_en = (f"（{where}）", f" ({where})") if where else ("", "")
    return (
        f"高度 {height} 的区块已从本节点清理，在归档中{at}；"
        "用 huabiao archive proof 归档文件夹 编号 -o 文件 取证明。"
        f" Block {height} was pruned from this node; the archive{at_en} has it: take"
        " the proof with huabiao archive proof FOLDER ID -o FILE."
    )
