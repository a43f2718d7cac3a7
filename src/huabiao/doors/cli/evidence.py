"""notarize and proof: files into the chain by their digests, proofs out of it."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from huabiao.doors.cli import abroad
from huabiao.doors.cli.bars import bar
from huabiao.doors.cli.settings import Failed, Settings, command, identity_option

PIECE = 1 << 20
MOST_JOINED = 2_000
MOST_IN_ENVELOPE = 30_000


@command(
    click.argument(
        "files",
        nargs=-1,
        required=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
    ),
    identity_option(default="default"),
    click.option("--note", default="", help="备注 · a note"),
)
def notarize(
    settings: Settings, files: tuple[Path, ...], identity: str, note: str
) -> None:
    """存证文件：只发送摘要。 Notarise files; only their digests leave this machine."""
    keys = settings.keys(identity, make=identity == "default")
    suite = settings.city.founding_suite
    with bar("摘要 · hash", sum(path.stat().st_size for path in files)) as shown:
        digests = [digest_file(path, suite, shown.update) for path in files]
    records = []
    for start in range(0, len(files), MOST_IN_ENVELOPE):
        part = digests[start : start + MOST_IN_ENVELOPE]
        envelope = _notarise(settings, keys, part, note)
        records += [
            {"id": f"{envelope}.{place}", "file": str(path)}
            for place, path in enumerate(files[start : start + MOST_IN_ENVELOPE])
        ]
    lines = "\n".join(f"{each['id']}  {each['file']}" for each in records)
    settings.give({"records": records}, lines)


def _notarise(settings: Settings, keys: Any, digests: list[bytes], note: str) -> str:
    from huabiao.client.signing import call

    joined = [
        b"".join(digests[start : start + MOST_JOINED])
        for start in range(0, len(digests), MOST_JOINED)
    ]
    outcome = settings.city.send(
        keys, call("evidence", "notarize", digests=joined, note=note)
    )
    if not outcome.accepted:
        raise Failed(outcome.sentence)
    return outcome.envelope


def digest_file(
    path: Path, suite_name: str, told: Callable[[int], Any] = lambda octets: None
) -> bytes:
    """A file's digest by the suite of genesis, read piece by piece; `told` is told how
    many octets each has."""
    update, final = _hasher(suite_name)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            update(piece)
            told(len(piece))
    return final()


def _hasher(suite_name: str) -> tuple[Callable[[bytes], Any], Callable[[], bytes]]:
    """SHA-256 or SM3 (GB/T 32905), fed in pieces."""
    if suite_name == "sm":
        from cryptography.hazmat.primitives import hashes

        sm3 = hashes.Hash(hashes.SM3())
        return sm3.update, sm3.finalize
    sha = hashlib.sha256()
    return sha.update, sha.digest


@command(
    click.argument("id"),
    abroad.at_option,
    click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(path_type=Path),
        help="文件 · file",
    ),
    click.option("--at", type=click.IntRange(0), help="高度 · height, of a record"),
    identity_option(),
)
def proof(
    settings: Settings, id: str, output: Path, at: int | None, identity: str | None,
    at_url: str | None,
) -> None:  # fmt: skip
    """取证明：信封、信封.序号、场景/编号、链.区/场景/编号。 Take a proof; an id may be
    SCENARIO/ID, or an address, whose own chain then proves it."""
    path, route = f"/api/proofs/{quote(id, safe='/')}", ""
    if "." in id.partition("/")[0] and "/" in id:
        route, found = abroad.route_to(settings, id)
        path = f"/api/proofs/{quote(f'{found.contract}/{found.record}', safe='/')}"
    if route:
        door = abroad.door_of(settings, route, at_url)
        content = abroad.reader(settings, identity, route, door).octets(path, at=at)
    else:
        content = settings.read(identity, lambda city: city.octets(path, at=at))
    output.write_bytes(content)
    settings.give(
        {"id": id, "file": str(output), "bytes": len(content)},
        f"{output}（{len(content)} 字节 · bytes）",
    )
