"""
recovery: guardians of an account, and a new key for it where all keys are lost.

1. While one has a key: `guardians` names who may recover the account, k of them.
2. All keys lost: `ask` makes a new key here, under a name of its own, and opens a case.
   Any identity may ask, a fresh one too; the guardians make sure who it is.
3. k guardians `agree`. Whoever has a key of the account can `object` meanwhile, and the
   registrar settles: `huabiao call recovery settle CASE recover=true reason=…`.
4. Two days after the k-th, `finish` puts the new key in place of all others.
"""

import click

from huabiao.doors.cli.settings import Settings, command, identity_option, tell_outcome


@click.group()
def recovery() -> None:
    """丢失全部密钥后恢复账户。 An account whose keys are lost, and its guardians."""


CASE = click.argument("case")


def _does(
    settings: Settings, who: str, operation: str, case: str, **said: object
) -> None:
    keys = settings.keys(who)
    outcome = settings.city.call(keys, "recovery", operation, case, said)
    tell_outcome(settings, outcome, case)


@command(
    click.argument("accounts", nargs=-1, required=True),
    click.option("--needed", type=click.IntRange(1), required=True, help="须几人 · k"),
    identity_option(required=True),
)
def guardians(
    settings: Settings, accounts: tuple[str, ...], needed: int, identity: str
) -> None:
    """指定监护人；更换七天后生效。 Name guardians; others count after seven days."""
    named = [settings.account(each) for each in accounts]
    _does(settings, identity, "name_guardians", "", accounts=named, needed=needed)


@command(
    CASE,
    click.argument("account"),
    click.option(
        "--name", required=True, help="新密钥在本机的名称 · the new key's name"
    ),
    identity_option(required=True),
)
def ask(settings: Settings, case: str, account: str, name: str, identity: str) -> None:
    """为账户申请新密钥，密钥在本机新建。 Ask for a new key, which is made here."""
    from huabiao.client.signing import call, prove_account
    from huabiao.client.wallets import create_for
    from huabiao.crypto.address import parse

    whose, asking = parse(settings.account(account)), settings.keys(identity)
    new = create_for(settings.home, name, settings.city.suite_name, whose)
    said = {"public": new.public, "proof": prove_account(new, whose)}
    asked = call("recovery", "ask_for", case, account=whose, **said)
    tell_outcome(settings, settings.city.send(asking, asked), case)


@command(CASE, identity_option(required=True))
def agree(settings: Settings, case: str, identity: str) -> None:
    """监护人：核实后同意。 Agree as a guardian, having made sure who asks."""
    _does(settings, identity, "agree", case)


@command(CASE, click.argument("reason"), identity_option(required=True))
def object_(settings: Settings, case: str, reason: str, identity: str) -> None:
    """密钥并未丢失：提出异议。 Object, with a key of the account."""
    _does(settings, identity, "object_to", case, reason=reason)


@command(CASE, identity_option(required=True))
def finish(settings: Settings, case: str, identity: str) -> None:
    """两天后：新密钥取代其余。 Two days later: the new key replaces all others."""
    from huabiao.client.signing import call

    steps = call("identity", "recover", case), call("recovery", "complete", case)
    outcome = settings.city.send(settings.keys(identity), *steps)
    tell_outcome(settings, outcome, case)


for each in (guardians, ask, agree, finish):
    recovery.add_command(each)
recovery.add_command(object_, "object")
