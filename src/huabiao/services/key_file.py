"""
A key of one's own in a file: 32 random bytes, made at first use, read by nobody else.
"""

import os
import secrets
from pathlib import Path

KEY_SIZE = 32


def own_key(path: Path) -> bytes:
    """The key in a file, made where there is none; ValueError if it is damaged."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # whoever comes second uses the first's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise ValueError(
            f"{path} 已损坏，请从备份恢复。 {path} is damaged: restore it."
        )
    return key
