"""
Files that are there whole or not at all, and survive a power cut.

Written beside the path under a name of their own, flushed, put in place, and the folder
flushed. Every room may use it; it knows none.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

PRIVATE, PUBLIC = 0o600, 0o644


def write_whole(
    path: Path, content: bytes, mode: int = PRIVATE, at_ns: int | None = None
) -> None:
    """
    Replace a file's content; OSError leaves the file as it was.

    `at_ns`: the time of change that the file is to have, nanoseconds since 1970.
    """
    _write(path, content, mode, at_ns, os.replace)


def write_new(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """As `write_whole`; FileExistsError where the name is taken: nothing is lost."""
    # link, unlike rename, fails if the name is taken.
    _write(path, content, mode, None, os.link)


def _write(
    path: Path,
    content: bytes,
    mode: int,
    at_ns: int | None,
    put: Callable[[Path, Path], None],
) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if at_ns is not None:
            os.utime(draft, ns=(at_ns, at_ns))
        put(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was made, renamed or removed in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
