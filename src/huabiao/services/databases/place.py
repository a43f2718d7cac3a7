"""
Where a server lives: what its home folder keeps, and its port.

`place.json` says where the data went, the port, and which account runs it; `password`
is the superuser's. Both are readable by their owner alone.
"""

import secrets
import socket
import time
from pathlib import Path

import msgspec

from huabiao.durable import write_whole
from huabiao.services.databases import server_account as account_of


class Place(msgspec.Struct, frozen=True):
    """What `place.json` keeps: where the data is, the port, and who runs it."""

    data: str
    port: int
    account: str


def noted_place(home: Path) -> Place | None:
    """What the home noted at an earlier start, if anything readable."""
    try:
        return msgspec.json.decode((home / "place.json").read_bytes(), type=Place)
    except (OSError, msgspec.DecodeError):
        return None


def settle(home: Path, account: account_of.Account) -> Place:
    """The place of an earlier start if it still stands, else a new one."""
    known = noted_place(home)
    if known and account_of.is_private(account, Path(known.data).parent):
        return known
    folder = account_of.private_folder(account, home / "server")
    place = Place(str(folder / "data"), 0, account.name)
    note(home, place)
    return place


def secret_of(home: Path) -> str:
    path = home / "password"
    if not path.exists():
        write_whole(path, secrets.token_urlsafe(24).encode())
    return path.read_text().strip()


def note(home: Path, place: Place) -> None:
    """Write down where the server is now."""
    write_whole(home / "place.json", msgspec.json.encode(place))


def free_port(wanted: int) -> int:
    """The wanted port if it is or becomes free, else one that the system gives.

    A killed server's port is closed some milliseconds after its death: addresses
    that others noted stay right if we wait for it.
    """
    for _ in range(10 if wanted else 0):
        if port := _bindable(wanted):
            return port
        time.sleep(0.05)
    if port := _bindable(0):
        return port
    raise OSError("本机没有空闲端口。 No port is free on this machine.")


def _bindable(port: int) -> int:
    """The port that a bind got (0 asks for any), or 0 if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
