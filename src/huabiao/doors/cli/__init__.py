"""
The command line: `huabiao COMMAND`, everything that the API does.

- `settings`    where the city and the keys are, how things are said
- `running`     up, status, trust, replay, doctor
- `evidence`    notarize, proof, verify
- `cases`       scenarios, call, show
- `keyring`     key new, list, token
- `did`         did publish, show
- `org`         org apply, approve, decline, officer, device, delegate, show, find
- `person`      person enrol, identifier
- `directory`   directory scan, search, drift
- `sharing`     share request, approve, fetch, uses
- `correction`  correction ask, correct, uphold, list
- `calendar`    calendar announce, show
- `members`     member list, apply, approve, rotate, suspend, readmit, weigh, leave
- `credential`  credential open, issue, present, verify, revoke, issued
- `licence`     licence issue, redeem
- `wallet`      wallet show, licences, codes, code, object, withdraw, sessions …
- `vault`       vault open, erase, mine, rotate
- `network`     engine install, network init
- `history`     archive, archive verify, proof and put-back; prune, backup, restore
- `making`      new scenario

Each room is imported when one of its commands runs, so that `verify` starts at once.
"""

from importlib import import_module

import click

COMMANDS = {
    "up": "running",
    "status": "running",
    "trust": "running",
    "replay": "running",
    "doctor": "doctor",
    "notarize": "evidence",
    "proof": "evidence",
    "verify": "verifying",
    "scenarios": "cases",
    "call": "cases",
    "show": "cases",
    "key": "keyring",
    "did": "did",
    "org": "org",
    "person": "person",
    "directory": "directory",
    "share": "sharing",
    "correction": "correction",
    "calendar": "calendar",
    "member": "members",
    "credential": "credential",
    "licence": "licence",
    "wallet": "wallet",
    "vault": "vault",
    "engine": "network",
    "network": "network",
    "archive": "history",
    "prune": "history",
    "backup": "history",
    "restore": "history",
    "new": "making",
}


class Rooms(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        room = COMMANDS.get(name)
        if room is None:
            return None
        module = import_module(f"huabiao.doors.cli.{room}")
        found: click.Command = getattr(module, name)
        return found


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="huabiao")
def main() -> None:
    """华表：一座城市共享、可验证的记忆。 A city's shared, verifiable memory."""
