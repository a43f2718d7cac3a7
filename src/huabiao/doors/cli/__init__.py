"""
The command line: `huabiao COMMAND`, everything that the API does.

- `settings`    where the city and the keys are, how things are said
- `running`     up, status, trust, replay, doctor
- `evidence`    notarize, proof, verify
- `cases`       scenarios, call, show
- `lists`       list, as JSON, a table or CSV
- `amounts`     balance, seal
- `keyring`     key new, list, token, join, rotate, passphrase
- `recovery`    recovery guardians, ask, agree, object, finish: all keys lost
- `signer`      signer serve, show
- `certificate` certificate init, issue, renew, revoke, crl, list, show
- `did`         did publish, show
- `org`         org apply, approve, decline, officer, device, delegate, show, find
- `person`      person enrol, bind, identifier
- `staff`       staff door, provider, credential, enrol, bind, end: sign-in without keys
- `directory`   directory scan, search, drift
- `sharing`     share request, approve, fetch, uses; gateway: rows for others
- `correction`  correction ask, correct, uphold, list
- `bills`       bill render, check
- `plan`        plan
- `contract`    contract list, upgrade: to what ships, all or nothing
- `levels`      levels show, account, report
- `calendar`    calendar announce, show
- `epcis`       epcis import, export, descendants
- `members`     member list, apply, approve, rotate, suspend, readmit, weigh, leave
- `credential`  credential open, issue, present, verify, revoke, issued
- `desk`        desk serve, offer, ask, answer: an organisation's OpenID4VC door
- `predicate`   predicate define, offer, request, issue, hold, ask, prove, verify
- `licence`     licence issue, redeem
- `remote`      remote account, call, calls, present: acts and records of others
- `wallet`      wallet show, licences, code, receive, present, sign-in, sessions …
- `webhook`     webhook add, list, dead, remove, replay
- `vault`       vault open, erase, mine, rotate
- `chains`      chain follow, route, recover, list: other chains
- `crossing`    crossing list, show: what crosses, in words
- `relay`       relay: carries headers and packets between chains
- `ether`       ether deploy, lock, show, claim, take-back: a lock by hash and time
- `anchor`      anchor add, show, verify: hashes in signed logs of others
- `gateway`     gateway install, key, deploy, rotate, show, run: to chains of others
- `network`     engine install, network init
- `history`     archive, archive verify, proof and put-back; prune, backup, restore
- `read_model`  index rebuild
- `making`      new scenario

Each room is imported when one of its commands runs, so that `verify` starts at once.
"""

from importlib import import_module

import click
from click.shell_completion import FishComplete, add_completion_class

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
    "list": "lists",
    "balance": "amounts",
    "seal": "amounts",
    "key": "keyring",
    "recovery": "recovery",
    "signer": "signer",
    "certificate": "certificate",
    "did": "did",
    "org": "org",
    "person": "person",
    "staff": "staff",
    "directory": "directory",
    "share": "sharing",
    "correction": "correction",
    "bill": "bills",
    "plan": "plan",
    "contract": "contract",
    "levels": "levels",
    "calendar": "calendar",
    "epcis": "epcis",
    "member": "members",
    "credential": "credential",
    "desk": "desk",
    "predicate": "predicate",
    "licence": "licence",
    "wallet": "wallet",
    "remote": "remote",
    "webhook": "webhook",
    "vault": "vault",
    "chain": "chains",
    "crossing": "crossing",
    "relay": "relay",
    "gateway": "gateway",
    "ether": "ether",
    "anchor": "anchor",
    "engine": "network",
    "network": "network",
    "archive": "history",
    "prune": "history",
    "backup": "history",
    "restore": "history",
    "index": "read_model",
    "new": "making",
}


@add_completion_class
class FishCompletion(FishComplete):
    """Click's own script ends what it offers at the first comma: an id may have one."""

    source_template = FishComplete.source_template.replace(
        'split ","', 'split --max 1 ","'
    )


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
