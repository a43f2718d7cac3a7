"""key: the identities of this home. Private keys never leave it."""

import click

from huabiao.codec import Instant
from huabiao.crypto.address import DOMAIN as ACCOUNT_DOMAIN
from huabiao.crypto.keystore import LIFETIME_DAYS
from huabiao.crypto.suite import SUITES
from huabiao.doors.cli.settings import Failed, Settings, command, tell_outcome


@click.group()
def key() -> None:
    """身份与密钥。 Identities and their keys."""


@command(
    click.argument("name"),
    click.option("--suite", type=click.Choice(SUITES), help="默认随链 · suite"),
    click.option(
        "--days",
        type=click.IntRange(1, 36_500),
        default=LIFETIME_DAYS,
        help="预定使用天数，默认两年 · days, two years if not said",
    ),
)
def new(settings: Settings, name: str, suite: str | None, days: int) -> None:
    """新建身份。 Make an identity; its suite is the chain's unless it is named."""
    from huabiao.client.wallets import create
    from huabiao.crypto.address import show

    if suite is None:
        city = settings.city
        keys = create(settings.home, name, city.suite_name, city.founding_suite, days)
    else:
        keys = create(settings.home, name, suite, days=days)
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
        settings.tell_of_end(name, keys.ends)
        found.append(
            {"name": name, "account": show(keys.account), "suite": keys.suite.name,
             "ends": keys.ends}
        )  # fmt: skip
    lines = "\n".join(
        f"{each['name']}  {each['account']}  {each['ends'] or '—'}" for each in found
    )
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


@command(
    click.argument("name"),
    click.option("--reason", default="rotation", help="停用旧密钥的原因 · why"),
    click.option(
        "--suspect-from", help="旧密钥从何时起不可信 · from when it is not trusted"
    ),
    click.option("--days", type=click.IntRange(1, 36_500), default=730),
)
def rotate(
    settings: Settings, name: str, reason: str, suspect_from: str | None, days: int
) -> None:
    """换一把密钥，账户不变。 Another key for the same account, in one envelope."""
    from huabiao.client.signing import call, prove_account
    from huabiao.client.wallets import key_path, passphrase, put_in_place, renew
    from huabiao.crypto.address import show

    doubt = {"suspect_from": Instant.parse(suspect_from)} if suspect_from else {}
    settings.keys(name)  # fit for this city, or a sentence
    path = key_path(settings.home, name, settings.city.suite_name)
    old, new = renew(path, passphrase(settings.home), days)
    proof = prove_account(new, old.account)
    outcome = settings.city.send(
        old,
        call("identity", "add_key", public=new.public, proof=proof),
        call("identity", "retire_key", public=old.public, reason=reason, **doubt),
    )
    # An envelope whose answer was lost has done it: then the old key no longer acts.
    if not outcome.accepted and outcome.code != "key.retired":
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    put_in_place(path)
    settings.give(
        {"name": name, "account": show(new.account), "public": new.public.hex(),
         "ends": new.ends, "height": outcome.height},
        f"{name}  {show(new.account)}  {new.ends}",
    )  # fmt: skip


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
key.add_command(rotate, "rotate")
key.add_command(passphrase, "passphrase")
key.add_command(list_, "list")
key.add_command(join)
key.add_command(token, "token")
