"""key: the identities of this home. Private keys never leave it."""

import click

from huabiao.doors.cli.settings import Settings, command


@click.group()
def key() -> None:
    """身份与密钥。 Identities and their keys."""


@command(
    click.argument("name"),
    click.option("--suite", type=click.Choice(["intl", "sm"]), help="默认随链 · suite"),
    click.option(
        "--days",
        type=click.IntRange(1, 36_500),
        help="预定使用天数，默认两年 · days, two years if not said",
    ),
)
def new(settings: Settings, name: str, suite: str | None, days: int | None) -> None:
    """新建身份。 Make an identity; its suite is the chain's unless it is named."""
    from huabiao.client.wallets import create
    from huabiao.crypto.address import show

    keys = create(settings.home, name, suite or settings.city.suite_name, days)
    account = show(keys.account)
    settings.give(
        {
            "name": name,
            "account": account,
            "public": keys.public.hex(),
            "ends": keys.ends,
        },
        f"{name}  {account}",
    )


@command()
def list_(settings: Settings) -> None:
    """列出本机身份。 The identities of this home."""
    from huabiao.client.wallets import names, passphrase, wallet_path
    from huabiao.crypto import keystore
    from huabiao.crypto.address import show

    found = []
    for name in names(settings.home):
        keys = keystore.load(
            wallet_path(settings.home, name), passphrase(settings.home)
        )
        found.append(
            {"name": name, "account": show(keys.account), "suite": keys.suite.name,
             "ends": keys.ends}
        )  # fmt: skip
    lines = "\n".join(
        f"{each['name']}  {each['account']}  {each['ends'] or '—'}" for each in found
    )
    settings.give({"identities": found}, lines or "没有身份。 There are none.")


@command(click.argument("name"))
def token(settings: Settings, name: str) -> None:
    """打开十分钟会话，得到令牌。 Open a session of ten minutes; gives its token."""
    opened = settings.city.token(settings.keys(name))
    settings.give(opened, str(opened["token"]))


@command()
def passphrase(settings: Settings) -> None:
    """把口令移入系统密钥环。 Move the passphrase into the system's keyring."""
    from huabiao.client.wallets import passphrase as of_home
    from huabiao.crypto.stores import os_keyring

    entry = os_keyring.keep(settings.home, of_home(settings.home))
    settings.give(
        {"service": os_keyring.SERVICE, "entry": entry},
        f"口令已移入系统密钥环 · the system's keyring holds it now: {entry}",
    )


key.add_command(new, "new")
key.add_command(passphrase, "passphrase")
key.add_command(list_, "list")
key.add_command(token, "token")
