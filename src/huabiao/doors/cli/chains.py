"""
chain: other chains, followed and reached by the administrators' k of n.

    huabiao chain follow http://haidian:8080 --period 7d --as operator
    huabiao chain route haidian --counterpart beijing --as operator
    huabiao chain list

The first administrator proposes; each further one runs the same command, which compares
what stands on the chain with what is asked for before it approves.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.codec import encode
from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)
from huabiao.proofs.header import decode_header
from huabiao.proofs.members import Member

Json = dict[str, Any]
UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
_LENGTH = re.compile(r"(\d{1,6})([dhms])")
MOST_ROUNDS = 1_000


class Length(click.ParamType[int]):
    """A length of time: 7d, 12h, 30m, 60s; in milliseconds."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        if isinstance(value, int):
            return value
        found = _LENGTH.fullmatch(value)
        if found is None:
            self.fail("写作 7d、12h、30m 或 60s。 Write 7d, 12h, 30m or 60s.")
        return int(found[1]) * UNITS[found[2]]


@click.group()
def chain() -> None:
    """别的链。 Other chains: follow them, open routes to them."""


def trust_of(source: str) -> Json:
    """What a TRUST.json, or a city's own word at an address, says of its founding."""
    if source.startswith(("http:", "https:", "http+unix:")):
        from huabiao.client.remote import Remote

        with Remote(source) as city:
            found: Json = city.get("/api/trust")
        return found
    return dict(json.loads(Path(source).read_text("utf-8")))


def members_of(trust: Json) -> bytes:
    """Members in the form that a light client keeps."""
    return encode(
        [
            Member(each["name"], bytes.fromhex(each["public"]), each["power"])
            for each in trust["members"]
        ]
    )


def fingerprint(members: bytes) -> str:
    """What two people compare on the telephone: SHA-256, its first 16 digits."""
    return hashlib.sha256(members).hexdigest()[:16]


def find(settings: Settings, scenario: str, key: str) -> Json | None:
    """A record, None if there is none."""
    path = f"/api/scenarios/{scenario}/records/{quote(key)}"
    try:
        found: Json = settings.city.get(path)
    except Answered as error:
        if error.status == 404:
            return None
        raise
    return found


def propose_or_approve(
    settings: Settings, identity: str, scenario: str, key: str, wanted: Json
) -> None:
    """Propose and approve what is not there; approve what is, if it is the same."""
    keys = settings.keys(identity)
    known = find(settings, scenario, key)
    calls = [call(scenario, "approve", key)]
    if known is None:
        calls.insert(0, call(scenario, "propose", key, **wanted))
    elif known["state"] != "proposed":
        raise Failed(
            f"“{key}”已经是 {known['state_title']['zh']}，无须再同意。"
            f" {key!r} needs no approval: it is {known['state']}."
        )
    else:
        for name, value in wanted.items():
            shown = value.hex() if isinstance(value, bytes) else value
            if known["fields"][name] != shown:
                raise Failed(
                    f"链上的提议与此不同：{name} 为 {known['fields'][name]!s:.80}，"
                    f"这里是 {shown!s:.80}；请与提议者核对。"
                    f" The proposal on the chain differs in {name}: ask who made it."
                )
    outcome = settings.city.send(keys, *calls)
    after = find(settings, scenario, key) if outcome.accepted else None
    title = after["state_title"] if after else {"zh": "", "en": ""}
    tell_outcome(settings, outcome, f"{key}  {title['zh']} · {title['en']}")


@command(
    click.argument("source", metavar="URL|TRUST.json"),
    click.option("--name", help="轻客户端名，默认对方链名 · the client's name"),
    click.option("--period", type=Length(), default="7d", show_default=True,
                 help="信任期 · trusted without a newer header"),
    identity_option(required=True),
)  # fmt: skip
def follow(
    settings: Settings, source: str, name: str | None, period: int, identity: str
) -> None:
    """跟随另一条链，或同意此提议。 Follow another chain, or approve the proposal."""
    trust = trust_of(source)
    members = members_of(trust)
    settings.say(
        f"链 {trust['chain']}，套件 {trust['suite']}，创世成员 {len(trust['members'])}"
        f" 个，指纹 {fingerprint(members)}：请与对方核对。"
        f" Compare this fingerprint of its founding members with {trust['chain']}."
    )
    wanted = {
        "chain": trust["chain"], "suite": trust["suite"], "members": members,
        "period": period,
    }  # fmt: skip
    key = name or trust["chain"]
    propose_or_approve(settings, identity, "light_clients", key, wanted)


@command(
    click.argument("name"),
    click.option("--client", help="经此轻客户端，默认同名 · over this client"),
    click.option("--counterpart", required=True,
                 help="此路由在对方的名字 · the route's name over there"),
    click.option("--ordered", is_flag=True, help="按顺序 · in order"),
    click.option("--most", type=click.IntRange(1, 1_000_000), default=10_000,
                 show_default=True, help="每时段件数 · packets a window"),
    click.option("--window", type=Length(), default="60s", show_default=True,
                 help="时段 · the window"),
    identity_option(required=True),
)  # fmt: skip
def route(
    settings: Settings, name: str, client: str | None, counterpart: str, ordered: bool,
    most: int, window: int, identity: str,
) -> None:  # fmt: skip
    """开通到另一条链的路由，或同意。 Open a route, or approve the proposal."""
    known = find(settings, "light_clients", client or name)
    if known is None:
        raise Failed(
            f"没有轻客户端“{client or name}”：先 huabiao chain follow。"
            f" There is no client {client or name!r}: huabiao chain follow comes first."
        )
    wanted = {
        "chain": known["fields"]["chain"], "counterpart": counterpart,
        "client": client or name, "ordered": ordered, "most": most, "window": window,
    }  # fmt: skip
    propose_or_approve(settings, identity, "routes", name, wanted)


@command(
    click.argument("name"),
    click.argument("source", metavar="URL"),
    click.option("--fingerprint", "expected", required=True,
                 help="与对方核对过的成员指纹 · the members' fingerprint, compared"),
    identity_option(required=True),
)  # fmt: skip
def recover(
    settings: Settings, name: str, source: str, expected: str, identity: str
) -> None:
    """恢复过期或冻结的轻客户端。 Recover a client, expired or frozen: k of n."""
    members, above = members_now(source)
    if fingerprint(members) != expected:
        raise Failed(
            f"{source} 的现任成员指纹为 {fingerprint(members)}，不是 {expected}；"
            "请向对方核实，不要照抄。"
            f" The members at {source} have the fingerprint {fingerprint(members)},"
            f" not {expected}: ask that chain's people, do not copy it."
        )
    keys = settings.keys(identity)
    named = call("light_clients", "recover", name, members=members, above=above)
    tell_outcome(settings, settings.city.send(keys, named), name)


def members_now(source: str) -> tuple[bytes, int]:
    """The members who sign there now, and the height above which they do."""
    from huabiao.client.remote import Remote

    members, above = members_of(trust_of(source)), 0
    with Remote(source) as city:
        for _ in range(MOST_ROUNDS):
            changes = city.state_proofs({}, None, above).changes
            if not changes:
                break
            members = encode(changes[-1].next_members)
            above = decode_header(changes[-1].header).height
    return members, above


@command(name="list")
def list_(settings: Settings) -> None:
    """跟随的链、路由、信任模型、到期。 Clients, routes, trust, expiry, in words."""
    found = settings.city.get("/api/chains")
    lines = []
    for each in found["clients"]:
        lines.append(f"{each['client']}  {each['suite']}  {each['sentence']}")
        lines += [f"  要做 todo: {todo}" for todo in each["todo"]]
    for each in found["routes"]:
        title = each["state_title"]
        lines.append(
            f"{each['route']} → {each['chain']}  {title['zh']} · {title['en']}"
            f"  {each['trust_sentence']}"
        )
        lines += [f"  要做 todo: {todo}" for todo in each["todo"]]
    settings.give(found, "\n".join(lines) or "没有跟随别的链。 No chain is followed.")


@command(click.argument("source", metavar="URL"))
def members(settings: Settings, source: str) -> None:
    """一条链现任成员的指纹，供核对。 The fingerprint of a chain's members now."""
    found, above = members_now(source)
    document = {"fingerprint": fingerprint(found), "above": above}
    settings.give(document, f"{fingerprint(found)}  高度 above {above}")


for each in (follow, route, recover, list_, members):
    chain.add_command(each)
