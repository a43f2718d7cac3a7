"""vault: personal and secret values of records: look at them, erase them."""

import time
from typing import Any

import click

from huabiao.doors.cli.settings import Failed, Settings, command, identity_option

WAIT_SECONDS, PAUSE_SECONDS = 30.0, 0.1

STATES = {
    "kept": "保管中 · kept",
    "asked": "已请求删除 · erasure asked",
    "erased": "已删除 · erased",
}


@click.group()
def vault() -> None:
    """个人信息与保密字段。 Personal and secret fields."""


_FIELD = (
    click.argument("scenario"),
    click.argument("id"),
    click.argument("field"),
    identity_option(required=True),
)


def _state(city: Any, scenario: str, id_: str, field: str) -> dict[str, Any]:
    found: dict[str, Any] = city.get(
        "/api/vault/value", scenario=scenario, record=id_, field=field
    )
    return found


@command(
    *_FIELD,
    click.option(
        "--purpose", required=True, help="用途，记入链上 · what for; on chain"
    ),
)
def open_(
    settings: Settings, scenario: str, id: str, field: str, identity: str, purpose: str
) -> None:
    """查看一个值；查看本身记入链上。 See a value; that you saw it stands on chain."""
    city = settings.city.as_(settings.keys(identity))
    found = city.post(
        "/api/vault/open",
        {"scenario": scenario, "record": id, "field": field, "purpose": purpose},
    )
    settings.give(found, str(found["value"]))


@command(
    *_FIELD, click.option("--reason", required=True, help="原因 · why it is erased")
)
def erase(
    settings: Settings, scenario: str, id: str, field: str, identity: str, reason: str
) -> None:
    """永久删除一个值：填报方或本人。 Erase a value for good: owner or person."""
    keys = settings.keys(identity)
    city = settings.city.as_(keys)
    commitment = _state(city, scenario, id, field)["commitment"]
    outcome = city.call(keys, "privacy", "ask_erasure", commitment, {"reason": reason})
    if not outcome.accepted:
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    found, end = {}, time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = _state(city, scenario, id, field)
        if found["state"] == "erased":
            break
        time.sleep(PAUSE_SECONDS)
    else:
        raise Failed(
            "删除已在链上请求，保管方尚未确认；用 huabiao vault mine 查看。"
            " The erasure is asked for on the chain and its keeper has not confirmed"
            " it yet; look with: huabiao vault mine."
        )
    settings.give(
        found,
        f"{STATES['erased']}  {found['erased_at']}\n"
        f"huabiao proof {found['proof']} -o erased.proof",
    )


@command(identity_option(required=True))
def mine(settings: Settings, identity: str) -> None:
    """关于我的全部信息。 Every value that is about me, erased ones too."""
    found = settings.city.as_(settings.keys(identity)).get("/api/vault/mine")
    lines = [
        f"{each['scenario']} {each['record']} {each['field']}"
        f"  {STATES[each['state']]}  {each['owner_name']}"
        for each in found["values"]
    ]
    settings.give(found, "\n".join(lines) or "没有记录。 Nothing is known.")


@command()
def rotate(settings: Settings) -> None:
    """更换主密钥；先停节点。 A new master key; stop the node first."""
    from huabiao.node.rotating import rotate as wrap_anew

    found = wrap_anew(settings.home)
    settings.give(found, found["sentence"])


vault.add_command(open_, "open")
vault.add_command(erase)
vault.add_command(mine)
vault.add_command(rotate)
