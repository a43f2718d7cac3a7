"""person: enrol somebody whose papers were seen; one's identifier for a party."""

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
    from huabiao.client.remote import Remote

    # Not an argument: arguments are seen by other users and kept in histories.
    number = click.prompt("公民身份号码 · identity number", hide_input=True)
    keys = settings.keys(identity, make=False)
    with Remote(settings.url) as bureau:
        tag = bureau.as_(keys).post("/api/persons/tag", {"number": number.strip()})[
            "tag"
        ]
    written = {"account": account, "tag": tag}
    outcome = settings.city.call(keys, "identity", "enrol_person", "", written)
    tell_outcome(settings, outcome, account)


@command(click.argument("party"), identity_option(required=True))
def identifier(settings: Settings, party: str, identity: str) -> None:
    """对方（单位账户）所见的我的标识。 What a party knows me by."""
    from huabiao.client.remote import Remote

    with Remote(settings.url) as city:
        found = city.as_(settings.keys(identity)).get("/api/me/identifier", party=party)
    settings.give(found, str(found["identifier"]))


person.add_command(enrol)
person.add_command(identifier)
