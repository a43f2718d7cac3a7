"""
The address of a resource on any chain that a city knows: CHAIN.ZONE/CONTRACT/RECORD.

    haidian.beijing/real_estate/110108001001GB00001F00010001
    mainnet.eth/foreign_messages/17

The zone is a network of chains (a gateway's name, or a city), the chain one of it, as
in WeCross's interchain path zone.chain.resource. Contract and record are parts of a
path, so that a record's id may have dots; it may have slashes too: all that follows the
second one belongs to it. It is text for people, not a URL: nothing is escaped.
"""

import re
from typing import NamedTuple

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_CONTRACT = re.compile(r"[A-Za-z0-9_]{1,100}")
LONGEST_RECORD = 200


class BadAddress(ValueError):
    """That is no address of a resource; the sentence shows how one is written."""


class Resource(NamedTuple):
    """A record; without an id the contract, without a contract the chain."""

    chain: str
    zone: str
    contract: str = ""
    record: str = ""

    def __str__(self) -> str:
        parts = [f"{self.chain}.{self.zone}", self.contract, self.record]
        return "/".join(part for part in parts if part)


def parse_resource(written: str) -> Resource:
    """An address taken apart; BadAddress says which part is wrong."""
    place, *rest = written.split("/", 2)
    chain, _, zone = place.partition(".")
    if not (_LABEL.fullmatch(chain) and _LABEL.fullmatch(zone)):
        raise _bad(f"链“{place[:80]}”", f"the chain {place[:80]!r}")
    if rest and not _CONTRACT.fullmatch(rest[0]):
        raise _bad(f"合约“{rest[0][:80]}”", f"the contract {rest[0][:80]!r}")
    record = rest[1] if len(rest) > 1 else "whole"
    if not (0 < len(record) <= LONGEST_RECORD and record.isprintable()):
        raise _bad(f"编号“{record[:80]}”", f"the id {record[:80]!r}")
    return Resource(chain, zone, *rest)


def _bad(zh: str, en: str) -> BadAddress:
    return BadAddress(
        f"资源地址应写作 链.区/合约/编号，如 haidian.beijing/real_estate/1；"
        f"{zh}不可用。 An address is written CHAIN.ZONE/CONTRACT/RECORD; {en} cannot"
        " be part of one."
    )
