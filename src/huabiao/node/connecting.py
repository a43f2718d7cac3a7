"""
Connecting two chains of one city: each follows the other, a route leads each way, and
each knows which level the other one is.

The operators of both homes do it as the administrators that they are. What is there
already stays; where more administrators must agree, it is proposed and said.
"""

from huabiao.client.signing import call
from huabiao.client.wallets import NoSuchIdentity, open_identity
from huabiao.crypto.envelope import Call
from huabiao.ledger.genesis import founding_members
from huabiao.node.districts import MUNICIPAL
from huabiao.node.home import OPERATOR
from huabiao.node.level import Level, NotTaken, expires_at
from huabiao.node.node import Say
from huabiao.services.relay import carrying

TRUSTED_MS = 30 * 86_400_000
"""How long a chain's members are trusted without a newer header."""
GRANT = "两级对接 city and districts"
NOT_THERE = ("contract.unknown", "scenario.unknown")
UPGRADE = (
    " 这条链早于两级：先运行 huabiao contract upgrade --as operator，再重新启动。"
    " This chain is older than the levels: run huabiao contract upgrade --as operator,"
    " then start again."
)


async def connect(here: Level, there: Level, say: Say) -> None:
    """Let `here` follow `there`, open its route, and say which level that is; what the
    operator cannot do alone is said, and the city comes up without it."""
    try:
        await _follow(here, there, say)
        await _open_route(here, there)
        await _recognise(here, there)
    except (NotTaken, NoSuchIdentity) as error:
        say(
            f"{here.district.zh}尚未与{there.district.zh}对接：{error}"
            f" {here.district.en} is not connected with {there.district.en} yet."
            f"{UPGRADE if getattr(error, 'code', '') in NOT_THERE else ''}"
        )


async def _open_route(here: Level, there: Level) -> None:
    if here.record("routes", there.name) is None:
        await here.act(
            call(
                "routes", "propose", there.name, chain=there.node.port.chain,
                counterpart=here.name, client=there.name,
            ),
            call("routes", "approve", there.name),
        )  # fmt: skip


async def _follow(here: Level, there: Level, say: Say) -> None:
    known = here.record("light_clients", there.name)
    if known is None:
        genesis = there.node.ledger.genesis
        members = carrying.encode_members(founding_members(genesis))
        await here.act(
            call(
                "light_clients", "propose", there.name, chain=genesis.chain,
                suite=genesis.suite, members=members, period=TRUSTED_MS,
            ),
            call("light_clients", "approve", there.name),
        )  # fmt: skip
    elif known["chain"] != there.node.port.chain:
        say(
            f"{here.district.zh}跟随的“{there.name}”是另一条链 {known['chain']}，"
            f"不是现在的 {there.node.port.chain}；请恢复原来的文件夹。"
            f" {here.district.en} follows another chain as {there.name!r}."
        )
    elif known["state"] == "following" and here.now > expires_at(known):
        await here.act(_recover(there))
        say(
            f"{here.district.zh}已恢复对{there.district.zh}的跟随（此前已过信任期）。"
            f" {here.district.en} follows {there.district.en} again: it had expired."
        )


def _recover(there: Level) -> Call:
    """The administrators name the members of today, whose home is next door."""
    ledger = there.node.ledger
    changed = max(ledger.governed.member_changes(), default=0)
    members = carrying.encode_members(ledger.governed.members())
    return call("light_clients", "recover", there.name, members=members, above=changed)


async def _recognise(here: Level, there: Level) -> None:
    port = here.node.port
    if port.read(f"levels/chains/{there.name}") is not None:
        return
    keys = open_identity(here.node.home.folder, OPERATOR, port.suite_name)
    if not port.holds_role("levels", "coordinator", keys.account):
        await here.act(
            call(
                "governance", "grant_role", GRANT, scenario="levels",
                role="coordinator", account=keys.account, until=0,
            )
        )  # fmt: skip
    its = there.district
    level = "municipal" if its is MUNICIPAL else "district"
    await here.act(
        call("levels", "recognise", there.name, level=level, zh=its.zh, en=its.en,
             code=its.code)
    )  # fmt: skip
