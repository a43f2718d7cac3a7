"""
staff: who signs in without a key, and reads for which account.

    staff door ADDRESS      where browsers find this node, also coming back
    staff provider NAME     an OpenID provider whose people may sign in; --remove
    staff credential TYPE   holders of this credential may sign in with their wallet
    staff ways              what is open here
    staff enrol NAME        a member of staff with a passphrase and a telephone's code
    staff bind LOGIN        let who signs in under a tag read for an account, until …
    staff end LOGIN         end that at once
    staff list              the logins of an account

The first four are the operator's, in the node's own folder; the others are signed by
the organisation's account, or sent under its session.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from huabiao.doors.cli.licence import later
from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

if TYPE_CHECKING:
    from huabiao.services.sign_in import Settings as OpenWays
    from huabiao.services.sign_in import Ways

DAY_MS = 86_400_000


@click.group()
def staff() -> None:
    """工作人员登录：统一认证、动态码、钱包。 Staff who sign in without a key."""


def _ways(settings: Settings) -> "Ways":
    """The ways of the node whose folder this is; Failed where it is no node's."""
    from huabiao.crypto import keystore
    from huabiao.services.sign_in import SignIn

    home = settings.home
    if not (home / "genesis").exists():
        raise Failed(
            f"{home} 不是节点的文件夹；请用 --home 指明。"
            f" {home} is no node's folder: name it with --home."
        )
    return SignIn(home, keystore.stated_suite(home / "member.json") or "intl").ways


def _tell(settings: Settings, found: "OpenWays") -> None:
    """What is open, with the address that each provider must know; no secrets."""
    providers = [
        {"name": each.name, "title": each.title, "issuer": each.issuer,
         "client_id": each.client_id, "back": found.callback(each.name)}
        for each in found.providers
    ]  # fmt: skip
    told = {"door": found.door, "credential": found.credential, "providers": providers}
    lines = [
        f"地址 door  {found.door or '—'}",
        f"凭证 credential  {found.credential or '—'}",
    ]
    lines += [f"{each['name']}  {each['issuer']}  {each['back']}" for each in providers]
    settings.give(told, "\n".join(lines))


@command(click.argument("address"))
def door(settings: Settings, address: str) -> None:
    """节点的公开地址，浏览器由此返回。 Where browsers find this node."""
    _tell(settings, _ways(settings).open_at(address.rstrip("/")))


@command(
    click.argument("name"),
    click.option("--issuer", help="提供方地址 · the provider's issuer"),
    click.option("--client-id", help="登记的 client_id · as it was registered"),
    click.option(
        "--secret-file", type=click.Path(exists=True, path_type=Path, dir_okay=False),
        help="含 client_secret 的文件；公开客户端不用 · a file with the secret",
    ),
    click.option("--title", help="登录页上的名称 · what the page calls it"),
    click.option("--remove", is_flag=True, help="不再接受 · take it away"),
)  # fmt: skip
def provider(
    settings: Settings, name: str, issuer: str | None, client_id: str | None,
    secret_file: Path | None, title: str | None, remove: bool,
) -> None:  # fmt: skip
    """接受某 OpenID 提供方的人员。 Let people of an OpenID provider sign in."""
    from huabiao.services.sign_in import Provider

    ways = _ways(settings)
    if remove:
        return _tell(settings, ways.remove(name))
    if not issuer or not client_id:
        raise Failed(
            "须有 --issuer 与 --client-id。 --issuer and --client-id are needed."
        )
    secret = secret_file.read_text("utf-8").strip() if secret_file else ""
    made = Provider(name, title or name, issuer, client_id)
    return _tell(settings, ways.add(made, secret))


@command(
    click.argument("credential_type", metavar="[TYPE]", default=""),
    click.option("--off", is_flag=True, help="不再接受 · no longer"),
)
def credential(settings: Settings, credential_type: str, off: bool) -> None:
    """接受此类凭证登录。 Let holders of a credential sign in with their wallet."""
    if bool(credential_type) == off:
        raise Failed("请给出凭证类型，或 --off。 Name a type, or say --off.")
    _tell(settings, _ways(settings).accept_credential(credential_type))


@command()
def ways(settings: Settings) -> None:
    """此节点开放的登录方式。 The ways that are open at this node."""
    _tell(settings, _ways(settings).read())


@command(
    click.argument("name"),
    click.option(
        "--org", "organisation", help="单位信用代码，默认为账户本身 · its code"
    ),
    click.password_option("--passphrase", help="此人的口令 · their passphrase"),
    identity_option(required=True),
)
def enrol(
    settings: Settings, name: str, organisation: str | None, passphrase: str,
    identity: str,
) -> None:  # fmt: skip
    """登记一人：口令与动态码。 Somebody with a passphrase and a telephone's code."""
    from huabiao.crypto.address import show

    keys = settings.keys(identity)
    member = {
        "organisation": organisation or show(keys.account), "name": name,
        "passphrase": passphrase,
    }  # fmt: skip
    made = settings.city.as_(keys).post("/api/staff/accounts", member)
    said = (
        f"{made['uri']}\n登录标识 login  {made['login']}\n"
        "请扫入本人手机，只显示这一次；随后用 huabiao staff bind 绑定。"
        " Take it into their telephone now; then bind it: huabiao staff bind."
    )
    settings.give(made, said)


@command(
    click.argument("login"),
    click.option("--org", "organisation", default="", help="单位信用代码 · its code"),
    click.option("--days", type=click.IntRange(1, 366), default=180, help="有效天数"),
    identity_option(required=True),
)
def bind(
    settings: Settings, login: str, organisation: str, days: int, identity: str
) -> None:
    """让此登录替本账户查看。 Let who signs in so read for this account."""
    written = {"organisation": organisation, "until": later(days * DAY_MS)}
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "staff", "bind", login, written)
    tell_outcome(settings, outcome, login)


@command(
    click.argument("login"),
    click.option("--reason", required=True, help="原因 · why"),
    identity_option(required=True),
)
def end(settings: Settings, login: str, reason: str, identity: str) -> None:
    """立即终止一个登录，其会话随之结束。 End a login at once, and its sessions."""
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "staff", "end", login, {"reason": reason})
    tell_outcome(settings, outcome, login)


@command(identity_option(required=True), name="list")
def list_logins(settings: Settings, identity: str) -> None:
    """替本账户查看的登录。 The logins that read for an account."""
    city = settings.city.as_(settings.keys(identity))
    found = city.get("/api/me/wallet/logins")["logins"]
    said = {True: "有效 · stands", False: "—"}
    lines = [
        f"{each['login']}  {each['until']}  {said[each['stands']]}" for each in found
    ]
    settings.give({"logins": found}, "\n".join(lines) or "没有。 None.")


for each in (door, provider, credential, ways, enrol, bind, end, list_logins):
    staff.add_command(each)
