"""
A home that is founded with a chain's name of one's own, and contracts of one's own.

    found_home(folder, "haidian", "sm", [SOURCE])     then `huabiao up --home folder`

`huabiao up` founds a city by itself, with a name drawn by lot and the contracts that
ship. Where several chains are to know each other by name, a test does it so.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from huabiao.client.wallets import open_identity
from huabiao.codec import encode
from huabiao.durable import PUBLIC, write_whole
from huabiao.ledger.genesis import make_genesis
from huabiao.ledger.governed import Seat
from huabiao.node.catalogue import shipped_sources
from huabiao.node.home import OPERATOR, Home, member_key


def found_home(
    folder: Path, chain: str, suite: str, also: Sequence[str] = (), **parameters: int
) -> Home:
    """One member, one administrator (the identity `operator`), every contract that
    ships and the sources `also`; `parameters` are those of make_genesis."""
    folder.mkdir(parents=True, exist_ok=True)
    home = Home(folder)
    member = member_key(home, suite)
    operator = open_identity(folder, OPERATOR, suite, make=True)
    genesis = make_genesis(
        chain, suite, int(time.time() * 1000), [*shipped_sources(), *also],
        [Seat("city", member.public, 1)], [operator.account], 1, **parameters,
    )  # fmt: skip
    write_whole(home.genesis, encode(genesis), PUBLIC)
    return home
