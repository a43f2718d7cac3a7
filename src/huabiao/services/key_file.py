"""
A key of one's own in a file: 32 random bytes, made at first use, read by nobody else.
"""

import secrets
from contextlib import suppress
from pathlib import Path

from huabiao.durable import write_new

KEY_SIZE = 32


def own_key(path: Path) -> bytes:
    """The key in a file, made where there is none; ValueError if it is damaged."""
    if not path.exists():
        with suppress(FileExistsError):  # whoever comes second uses the first's
            write_new(path, secrets.token_bytes(KEY_SIZE))
    key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise ValueError(
            f"{path} 已损坏，请从备份恢复。 {path} is damaged: restore it."
        )
    return key
