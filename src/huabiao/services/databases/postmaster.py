"""
Reading `postmaster.pid`, PostgreSQL's own note of who runs on a data folder.

Lines (PostgreSQL source, `src/include/utils/pidfile.h`): process id, data folder,
start time, port, socket folder, listen address, shared memory key, status.
A killed server leaves the file behind, and a restarted container hands its process id
to somebody else: the id alone proves nothing, so the process must look like a server
of this very folder.
"""

import os
from pathlib import Path

import msgspec


class Postmaster(msgspec.Struct, frozen=True):
    """Who is noted in the file; `ready` when it accepts connections."""

    pid: int
    port: int
    ready: bool


def read_postmaster(data: Path) -> Postmaster | None:
    """The note in a data folder, or None when there is none or it is half written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        return Postmaster(int(lines[0]), int(lines[3]), ready)
    except (OSError, ValueError, IndexError):
        return None


def runs_there(noted: Postmaster | None, data: Path) -> bool:
    """Whether the noted process lives and is a PostgreSQL of this data folder."""
    if noted is None:
        return False
    import psutil  # comes with the server's wheel, which is an extra

    try:
        process = psutil.Process(noted.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        words = process.cmdline()
    except psutil.AccessDenied:
        return True
    except psutil.Error:
        return False
    program = os.path.basename(words[0]) if words else ""
    return program.startswith("postgres") and str(data) in words


def clear_if_stale(data: Path, noted: Postmaster | None) -> None:
    """Remove the notes of a dead server: a reused process id would block the start.

    The socket beside the data folder has a lock file with the same id in it. Where
    nobody reaps the dead (a container without init), that id even stays taken.
    """
    if noted is None or runs_there(noted, data):
        return
    (data / "postmaster.pid").unlink(missing_ok=True)
    for left in data.parent.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)
