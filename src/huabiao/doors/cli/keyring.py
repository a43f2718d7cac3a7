"""key: the identities of this home. Private keys never leave it."""

import click

from huabiao.crypto.address import DOMAIN as ACCOUNT_DOMAIN
from huabiao.crypto.suite import SUITES
from huabiao.doors.cli.settings import Settings, command, tell_outcome


@click.group()
def key() -> None:
    """身份与密钥。 Identities and their keys."""


@command(
    click.argument("name"),
    click.option("--suite", type=click.Choice(SUITES), help="默认随链 · suite"),
)
def new(settings: Settings, name: str, suite: str | None) -> None:
    """新建身份。 Make an identity; its suite is the chain's unless it is named."""
    from huabiao.client.wallets import create
    from huabiao.crypto.address import show

    if suite is None:
        city = settings.city
        keys = create(settings.home, name, city.suite_name, city.founding_suite)
    else:
        keys = create(settings.home, name, suite)
    account = show(keys.account)
    settings.give(
        {"name": name, "account": account, "public": keys.public.hex()},
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
            {"name": name, "account": show(keys.account), "suite": keys.suite.name}
        )
    lines = "\n".join(f"{each['name']}  {each['account']}" for each in found)
    settings.give({"identities": found}, lines or "没有身份。 There are none.")


@command(
    click.argument("name"),
    click.option("--suite", type=click.Choice(SUITES), required=True),
)
def join(settings: Settings, name: str, suite: str) -> None:
    """为账户登记新套件的密钥。 Give the account a key of the suite that is coming."""
    from huabiao.client.signing import call
    from huabiao.client.wallets import create_later

    keys = settings.keys(name)
    later = create_later(settings.home, keys, suite)
    proof = later.sign(ACCOUNT_DOMAIN + keys.account)
    added = call("identity", "add_key", public=later.public, proof=proof)
    tell_outcome(settings, settings.city.send(keys, added), name)


@command(click.argument("name"))
def token(settings: Settings, name: str) -> None:
    """打开十分钟会话，得到令牌。 Open a session of ten minutes; gives its token."""
    opened = settings.city.token(settings.keys(name))
    settings.give(opened, str(opened["token"]))


key.add_command(new, "new")
key.add_command(list_, "list")
key.add_command(join)
key.add_command(token, "token")
