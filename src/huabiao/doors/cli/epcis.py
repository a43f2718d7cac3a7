"""epcis: documents of events into the chain and out of it, and what a lot became."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

PAGE = 100_000


@click.group()
def epcis() -> None:
    """追溯事件文件。 EPCIS 2.0 documents: import, export, descendants of a lot."""


def _pairs(name: str, about: str) -> Any:
    return click.option(f"--{name}", name, multiple=True, metavar="A=B", help=about)


@command(
    click.argument(
        "file", type=click.Path(path_type=Path, exists=True, dir_okay=False)
    ),
    _pairs("weight", "单件克数 · grams a piece: GTIN=GRAMS"),
    _pairs("party", "往来方账户 · a party's account: ID=ACCOUNT"),
    _pairs("product", "品名 · a product's name: GTIN=NAME"),
    click.option("--intake", is_flag=True, help="外来货先入库 · bring in what is new"),
    click.option(
        "--not-kept",
        is_flag=True,
        help="原文不留在节点 · the node is not to keep the document itself",
    ),
    click.option("--dry-run", is_flag=True, help="只看不发 · show, send nothing"),
    identity_option(required=True),
    name="import",
)
def bring_in(
    settings: Settings, file: Path, weight: tuple[str, ...], party: tuple[str, ...],
    product: tuple[str, ...], intake: bool, not_kept: bool, dry_run: bool,
    identity: str,
) -> None:  # fmt: skip
    """把他人的 EPCIS 文件写上链。 Import a document: one envelope, all or nothing; the
    node keeps the document, public as the scene is, for exports."""
    from huabiao.doors.cli.chains import find
    from huabiao.services.epcis import Translation, translate

    keys, raw = settings.keys(identity), file.read_bytes()
    how = Translation(
        {_gtin(gtin): _whole(grams) for gtin, grams in _split(weight)},
        dict(_split(party)),
        {_gtin(gtin): name for gtin, name in _split(product)},
        intake,
        lambda path: find(settings, "food_trace", path) is not None,
    )
    calls = translate(raw, keys.suite.digest(raw), how)
    lines = [f"  {call.operation} {call.key}" for call in calls]
    for note in how.notes:
        click.echo(note, err=True)
    if dry_run:
        told = [{"operation": call.operation, "key": call.key} for call in calls]
        settings.give({"calls": told, "notes": how.notes}, "\n".join(lines))
        return
    outcome = settings.city.send(keys, *calls)
    if outcome.accepted and not not_kept:
        given = {"document": raw.decode()}
        settings.city.as_(keys).post("/api/epcis/documents", given)
    tell_outcome(settings, outcome, f"{file.name}：{len(calls) - 1}")


def _split(given: tuple[str, ...]) -> list[tuple[str, str]]:
    """Cut at the last `=`: a party's address may hold others."""
    found = []
    for each in given:
        name, equals, value = each.rpartition("=")
        if not (name and equals and value):
            raise Failed(f"“{each}”须写作 A=B。 Write {each!r} as A=B.")
        found.append((name, value))
    return found


def _gtin(written: str) -> str:
    return written.strip().zfill(14)


def _whole(written: str) -> int:
    if not written.isdecimal() or not int(written):
        raise Failed(f"“{written}”须为整克数。 {written!r} is no whole grams.")
    return int(written)


@command(
    click.argument("lot"),
    click.option("--out", type=click.Path(path_type=Path), help="写入文件 · to a file"),
    identity_option(),
)
def export(
    settings: Settings, lot: str, out: Path | None, identity: str | None
) -> None:
    """一个批次及其原料的全部事件。 A lot's events and its ancestors', as a document."""
    path = f"/api/epcis/lots/{quote(lot)}"
    octets = settings.read(identity, lambda city: city.octets(path))
    if out is None:
        click.echo(octets.decode())
        return
    out.write_bytes(octets)
    settings.give({"file": str(out)}, f"{out}  {len(octets)}")


@command(click.argument("lot"), identity_option())
def descendants(settings: Settings, lot: str, identity: str | None) -> None:
    """一个批次流入的全部批次。 Every lot that was made of this one; the digest of the
    list is what `locate` takes."""
    path = f"/api/epcis/descendants/{quote(lot)}"
    found = settings.read(identity, lambda city: city.get(path, limit=PAGE))
    while len(found["lots"]) < found["count"]:
        at = len(found["lots"])
        more = settings.read(
            identity, lambda city, at=at: city.get(path, limit=PAGE, offset=at)
        )
        found["lots"] += more["lots"]
    click.echo(f"{found['count']}  {found['findings']}", err=True)
    settings.give(found, "\n".join(found["lots"]))


for each in (bring_in, export, descendants):
    epcis.add_command(each)
