"""licence: a department issues one, an office redeems a code. Holders: `wallet`."""

import json
import time
from pathlib import Path

import click

from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

DAY_MS = 86_400_000


def later(milliseconds: int) -> str:
    """An instant from now, as an argument is written."""
    from huabiao.codec import Instant

    return str(Instant.show(int(time.time() * 1000) + milliseconds))


@click.group()
def licence() -> None:
    """电子证照。 Electronic licences, shown to an office by an eight-digit code."""


@command(
    click.argument("id_", metavar="ID"),
    click.argument("content", type=click.Path(exists=True, path_type=Path)),
    click.option("--type", "licence_type", required=True, help="证照类型 · its type"),
    click.option("--to", "holder", required=True, help="持证人账户 · the holder"),
    click.option("--days", type=click.IntRange(1, 36_500), default=3_650),
    identity_option(required=True),
)
def issue(
    settings: Settings, id_: str, content: Path, licence_type: str, holder: str,
    days: int, identity: str,
) -> None:  # fmt: skip
    """签发证照；CONTENT 是内容的 JSON 文件，进保险库。 Issue what a JSON file says."""
    from huabiao.crypto.address import parse
    from huabiao.services.credentials.strict_json import parse_object

    told = parse_object(content.read_bytes())
    written = {
        "licence_type": licence_type, "holder": holder, "entries": list(told),
        "until": later(days * DAY_MS), "content": json.dumps(told, ensure_ascii=False),
    }  # fmt: skip
    keys, about = settings.keys(identity), parse(holder)
    outcome = settings.city.call(keys, "licences", "issue", id_, written, subject=about)
    tell_outcome(settings, outcome, id_)


@command(
    click.argument("digits"),
    click.option("--purpose", required=True, help="用途 · what for"),
    identity_option(required=True),
)
def redeem(settings: Settings, digits: str, purpose: str, identity: str) -> None:
    """核销授权码，查看获准的字段。 Redeem a code, and see what it permits."""
    from huabiao.client.remote import Remote

    keys = settings.keys(identity)
    signed_in = Remote(settings.url).as_(keys)
    asked = {"code": digits.replace(" ", ""), "purpose": purpose}
    answer = signed_in.post("/api/licences/redeem", asked)
    written = {"secret": answer["secret"], "purpose": purpose}
    outcome = settings.city.call(keys, "licences", "redeem", "", written)
    if not outcome.accepted:
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    told = signed_in.get("/api/licences/shown", use=answer["use"])
    lines = [f"{name}：{value}" for name, value in told["fields"].items()]
    settings.give({"use": answer["use"], **told}, "\n".join(lines))


for each in (issue, redeem):
    licence.add_command(each)
