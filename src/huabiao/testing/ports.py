"""
Ports for servers under test, each given to one process at a time.

A port that the system picks lies where it also picks those of outgoing connections, so
between picking it and listening, or while its server is killed and started again, some
client may sit on it. These lie outside of that range, and a lock file keeps every other
test process of this machine away until this one ends.
"""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO

LOWEST, HIGHEST, FEWEST = 10_000, 65_535, 1_000
RANGE_OF_CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
IANA = (49_152, 65_535)
"""Dynamic ports by RFC 6335 §6: what a system uses that does not tell."""
_held: dict[int, IO[bytes]] = {}


def free_port() -> int:
    """A port that nobody listens on, and no other test process is given."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """As `free_port`, so many different ones; OSError where there are too few."""
    found: list[int] = []
    for port in _candidates():
        if len(found) == count:
            break
        if port not in _held and _take(port):
            found.append(port)
    if len(found) < count:
        raise OSError(f"{count} ports are not free on this machine")
    return found


def _candidates() -> Iterator[int]:
    """Ports that no client gets, from a place that differs by process."""
    first, last = _clients()
    outside = [*range(LOWEST, first), *range(last + 1, HIGHEST + 1)]
    if len(outside) < FEWEST:  # a system that gives clients nearly every port
        outside = list(range(LOWEST, HIGHEST + 1))
    start = os.getpid() * 61 % len(outside)
    return chain(outside[start:], outside[:start])


def _clients() -> tuple[int, int]:
    with suppress(OSError, ValueError):
        first, last = map(int, RANGE_OF_CLIENTS.read_text().split())
        return first, last
    return IANA


def _take(port: int) -> bool:
    folder = Path(tempfile.gettempdir()) / f"huabiao-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    lock = (folder / str(port)).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError:
        lock.close()
        return False
    _held[port] = lock
    return True
