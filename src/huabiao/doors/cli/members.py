"""member: seats of those that sign headers: list, apply, approve, rotate, leave …"""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from huabiao.crypto.suite import SUITES
from huabiao.doors.cli.footing import entries
from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

if TYPE_CHECKING:
    from huabiao.crypto.stores.signing import Signing

RECORDS = "/api/scenarios/membership/records"


@click.group()
def member() -> None:
    """成员席位。 Seats of those that sign headers."""


_SEAT = click.argument("seat")
_KEYS = (
    click.option(
        "--key",
        "key_named",
        required=True,
        help="签区块的密钥：文件（没有就新建）、unix: 或 pkcs11:"
        " · the header key: a file (made if missing), unix: or pkcs11:",
    ),
    click.option("--engine-key", help="共识引擎公钥，十六进制 · 64 hex digits"),
    identity_option(required=True),
)


@command(_SEAT, click.option("--power", type=click.IntRange(1), required=True), *_KEYS)
def apply(
    settings: Settings, seat: str, power: int, key_named: str, engine_key: str | None,
    identity: str,
) -> None:  # fmt: skip
    """单位申请席位。 A listed organisation applies for a seat."""
    keys = settings.keys(identity)
    prefix = keys.account.hex()
    listed = entries(settings, "governance", "accounts", prefix)
    organisation = listed[prefix]["name"] if prefix in listed else ""
    said = _possession(settings, seat, organisation, key_named, engine_key or "")
    outcome = settings.city.call(
        keys, "membership", "apply", seat, {"power": power, **said}
    )
    tell_outcome(settings, outcome, seat)


@command(_SEAT, *_KEYS)
def rotate(
    settings: Settings, seat: str, key_named: str, engine_key: str | None, identity: str
) -> None:
    """更换本席密钥。 Another header key; without --engine-key that one stays."""
    fields = settings.city.get(f"{RECORDS}/{quote(seat, safe='/')}")["fields"]
    kept = fields["engine_key"] if engine_key is None else engine_key
    said = _possession(settings, seat, fields["organisation"], key_named, kept)
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "membership", "rotate", seat, said)
    tell_outcome(settings, outcome, seat)


@command(
    _SEAT,
    click.option("--suite", type=click.Choice(SUITES), required=True),
    _KEYS[0],
    _KEYS[2],
)
def prepare(
    settings: Settings, seat: str, suite: str, key_named: str, identity: str
) -> None:
    """登记本席新套件的密钥。 A header key of the suite that was announced."""
    fields = settings.city.get(f"{RECORDS}/{quote(seat, safe='/')}")["fields"]
    said = _possession(
        settings, seat, fields["organisation"], key_named, fields["engine_key"], suite
    )
    del said["engine_key"]
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "suites", "prepare", seat, said)
    tell_outcome(settings, outcome, seat)


@command(
    click.option(
        "--leave-behind", is_flag=True,
        help="有账户没有新密钥，也要更替 · though accounts lack a key of it",
    ),
    identity_option(required=True),
)  # fmt: skip
def adopt(settings: Settings, leave_behind: bool, identity: str) -> None:
    """启用已公布的套件。 Change all seats to the suite that was announced, when due."""
    from huabiao.doors.cli.left_behind import refuse_to_leave

    keys = settings.keys(identity)
    if not leave_behind:
        refuse_to_leave(settings)
    outcome = settings.city.call(keys, "membership", "adopt_suite", "", {})
    tell_outcome(settings, outcome, "adopt_suite")


@command(
    click.argument("name"),
    click.option("--account", required=True, help="该单位的账户 · its account"),
    click.option("--code", default="—", help="统一社会信用代码 · GB 32100 code"),
    identity_option(required=True),
)
def enrol(
    settings: Settings, name: str, account: str, code: str, identity: str
) -> None:
    """管理员提议登记一个单位并先行同意。 Propose an organisation, and approve it."""
    from secrets import token_hex

    from huabiao.client.signing import call
    from huabiao.crypto.address import parse

    id_ = f"enrol-{name}-{token_hex(4)}"
    organisation = [name, code, parse(account), 0]
    outcome = settings.city.send(
        settings.keys(identity),
        call(
            "governance", "propose", id_,
            action="add_organisation", organisation=organisation,
        ),
        call("governance", "approve", id_),
    )  # fmt: skip
    tell_outcome(settings, outcome, id_)


def _possession(
    settings: Settings, seat: str, organisation: str, key_named: str, engine_key: str,
    suite: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The keys of a seat, and the header key's own word that it is for it."""
    from huabiao.client.signing import prove_seat

    city = settings.city
    key = _header_key(settings, seat, key_named, suite or city.suite_name)
    try:
        engine = bytes.fromhex(engine_key)
    except ValueError:
        raise Failed(
            f"引擎公钥须写作十六进制，得到“{engine_key[:80]}”。"
            f" An engine key is written in hexadecimal, not {engine_key[:80]!r}."
        ) from None
    proof = prove_seat(city.chain, key, seat, organisation, engine)
    return {
        "public": key.public.hex(),
        "proof": proof.hex(),
        "engine_key": engine.hex(),
    }


def _header_key(settings: Settings, seat: str, named: str, suite: str) -> "Signing":
    """The key that a seat is to have; the node in this home finds it by itself."""
    from huabiao.client.wallets import passphrase
    from huabiao.crypto import keystore
    from huabiao.crypto.stores.reference import SUFFIX, is_path, open_key

    if is_path(named) and not Path(named).exists():
        secret = passphrase(settings.home)
        return keystore.create(Path(named), suite, seat, secret)
    key = open_key(named, lambda: passphrase(settings.home))
    if not is_path(named) and settings.home.exists():
        told = settings.home / f"member-{key.public.hex()[:12]}{SUFFIX}"
        told.write_text(f"{named}\n", "utf-8")
    return key


def _act(operation: str, help_: str) -> click.Command:
    """A command on a seat that takes no more than its name."""

    @command(_SEAT, identity_option(required=True), help=help_)
    def act(settings: Settings, seat: str, identity: str) -> None:
        keys = settings.keys(identity)
        outcome = settings.city.call(keys, "membership", operation, seat, {})
        tell_outcome(settings, outcome, seat)

    return act  # type: ignore[no-any-return]


@command(
    _SEAT,
    click.option("--power", type=click.IntRange(1), required=True),
    identity_option(required=True),
)
def weigh(settings: Settings, seat: str, power: int, identity: str) -> None:
    """管理员同意调整权重。 An administrator agrees to another power."""
    keys, written = settings.keys(identity), {"power": power}
    outcome = settings.city.call(keys, "membership", "weigh", seat, written)
    tell_outcome(settings, outcome, seat)


@command()
def list_(settings: Settings) -> None:
    """列出席位，申请与已退出的也在内。 Every seat, those that left too."""
    found: list[Any] = []
    after: str | None = None
    while True:
        page = settings.city.get(RECORDS, after=after, limit=200)
        found += page["records"]
        after = page["next"]
        if after is None:
            break
    lines = [
        f"{each['id']}  {each['state']}  {each['fields']['power']}"
        f"  {each['fields']['organisation'] or '—'}  {each['fields']['public']}"
        for each in found
    ]
    settings.give({"seats": found}, "\n".join(lines) or "没有席位。 There are none.")


member.add_command(list_, "list")
for each in (enrol, apply, rotate, weigh, prepare, adopt):
    member.add_command(each)
for name, said in (
    ("approve", "管理员同意申请。 An administrator approves an application."),
    ("withdraw", "撤回申请。 The applicant takes an application back."),
    ("suspend", "管理员同意暂停。 An administrator agrees to suspend a seat."),
    ("readmit", "管理员同意恢复。 An administrator agrees to readmit a seat."),
    ("leave", "退出，不能再回来。 Give one's own seat up for good."),
):
    member.add_command(_act(name, said), name)
