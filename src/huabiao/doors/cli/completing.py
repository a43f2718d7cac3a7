"""
What a shell offers to complete: scenarios, operations, arguments and ids that the
running city holds, and the identities of this home.

A shell asks while somebody types: where the city does not answer, nothing is offered
and nothing is said.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

if TYPE_CHECKING:
    from huabiao.doors.cli.settings import Settings

MOST_IDS = 200
Offered = Callable[[click.Context, click.Parameter, str], list[str]]


def _offers(found: "Callable[[Settings, click.Context], list[str]]") -> Offered:
    """What begins with what was typed; nothing where it cannot be found out."""

    def offered(ctx: click.Context, _: click.Parameter, typed: str) -> list[str]:
        from huabiao.doors.cli.settings import settings_of

        with suppress(Exception):  # the shell is no place for a sentence
            settings = settings_of(ctx.params.get("home"), ctx.params.get("url"))
            return [each for each in found(settings, ctx) if each.startswith(typed)]
        return []

    return offered


@_offers
def scenarios(settings: "Settings", _: click.Context) -> list[str]:
    return sorted(settings.city.descriptions())


@_offers
def operations(settings: "Settings", ctx: click.Context) -> list[str]:
    facts = settings.city.description(ctx.params["scenario"])["operations"]
    return [name for name, each in facts.items() if each["manner"] != "answers"]


@_offers
def ids(settings: "Settings", ctx: click.Context) -> list[str]:
    return _ids(settings, ctx.params["scenario"])


@_offers
def call_words(settings: "Settings", ctx: click.Context) -> list[str]:
    """The id where one is needed and none is there yet, else arguments that are not."""
    about = settings.city.description(ctx.params["scenario"])
    facts = about["operations"][ctx.params["operation"]]
    given = ctx.params.get("rest") or ()
    if facts["keyed"] and not given:
        opens = facts["manner"] == "opens"
        return [] if opens else _ids(settings, about["name"], facts["from"])
    named = {word.partition("=")[0] for word in given}
    names = [each["name"] for each in facts["parameters"]]
    return [f"{name}=" for name in names if name not in named]


@_offers
def identities(settings: "Settings", _: click.Context) -> list[str]:
    from huabiao.client.wallets import names

    return names(settings.home)


def _ids(settings: "Settings", scenario: str, states: Any = ()) -> list[str]:
    """The first ids of a scenario, of those in some states where any are given."""
    path = f"/api/scenarios/{quote(scenario)}/records"
    pages = [
        settings.city.get(path, state=state, limit=MOST_IDS)["records"]
        for state in (states or (None,))
    ]
    return sorted(each["id"] for page in pages for each in page)
