"""
remote: ask for an operation on another chain, and see what came of it; present here
what stands on another chain.
"""

import click

from huabiao.doors.cli.cases import split_words
from huabiao.doors.cli.licence import later
from huabiao.doors.cli.presenting import present
from huabiao.doors.cli.settings import (
    Settings,
    command,
    identity_option,
    tell_outcome,
)

MINUTE_MS, LONGEST_MINUTES = 60_000, 30 * 24 * 60
SUITES = ("intl", "sm", "pq")


@click.group()
def remote() -> None:
    """跨链调用。 Operations on another chain, performed there."""


@command(
    click.argument("caller"),
    click.option("--route", required=True, help="对方链上通往本链的路由 · over there"),
    click.option("--suite", type=click.Choice(SUITES), required=True, help="对方链的"),
    click.option("--through", default="remote_calls", help="经哪个合约 · the contract"),
)
def account(
    settings: Settings, caller: str, route: str, suite: str, through: str
) -> None:
    """CALLER 在对方链上的账户；不联网。 Its account on the other chain; offline."""
    from huabiao.codec import encode
    from huabiao.contracts.context import contract_account
    from huabiao.crypto.address import parse, show
    from huabiao.crypto.suite import suite as named

    on_behalf = encode([route, through, parse(caller)])
    found = show(contract_account(named(suite).digest, "remote_calls", on_behalf))
    settings.give({"account": found}, found)


@command(
    click.argument("route"),
    click.argument("contract"),
    click.argument("operation"),
    click.argument("rest", nargs=-1, metavar="[ID] [NAME=VALUE]..."),
    click.option(
        "--minutes", type=click.IntRange(1, LONGEST_MINUTES), default=60,
        help="多少分钟内须送达 · to arrive within",
    ),
    identity_option(required=True),
)  # fmt: skip
def call(
    settings: Settings, route: str, contract: str, operation: str,
    rest: tuple[str, ...], minutes: int, identity: str,
) -> None:  # fmt: skip
    """经 ROUTE 请求对方链上的操作；按本链同名合约的说明写参数。
    Ask over a route; arguments are written as the contract of this name here has them.
    """
    from huabiao.client.described import operation_of, parse_arguments
    from huabiao.codec import encode

    description = settings.city.description(contract)
    facts = operation_of(description, operation)
    names = {parameter["name"] for parameter in facts["parameters"]}
    key, written = split_words(rest, bool(facts["keyed"]), names)
    asked = {
        "route": route, "callee": contract, "operation": operation, "key": key,
        "arguments": encode(parse_arguments(description, operation, written)).hex(),
        "timeout": later(minutes * MINUTE_MS),
    }  # fmt: skip
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "remote_calls", "request", "", asked)
    tell_outcome(settings, outcome, f"{route} {contract}.{operation} {key}".rstrip())


@command(identity_option(required=True))
def calls(settings: Settings, identity: str) -> None:
    """本账户请求过什么，结果如何。 What an identity asked for, and what came of it."""
    signed_in = settings.city.as_(settings.keys(identity))
    found = signed_in.get("/api/scenarios/remote_calls/parts/asked", limit=200)
    entries = {each["key"]: each["entry"] for each in found["entries"]}
    lines = [
        f"{number}  {each['callee']}.{each['operation']} {each['key']}  {each['code']}"
        f"  {each['sentence']}".rstrip()
        for number, each in entries.items()
    ]
    settings.give({"calls": entries}, "\n".join(lines) or "没有请求过。 None.")


for each in (account, call, calls, present):
    remote.add_command(each)
