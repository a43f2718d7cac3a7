"""A node whose doors speak TLS of national cryptography, and their authority."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from huabiao.node.home import Home
from huabiao.node.place import NodePlace, write_place
from huabiao.services.certificates.authority import make_authority, open_authority
from huabiao.services.certificates.building import Subject
from huabiao.testing.ports import free_port

PASSPHRASE = "correct horse"
ASK = b"GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Door(NamedTuple):
    port: int
    home: Path
    certificate: Path
    authority: Path
    """The certificate of the authority that issued the door's."""


def lay_home(folder: Path, kind: str) -> Home:
    """A home whose door has a certificate of an authority of its own."""
    home = Home(folder / "home")
    (home.folder / "tls").mkdir(parents=True)
    make_authority(folder / "ca", kind, Subject("CA"), PASSPHRASE, 3_650)
    hosts = ("localhost", "127.0.0.1")
    with open_authority(folder / "ca", PASSPHRASE) as authority:
        issued, secret = authority.issue(Subject("door", hosts=hosts), 90, kind)
        written = authority.path_of(issued.serial).read_bytes()
    (home.folder / "tls/door.pem").write_bytes(written)
    (home.folder / "tls/door.key").write_bytes(secret)
    place = NodePlace(
        "city", door="127.0.0.1:0", tls_certificate="tls/door.pem",
        tls_key="tls/door.key", tls_suites="national",
    )  # fmt: skip
    write_place(home, place)
    return home


@contextmanager
def running_door(folder: Path, kind: str) -> Iterator[Door]:
    """`huabiao up` with such a home, until the block is left."""
    home, port = lay_home(folder, kind).folder, free_port()
    words = ["up", "--home", str(home), "--port", str(port), "--suite", "sm", "--json"]
    node = subprocess.Popen(
        [sys.executable, "-m", "huabiao", *words], stdout=subprocess.PIPE
    )
    assert node.stdout is not None
    try:
        told = json.loads(node.stdout.readline())
        assert told["url"] == f"https://127.0.0.1:{port}"
        yield Door(port, home, home / "tls/door.pem", folder / "ca/ca.pem")
    finally:
        node.terminate()
        code = node.wait(60)
    assert code == 0
    assert not (home / "door.sock").exists()
