"""licence: issue one, make a code for an office, redeem it, read the uses, object."""

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

DAY_MS, MINUTE_MS = 86_400_000, 60_000


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
    click.argument("id_", metavar="ID"),
    click.option("--for", "office", required=True, help="办事窗口账户 · the office"),
    click.option("--purpose", required=True, help="用途 · what for"),
    click.option("--show", "fields", multiple=True, required=True, help="字段 · field"),
    click.option("--minutes", type=click.IntRange(1, 1_440), default=10),
    identity_option(required=True),
)
def code(
    settings: Settings, id_: str, office: str, purpose: str, fields: tuple[str, ...],
    minutes: int, identity: str,
) -> None:  # fmt: skip
    """生成授权码。 Make an eight-digit code for one office, one purpose, once."""
    from huabiao.client.remote import Remote

    keys = settings.keys(identity)
    drawn = Remote(settings.url).as_(keys).post("/api/licences/codes", {})
    written = {
        "licence": id_, "office": office, "purpose": purpose, "entries": list(fields),
        "until": later(minutes * MINUTE_MS),
    }  # fmt: skip
    outcome = settings.city.call(keys, "licences", "permit", drawn["permit"], written)
    if not outcome.accepted:
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    settings.give({"code": drawn["code"], "permit": drawn["permit"]}, drawn["code"])


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


@command(click.argument("id_", metavar="ID"), identity_option(required=True))
def uses(settings: Settings, id_: str, identity: str) -> None:
    """谁用过我的证照。 Who saw a licence, when and what for."""
    from huabiao.client.remote import Remote

    seen = Remote(settings.url).as_(settings.keys(identity))
    path = "/api/scenarios/licences/parts/uses"
    page = seen.get(path, prefix=f"{id_}/", limit=200)
    found = {each["key"]: each["entry"] for each in page["entries"]}
    lines = [
        f"{key}  {each['at']}  {each['office']}  {each['purpose']}"
        f"  {'、'.join(each['entries'])}  {each['objection'] or ''}"
        for key, each in found.items()
    ]
    settings.give({"uses": found}, "\n".join(lines) or "没有。 None.")


@command(
    click.argument("use"),
    click.option(
        "--reason", required=True,
        type=click.Choice(["not_me", "other_purpose", "too_much", "other"]),
    ),
    identity_option(required=True),
    name="object",
)  # fmt: skip
def dispute(settings: Settings, use: str, reason: str, identity: str) -> None:
    """对一次使用提出异议。 Object to a use; USE is as `licence uses` writes it."""
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "licences", "object", use, {"objection": reason})
    tell_outcome(settings, outcome, use)


for each in (issue, code, redeem, uses, dispute):
    licence.add_command(each)
