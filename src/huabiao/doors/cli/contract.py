"""contract: which contracts a chain has, and bringing it to those that ship."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import click

from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

if TYPE_CHECKING:
    from huabiao.crypto.envelope import Call
    from huabiao.node.upgrading import Change

InForce = dict[str, tuple[int, str]]
"""Version and source by name."""


@click.group()
def contract() -> None:
    """合约版本与升级。 Contracts of the chain, and their upgrade."""


@command()
def list_(settings: Settings) -> None:
    """链上的合约，与本软件所带的是否相同。 The chain's contracts, and what ships."""
    from huabiao.node.upgrading import differing

    there = in_force(settings)
    others = {each.name: each.version for each in differing(there)}
    found = {
        name: {"version": there.get(name, (0, ""))[0], "differs": name in others}
        for name in sorted({*there, *others})
    }
    lines = [f"{name}  {_said(each)}" for name, each in found.items()]
    settings.give({"contracts": found}, "\n".join(lines))


def _said(each: dict[str, object]) -> str:
    if not each["version"]:
        return "未安装 · not installed"
    differs = "  与所带不同 · differs from what ships" if each["differs"] else ""
    return f"版本 version {each['version']}{differs}"


@command(
    click.argument("names", nargs=-1, metavar="[NAME]..."),
    identity_option(required=True),
)
def upgrade(settings: Settings, names: tuple[str, ...], identity: str) -> None:
    """把链上合约升级为本软件所带的，全部或全不。 Bring the chain to the contracts that
    ship, or to some; each administrator of k runs the same command."""
    from huabiao.node.upgrading import differing, require_whole

    there = in_force(settings)
    changes = differing(there)
    unknown = set(names) - {*there, *(each.name for each in changes)}
    if unknown:
        raise Failed(f"没有合约 {'、'.join(unknown)}。 No contract is named so.")
    chosen = [each for each in changes if not names or each.name in names]
    if not chosen:
        settings.give({"upgraded": []}, "已是所带版本。 The chain has what ships.")
        return
    require_whole(chosen, there)
    calls = [call for each in chosen for call in _calls(settings, each)]
    outcome = settings.city.send(settings.keys(identity), *calls)
    tell_outcome(settings, outcome, "、".join(each.name for each in chosen))


def in_force(settings: Settings) -> InForce:
    """The contracts in force on the chain; their sources are state of `governance`."""
    from huabiao.codec import decode
    from huabiao.proofs.state_proofs import VALUE

    versions: dict[str, int] = settings.city.status()["contracts"]
    wanted = {f"governance/sources/{name}@{v}": VALUE for name, v in versions.items()}
    found = settings.city.state_proofs(wanted).entries
    return {
        name: (version, decode(entry.value)[0] if entry.value else "")
        for (name, version), entry in zip(versions.items(), found, strict=True)
    }


def _calls(settings: Settings, change: "Change") -> Sequence["Call"]:
    """Propose a contract unless somebody did, and approve it."""
    from huabiao.client.signing import call
    from huabiao.doors.cli.chains import find

    mark = sha256(change.source.encode()).hexdigest()[:12]
    id_ = f"{change.name}@{change.version + 1}-{mark}"
    approved = call("governance", "approve", id_)
    if find(settings, "governance", id_) is not None:
        return [approved]
    given = {"action": "install_contract", "source": change.source}
    return [call("governance", "propose", id_, **given), approved]


contract.add_command(list_, "list")
contract.add_command(upgrade)
