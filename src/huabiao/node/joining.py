"""
Joining a network that runs: `huabiao network join`.

1. The newcomer asks a member's door for the chain's genesis, the engine's genesis and
   where the members are, compares the genesis with the digest that it was told by
   another way, and makes a home with keys of its own.
2. Its node starts as a follower: it fetches every block, runs it, votes on none.
3. `huabiao member apply` asks for a seat; when k administrators have agreed, the engine
   votes from the block after the next on, without a restart.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from huabiao.client.remote import Remote
from huabiao.codec import encode
from huabiao.crypto.suite import SUITES, suite
from huabiao.durable import PUBLIC, write_whole
from huabiao.engines.cometbft import layout
from huabiao.ledger.genesis import Genesis, decode_genesis, genesis_hash
from huabiao.node.home import Home, HomeError
from huabiao.node.network import Organisation, make_home
from huabiao.node.place import NodePlace, listening, write_place


def introduction(folder: Path, place: NodePlace, genesis: Genesis) -> dict[str, Any]:
    """What a member tells whoever wants to follow or join; nothing of it is secret."""
    engine = folder / "engine"
    public = place.address or place.p2p
    own = f"{layout.node_id(engine)}@{public}"
    return {
        "chain": genesis.chain,
        "suite": genesis.suite,
        "genesis": b64encode(encode(genesis)).decode(),
        "genesis_hash": genesis_hash(suite(genesis.suite).digest, genesis).hex(),
        "engine_genesis": json.loads((engine / "config/genesis.json").read_text()),
        "peers": [own, *place.peers],
        "rpc": place.rpc,
    }


def join(
    url: str, folder: Path, about: Organisation, expected: str = "",
    sync_from: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """
    Make a home for a newcomer; gives its keys for the application for a seat.

    `sync_from` are RPC addresses of members, to begin with a snapshot of theirs
    instead of the first block. HomeError if the folder is taken or the genesis is not
    the expected one.
    """
    home = Home(folder)
    if home.genesis.exists():
        raise HomeError(
            f"{folder} 已有节点，请另选文件夹。"
            f" There is a node in {folder} already: choose another folder."
        )
    with Remote(url) as city:
        told = city.get("/api/network")
    raw, genesis, hash_ = _genesis_of(url, told, expected)
    in_force = told.get("suite")
    laid = make_home(in_force if in_force in SUITES else genesis.suite, about, folder)
    engine = folder / "engine"
    written = json.dumps(told["engine_genesis"], indent=1, ensure_ascii=False)
    (engine / "config" / "genesis.json").write_text(written, "utf-8")
    listen = listening(about.host)
    place = NodePlace(
        about.name, "cometbft", f"{listen}:{about.door}", f"{listen}:{about.p2p}",
        f"127.0.0.1:{about.rpc}", told["peers"], votes=False,
        address=f"{about.host}:{about.p2p}", **_trusted(sync_from),
    )  # fmt: skip
    write_place(home, place)
    write_whole(home.genesis, raw, PUBLIC)
    return {
        "home": str(folder),
        "chain": genesis.chain,
        "genesis_hash": hash_,
        "public": laid.member.public.hex(),
        "engine_key": laid.voting_key.hex(),
    }


def _trusted(sync_from: Sequence[str]) -> dict[str, Any]:
    """A recent block of the engine's, from which its light client starts."""
    if not sync_from:
        return {}
    commit = httpx.get(f"http://{sync_from[0]}/commit", timeout=10, trust_env=False)
    signed = commit.raise_for_status().json()["result"]["signed_header"]["commit"]
    return {
        # CometBFT wants two; one member's answer twice is one member's word.
        "sync_from": [*sync_from, sync_from[0]][: max(2, len(sync_from))],
        "trust_height": int(signed["height"]),
        "trust_hash": signed["block_id"]["hash"],
    }


def _genesis_of(
    url: str, told: dict[str, Any], expected: str
) -> tuple[bytes, Genesis, str]:
    """The genesis that a member tells, and its digest; HomeError if it is another."""
    try:
        raw = b64decode(told["genesis"], validate=True)
        genesis = decode_genesis(raw)
    except (ValueError, KeyError, msgspec.MsgspecError) as error:
        raise HomeError(
            f"{url} 给出的创世文件无法读取：{error}。"
            f" The genesis that {url} gives cannot be read."
        ) from None
    hash_ = genesis_hash(suite(genesis.suite).digest, genesis).hex()
    if expected and not secrets.compare_digest(hash_, expected.lower()):
        raise HomeError(
            f"{url} 的创世摘要为 {hash_}，与期望的不符：不要加入，请与发起单位核对。"
            f" The genesis at {url} has the digest {hash_}, not the one expected: do"
            " not join; ask who told you."
        )
    return raw, genesis, hash_
