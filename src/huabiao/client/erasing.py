"""
Erasing a file: overwritten, flushed, and only then removed.

A disk that writes elsewhere than it is told (flash, copy-on-write file systems) may
keep the old block: what must not be read there is sealed in the first place.
"""

import os
from pathlib import Path


def erase_file(path: Path) -> None:
    """Overwrite, flush, remove, flush; nothing happens if it is not there."""
    try:
        handle = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
        os.fsync(handle)
    finally:
        os.close(handle)
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was renamed or removed in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
