"""org: apply as an organisation, name officers and devices, delegate, look up."""

import time
from typing import Any

import click

from huabiao.doors.cli.settings import (
    Settings,
    command,
    identity_option,
    tell_outcome,
)

KINDS = ("department", "institution", "enterprise", "association", "other")


@click.group()
def org() -> None:
    """单位：登记、人员、设备、授权。 Organisations and who acts for them."""


def _code(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from huabiao.services.credit_codes import read_credit_code

    try:
        return read_credit_code(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


CODE = click.argument("code", callback=_code)


def _does(
    settings: Settings, who: str, operation: str, code: str, **facts: Any
) -> None:
    """One operation on an organisation, as an identity of this home."""
    written = {name: value for name, value in facts.items() if value is not None}
    if "account" in written:
        written["account"] = settings.account(written["account"])
    keys = settings.keys(who, make=False)
    outcome = settings.city.call(keys, "organisations", operation, code, written)
    tell_outcome(settings, outcome, code)


@command(
    CODE,
    click.argument("name"),
    click.option("--kind", type=click.Choice(KINDS), default="enterprise"),
    click.option(
        "--again", is_flag=True, help="未通过后再次申请 · after it was declined"
    ),
    identity_option(required=True),
)
def apply(
    settings: Settings, code: str, name: str, kind: str, again: bool, identity: str
) -> None:
    """申请登记为单位。 Apply as an organisation under its credit code."""
    operation = "apply_again" if again else "apply"
    _does(settings, identity, operation, code, name=name, kind=kind)


@command(CODE, identity_option(required=True))
def approve(settings: Settings, code: str, identity: str) -> None:
    """登记机构：通过。 Approve an application."""
    _does(settings, identity, "approve", code)


@command(CODE, click.argument("reason"), identity_option(required=True))
def decline(settings: Settings, code: str, reason: str, identity: str) -> None:
    """登记机构：不予登记。 Decline an application, with the reason."""
    _does(settings, identity, "decline", code, reason=reason)


@command(
    CODE,
    click.argument("account"),
    click.argument("post"),
    click.option("--until", help="止于 · ends at"),
    identity_option(required=True),
)
def officer(
    settings: Settings, code: str, account: str, post: str, until: str | None,
    identity: str,
) -> None:  # fmt: skip
    """任命人员。 Name an officer: an account and a post."""
    _does(settings, identity, "name_officer", code, account=account, post=post,
          until=until)  # fmt: skip


@command(
    CODE,
    click.argument("account"),
    click.argument("kind"),
    click.argument("serial"),
    click.option("--until", help="止于 · ends at"),
    identity_option(required=True),
)
def device(
    settings: Settings, code: str, account: str, kind: str, serial: str,
    until: str | None, identity: str,
) -> None:  # fmt: skip
    """登记设备。 Enrol a device under the account of its key."""
    _does(settings, identity, "enrol_device", code, account=account, kind=kind,
          serial=serial, until=until)  # fmt: skip


@command(
    CODE,
    click.argument("account"),
    click.argument("duty"),
    click.option("--limit", type=int, default=0, help="每次限额（分）· fen each time"),
    click.option("--until", required=True, help="止于 · ends at"),
    identity_option(required=True),
)
def delegate(
    settings: Settings, code: str, account: str, duty: str, limit: int, until: str,
    identity: str,
) -> None:  # fmt: skip
    """授权办理一项职责，有限额和期限。 Delegate a duty, within a limit and an end."""
    _does(settings, identity, "delegate", code, account=account, duty=duty, limit=limit,
          until=until)  # fmt: skip


@command(CODE)
def show(settings: Settings, code: str) -> None:
    """显示单位。 An organisation, its officers, devices and delegations."""
    found = settings.city.get(f"/api/organisations/{code}")
    lines = [
        f"{code}  {found['name']}  {found['state_title']['zh']}  {found['account']}"
    ]
    lines += [
        f"  人员 officer  {e['account']}  {e['post']}{_ended(e, 'left_at')}"
        for e in found["officers"]
    ]
    lines += [
        f"  设备 device  {e['kind']}  {e['serial']}{_ended(e, 'retired_at')}"
        for e in found["devices"]
    ]
    left = {e["account"] for e in found["officers"] if _ended(e, "left_at")}
    lines += [
        f"  授权 delegation  {e['delegate']}  {e['duty']}  ≤{e['limit']}  {e['until']}"
        f"{_ended(e, 'withdrawn_at') or _with_post(e, left)}"
        for e in found["delegations"]
    ]
    settings.give(found, "\n".join(lines))


def _ended(entry: dict[str, Any], end: str) -> str:
    """When and why an entry stopped standing; empty while it stands."""
    from huabiao.codec import Instant

    if Instant.parse(entry[end]):
        return f"  已止 ended {entry[end][:10]} {entry['reason']}"
    until = Instant.parse(entry["until"])
    if until and until <= time.time() * 1000:
        return f"  已到期 ended {entry['until'][:10]}"
    return ""


def _with_post(delegation: dict[str, Any], left: set[str]) -> str:
    """A duty that came with a post ends with it."""
    if delegation["as_officer"] and delegation["delegate"] in left:
        return "  已随职务而止 ended with the post"
    return ""


@command(click.argument("text", nargs=-1, required=True))
def find(settings: Settings, text: tuple[str, ...]) -> None:
    """按名称、代码或设备编号查找。 Find by name, code or a device's serial."""
    found = settings.city.get("/api/organisations", q=" ".join(text))
    lines = [
        f"{each['code']}  {each['kind']}  {each['title']}" for each in found["found"]
    ]
    settings.give(found, "\n".join(lines) or "没有找到。 Nothing found.")


for each in (apply, approve, decline, officer, device, delegate, show, find):
    org.add_command(each)
