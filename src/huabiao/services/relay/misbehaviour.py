"""
Misbehaviour: two certified headers of one height, found by asking two addresses.

Where a chain is given by several addresses, their headers of one height are compared.
Two that differ are brought to every chain that follows it: if its members did sign
both, each of those freezes its client, by itself and without trusting this relay.
"""

import contextlib
from collections.abc import Sequence

from huabiao.client.remote import Answered, Remote, Unreachable
from huabiao.crypto.envelope import Call
from huabiao.proofs.header import decode_header
from huabiao.proofs.state_proofs import StateProofs
from huabiao.services.relay import carrying
from huabiao.services.relay.doors import ChainDoors, Door
from huabiao.services.relay.facts import FOLLOWING
from huabiao.services.relay.link import Link

COULD_NOT_TELL = (Unreachable, Answered, ValueError)
"""An address that is away, or has pruned the block."""


def differing(
    urls: Sequence[str], changed: int = 0
) -> tuple[StateProofs, StateProofs] | None:
    """Two headers of one height that differ, if the first address and another one have
    such; as they are told, whoever signed them."""
    with contextlib.ExitStack() as open_:
        cities = [open_.enter_context(Remote(url)) for url in urls]
        newest = []
        for city in cities:
            with contextlib.suppress(*COULD_NOT_TELL):
                newest.append((city, carrying.height_of(city.state_proofs({}))))
        for city, height in newest[1:]:
            first, known = newest[0]
            at = min(known, height)
            with contextlib.suppress(*COULD_NOT_TELL):
                pair = (
                    first.state_proofs({}, at, changed),
                    city.state_proofs({}, at, changed),
                )
                if pair[0].header != pair[1].header:
                    return pair
    return None


def bring(link: Link, changed: int, pair: tuple[StateProofs, StateProofs]) -> str:
    """Bring both headers to the chain that a link writes to; what came of it."""
    calls: list[Call] = carrying.steps(link.client, pair[0], changed)
    calls.append(carrying.advance(link.client, pair[1]))
    door = Door(link.here.chain)
    try:
        outcome = door.send([calls])[0]
    finally:
        door.close()
    height, there = decode_header(pair[0].header).height, link.there.chain.name
    if outcome.accepted:
        return (
            f"{there} 的高度 {height} 有两个认证区块头，已提交 {link.here.chain.name}，"
            f"其轻客户端“{link.client}”冻结。"
            f" {there} has two certified headers of height {height}: brought to"
            f" {link.here.chain.name}, whose client {link.client!r} is frozen."
        )
    return (
        f"{there} 的一个地址给出另一个高度 {height} 的区块头，但它没有成员的签名："
        f"{outcome.sentence}"
        f" An address of {there} tells another header {height}, which its members did"
        f" not sign. [{outcome.code}]"
    )


def watch(chain: ChainDoors, links: Sequence[Link]) -> list[str]:
    """Compare a chain's addresses, and bring what differs to those who follow it."""
    followers = [
        link
        for link in links
        if link.there.chain.name == chain.name and link.lag.state == FOLLOWING
    ]
    if len(chain.urls) < 2 or not followers:
        return []
    pair = differing(chain.urls, min(link.changed for link in followers))
    if pair is None:
        return []
    return [bring(link, link.changed, pair) for link in followers]
