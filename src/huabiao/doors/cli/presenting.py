"""
remote present: fetch a record with its state proof from one chain, present it on ours;
and how such a copy is shown.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from huabiao.doors.cli import abroad
from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

if TYPE_CHECKING:
    from huabiao.client.remote import Remote
    from huabiao.client.resource import Resource
    from huabiao.crypto.envelope import Call

SCENARIO = "shared_records"


@command(
    click.argument("address"),
    abroad.at_option,
    click.option("--keep", is_flag=True, help="存原文，默认只存摘要 · keep the record"),
    identity_option(required=True),
)
def present(
    settings: Settings, address: str, at_url: str | None, keep: bool, identity: str
) -> None:
    """把 链.区/合约/编号 连同证明出示到本链，或更新其副本。 Present a record of another
    chain here with its proof, or renew its copy; NAME@ROUTE reads it over there."""
    route, resource = abroad.route_to(settings, address)
    if not route or not resource.record:
        raise Failed(
            f"{address} 须是另一条链上的一条记录。"
            f" {address} must be a record of another chain."
        )
    door = abroad.door_of(settings, route, at_url)
    raw = _proved(abroad.reader(settings, identity, route, door), resource)
    keys = settings.keys(identity)
    way = abroad.way(settings, route)
    key, calls = _calls(settings, way, raw, keep)
    outcome = settings.city.send(keys, *calls)
    tell_outcome(settings, outcome, key)


def _proved(door: "Remote", resource: "Resource") -> bytes:
    """A proof of the record as it stands over there, or that there is none."""
    from huabiao.client.remote import Answered

    path = f"/api/proofs/{quote(f'{resource.contract}/{resource.record}', safe='/')}"
    try:
        return door.octets(path)
    except Answered as refusal:
        if refusal.status != 404:
            raise
        return door.octets(path, at=door.height())


def _calls(
    settings: Settings, way: abroad.Way, raw: bytes, keep: bool
) -> tuple[str, list["Call"]]:
    """The copy's id, and what brings the header and then the record, or its absence."""
    from huabiao.client.signing import call
    from huabiao.doors.cli.chains import find
    from huabiao.services.relay import carrying

    proof, content = carrying.state_proof(raw)
    contract, _, path = content.key.partition("/")
    key = f"{way.route}/{contract}/{path}"
    told: dict[str, Any] = {
        "height": carrying.height_of(proof), "proof": content.radix,
    }  # fmt: skip
    known = find(settings, SCENARIO, key) is not None
    if content.value is not None:
        told |= {"value": content.value, "keep": keep}
    elif not known:
        raise Failed(f"对方没有 {key}。 There is no {key} over there.")
    operation = "renew" if content.value is not None else "show_gone"
    if not known:
        operation = "present"
        told |= {"route": way.route, "contract": contract, "path": path}
    before = carrying.advances(way.client, proof, way.changed)
    return key, [*before, call(SCENARIO, operation, key, **told)]


def show_copy(
    settings: Settings, route: str, resource: "Resource", identity: str | None
) -> None:
    """Say how a record of another chain stood when it was last presented here."""
    from huabiao.client.remote import Answered

    path = f"{route}/{resource.contract}/record/{resource.record}"
    try:
        found = settings.read(
            identity,
            lambda city: city.get(f"/api/copies/{quote(path, safe='/')}"),
            lambda answer: bool(answer["complete"]),
        )
    except Answered as refusal:
        if refusal.status != 404:
            raise
        raise Failed(
            f"本链没有 {resource} 的副本：用 huabiao remote present {resource} 出示。"
            f" No copy of {resource} is here: huabiao remote present {resource}."
        ) from None
    title, told = found["state_title"], found["told"]
    lines = [f"{resource}  {title.get('zh', '')} {found['state']}"]
    if told is None:
        lines.append(
            "（其余不公开；用 --as 身份。 The rest is not public: --as NAME.）"
        )
    else:
        lines += [f"  {told['sentence']}", f"  信任 trust: {told['trust_sentence']}"]
    lines += [f"  {name}: {value}" for name, value in found["fields"].items()]
    settings.give(found, "\n".join(lines))
