"""
Opening the state store: is it there, is it ours, is it whole, of this format and suite.

Everything that is wrong is a sentence that says what to do. The state can always be
rebuilt from the block log, so the advice is mostly to remove the folder; but a folder
that is not ours is never to be removed on our word.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import lmdb

from huabiao.proofs.merkle import Digest
from huabiao.state.faults import StateDamaged

FORMAT, VERSION = b"format", 2
MAGIC = b"huabiao state"
MAP_BYTES = 2**26
"""Room for `meta`: a record of a hundred bytes for each retained point."""


def open_environment(folder: Path) -> lmdb.Environment:
    """LMDB over a folder, made if need be; StateDamaged if it cannot be opened."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        env = lmdb.open(
            str(folder), map_size=MAP_BYTES, max_dbs=8, max_readers=512, meminit=False
        )
    except lmdb.Error as error:
        raise unreadable(folder, str(error)) from error
    mend_length(folder, env)
    env.reader_check()
    return env


READ_ALL = """
import sys, lmdb
with lmdb.open(sys.argv[1], max_dbs=8, readonly=True) as env:
    with env.begin(db=env.open_db(b"meta")) as txn:
        for _ in txn.cursor():
            pass
"""


def mend_length(folder: Path, env: lmdb.Environment) -> None:
    """
    Make the file as long as LMDB believes it to be, or reading may end the process.

    It may rightly be shorter: free pages at the end are never written. But if it was
    cut, pages that are needed are zeros now, and LMDB aborts where it meets one. So
    another process reads everything once; seldom is that necessary.
    """
    needed = (env.info()["last_pgno"] + 1) * env.stat()["psize"]
    file = folder / "data.mdb"
    held = file.stat().st_size
    if held >= needed:
        return
    os.truncate(file, needed)
    command = [sys.executable, "-c", READ_ALL, str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        env.close()
        os.truncate(file, held)
        raise unreadable(folder, f"data.mdb: {held} < {needed} bytes")


def check_format(folder: Path, digest: Digest, txn: Any, meta: Any) -> bool:
    """Write what this store is and tell if it is new; refuse what is not this."""
    ours = MAGIC + bytes([VERSION]) + digest(MAGIC)
    found = txn.get(FORMAT, db=meta)
    if found == ours:
        return False
    if found is None:
        if txn.stat(db=meta)["entries"]:
            raise not_ours(folder)
        txn.put(FORMAT, ours, db=meta)
        return True
    elif not found.startswith(MAGIC):
        raise not_ours(folder)
    elif found[len(MAGIC)] != VERSION:
        raise StateDamaged(
            f"状态库 {folder} 的格式版本是 {found[len(MAGIC)]}，本程序只认 {VERSION}。"
            "请换用对应版本的程序，或删除该文件夹后从区块日志重建。"
            f" The state store at {folder} has format {found[len(MAGIC)]}, this program"
            f" reads {VERSION}. Use the program of that version, or remove the folder"
            " to rebuild it from the block log."
        )
    else:
        raise StateDamaged(
            f"状态库 {folder} 属于另一密码套件。请核对链的套件设置。"
            f" The state store at {folder} belongs to another suite."
            " Check which suite the chain was made with."
        )


def unreadable(folder: Path, why: str) -> StateDamaged:
    return StateDamaged(
        f"状态库 {folder} 已损坏，无法打开（{why}）。"
        "请删除该文件夹后重新启动，从区块日志重建。"
        f" The state store at {folder} is damaged and cannot be opened ({why})."
        " Remove that folder and start again to rebuild it from the block log."
    )


def not_ours(folder: Path) -> StateDamaged:
    return StateDamaged(
        f"{folder} 里的数据库不是华表的状态库。请改用另一个文件夹。"
        f" The database at {folder} is not a state store of Huabiao's."
        " Choose another folder."
    )
