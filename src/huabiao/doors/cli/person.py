"""person: enrol or bind who showed papers; one's identifier for a party."""

import click

from huabiao.doors.cli.settings import (
    Settings,
    command,
    identity_option,
    tell_outcome,
)


@click.group()
def person() -> None:
    """个人：登记、对方所见的标识。 Persons: enrol, identifier."""


@command(
    click.argument("account"),
    identity_option(required=True),
)
def enrol(settings: Settings, account: str, identity: str) -> None:
    """登记机构：登记个人，身份号码不回显。 Enrol; asks for the identity number."""
    _register(settings, account, identity, "/api/persons/tag", "enrol_person")


@command(
    click.argument("account"),
    identity_option(required=True),
)
def bind(settings: Settings, account: str, identity: str) -> None:
    """登记机构：让个人看到谁用了其数据。 Let a person see the uses of their data."""
    _register(settings, account, identity, "/api/persons/subject-tag", "bind_person")


def _register(
    settings: Settings, account: str, identity: str, path: str, operation: str
) -> None:
    """Say on the chain by which tag a person is known; the node makes it of a number
    that is asked for unseen."""
    account = settings.account(account)
    written = {"account": account, "tag": _asked_tag(settings, identity, path)}
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "identity", operation, "", written)
    tell_outcome(settings, outcome, account)


def _asked_tag(settings: Settings, identity: str, path: str) -> str:
    """A tag of an identity number, which is asked for unseen."""
    from huabiao.client.remote import Remote

    # Not an argument: arguments are seen by other users and kept in histories.
    number = click.prompt("公民身份号码 · identity number", hide_input=True)
    with Remote(settings.url) as bureau:
        signed_in = bureau.as_(settings.keys(identity, make=False))
        return str(signed_in.post(path, {"number": number.strip()})["tag"])


@command(click.argument("party"), identity_option(required=True))
def identifier(settings: Settings, party: str, identity: str) -> None:
    """对方（账户，或本机身份的名称）所见的我的标识。 What a party knows me by."""
    from huabiao.client.remote import Remote

    party = settings.account(party)
    with Remote(settings.url) as city:
        found = city.as_(settings.keys(identity)).get("/api/me/identifier", party=party)
    settings.give(found, str(found["identifier"]))


for each in (enrol, bind, identifier):
    person.add_command(each)
