"""did: publish an identity's first key, and resolve anybody's DID."""

import json
from urllib.parse import quote

import click

from huabiao.doors.cli.settings import Failed, Settings, command


@click.group()
def did() -> None:
    """去中心化标识。 DIDs: publish, show."""


@command(click.argument("name"))
def publish(settings: Settings, name: str) -> None:
    """公布身份的首把密钥，使其有 DID。 Give an identity its DID."""
    from huabiao.client.signing import call
    from huabiao.services.did.chain_method import chain_did

    keys = settings.keys(name, make=False)
    outcome = settings.city.send(
        keys, call("identity", "publish_key", public=keys.public)
    )
    # A key that came after the first one stands on the chain already, by add_key.
    if not outcome.accepted and outcome.code not in ("entry.exists", "key.other"):
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    written = chain_did(settings.city.chain, keys.account)
    settings.give({"name": name, "did": written}, written)


@command(
    click.argument("did", metavar="DID"),
    click.option("--version", type=click.IntRange(1), help="高度 · made by this block"),
    click.option(
        "--time", metavar="2026-01-31T08:00:00Z", help="当时 · as it was then"
    ),
)
def show(settings: Settings, did: str, version: int | None, time: str | None) -> None:
    """解析 DID：公钥与服务。 Resolve a DID: its keys and services."""
    from huabiao.client.remote import Answered

    path = f"/api/1.0/identifiers/{quote(did, safe='')}"
    try:
        found = settings.city.get(path, versionId=version, versionTime=time)
    except Answered as error:
        if error.status == 410:
            raise Failed(f"{did} 已注销。 It is deactivated.") from None
        raise Failed(f"{error} [{error.code}]") from None
    settings.give(found, json.dumps(found, ensure_ascii=False, indent=2))


did.add_command(publish)
did.add_command(show)
