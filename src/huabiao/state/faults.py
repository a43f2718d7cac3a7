"""
What can go wrong with the state and the log, each with a sentence that says what to do.

    StorageFault
    ├── DiskFull        no room to write; what was there before still is
    ├── StateDamaged    the state store is not ours, of another format, or corrupt
    ├── NotRetained     no proof can be made at that height any more
    ├── LogDamaged      the block log lost or changed something that was acknowledged
    └── LogBusy         another process writes to this log
"""

import errno
import os
from pathlib import Path

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageFault(Exception):
    """Something about the files that hold the chain."""


class DiskFull(StorageFault):
    """There is no room; nothing that was written before is lost."""


class StateDamaged(StorageFault):
    """The state store cannot be used as it is."""


class NotRetained(StorageFault):
    """The height is older than what is kept, or was never a flush point."""


class LogDamaged(StorageFault):
    """Something that was acknowledged cannot be read any more."""


class LogBusy(StorageFault):
    """Another process has the log open for writing."""


def not_retained(height: int, retained: set[int]) -> NotRetained:
    """The sentence for a height that cannot be proved at, with its neighbours."""
    near = sorted(retained, key=lambda each: (abs(each - height), each))[:3]
    names = ", ".join(map(str, sorted(near)))
    return NotRetained(
        f"高度 {height} 的状态未保留；最近的可证明高度是 {names}。"
        f" The state at height {height} is not retained;"
        f" the nearest heights that are: {names}."
    )


def disk_full(folder: Path, what: str, what_en: str) -> DiskFull:
    """The sentence for a full disk: what could not be written, and how much is left."""
    try:
        room = os.statvfs(folder)
        left = f"{room.f_bavail * room.f_frsize / 2**20:.1f} MiB"
    except OSError:
        left = "?"
    return DiskFull(
        f"磁盘已满，无法写入{what}：{folder} 仅剩 {left}。"
        "此前的数据完好；请腾出空间后重试。"
        f" The disk is full, cannot write {what_en}: {left} left at {folder}."
        " What was written before is intact; make room and try again."
    )
