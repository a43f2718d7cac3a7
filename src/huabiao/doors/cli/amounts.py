"""balance and seal: what an account holds, and values that are kept until revealed."""

import secrets

import click

from huabiao.doors.cli.cases import split_words
from huabiao.doors.cli.settings import Settings, command, identity_option

SALT_BYTES = 32


@command(identity_option(default="default"))
def balance(settings: Settings, identity: str) -> None:
    """本账户在各账簿上的余额。 What an identity holds in every book."""
    from huabiao.crypto.address import show

    keys = settings.keys(identity)
    path = f"/api/accounts/{show(keys.account)}/balances"
    found = settings.city.as_(keys).get(path)
    lines = [
        f"{each['balance']:>16,}  {each.get('of', '')}  {each['zh']} · {each['en']}"
        f"  {each['scenario']}.{each['part']}"
        for each in found["balances"]
    ]
    settings.give(found, "\n".join(lines) or "没有余额。 Nothing is held.")


@command(
    click.argument("scenario"),
    click.argument("part"),
    click.argument("id"),
    click.argument("rest", nargs=-1, metavar="[NAME=VALUE]..."),
    identity_option(required=True),
)
def seal(
    settings: Settings,
    scenario: str,
    part: str,
    id: str,
    rest: tuple[str, ...],
    identity: str,
) -> None:
    """密封一个值：给出承诺和盐，值不离开本机。
    Seal a value: its commitment and salt; the value does not leave this machine."""
    from huabiao.client.sealing import message_to_seal

    keys = settings.keys(identity)
    description = settings.city.description(scenario)
    _, written = split_words(rest, False, set())
    salt = secrets.token_bytes(SALT_BYTES)
    message = message_to_seal(description, part, id, keys.account, salt, written)
    commitment = keys.suite.digest(message).hex()
    settings.give(
        {"commitment": commitment, "salt": salt.hex(), "value": written},
        f"commitment={commitment}\nsalt={salt.hex()}\n"
        "盐须保密，并保存到揭示之时。 Keep the salt, in secret, until you reveal.",
    )
