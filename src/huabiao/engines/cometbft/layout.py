"""
The files that a CometBFT node starts from, all in HOME/engine.

    config/config.toml              what differs from CometBFT's defaults, and no more
    config/genesis.json             chain, first validators, limits
    config/node_key.json            who this node is to its peers
    config/priv_validator_key.json  the engine's voting key (Ed25519, in every suite)
    config/next_validator_key.json  takes over once the seat on chain names it
    data/                           blocks and votes, CometBFT's own

The voting key is CometBFT's; the organisation's header key stays with the node and
never comes here. Why settings differ: docs/decisions/0029-cometbft.md.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from huabiao.crypto import intl
from huabiao.durable import write_new

MOST_BLOCK_BYTES = 4 * 2**20
VOTING_KEY, NEXT_KEY = "priv_validator_key.json", "next_validator_key.json"


@dataclass(frozen=True)
class Validator:
    """A voter of the engine as genesis names it."""

    name: str
    public: bytes
    power: int


@dataclass(frozen=True)
class Place:
    """Where a node listens, and whom it calls: `id@host:port` each."""

    moniker: str
    p2p: str
    rpc: str
    peers: Sequence[str]
    sync_from: Sequence[str] = ()
    """Addresses of two members' RPC, for a node that joins by a snapshot."""
    trust_height: int = 0
    trust_hash: str = ""


def address_of(public: bytes) -> bytes:
    """How CometBFT names a key: the first 20 bytes of its SHA-256."""
    return sha256(public).digest()[:20]


def moniker_of(name: str) -> str:
    """CometBFT takes ASCII monikers only; organisations have Chinese names."""
    return quote(name)


def name_in(moniker: str) -> str:
    """The organisation that a peer's moniker names."""
    return unquote(moniker)


def make_keys(folder: Path) -> tuple[bytes, str]:
    """Make the two key files where they are not yet: (voting public key, node id)."""
    config, state = folder / "config", folder / "data" / "priv_validator_state.json"
    config.mkdir(parents=True, exist_ok=True)
    state.parent.mkdir(exist_ok=True)
    _make_voting_key(config / VOTING_KEY)
    if not state.exists():
        _write_secret(state, {"height": "0", "round": 0, "step": 0})
    node = config / "node_key.json"
    if not node.exists():
        pair = intl.generate()
        _write_secret(node, {"priv_key": _typed("PrivKey", pair.secret + pair.public)})
    return voting_key(folder), node_id(folder)


def voting_key(folder: Path) -> bytes:
    """The public voting key of a node's folder, 32 bytes."""
    return _secret(folder / "config" / VOTING_KEY)[32:]


def make_next_key(folder: Path) -> bytes:
    """The voting key to come, made if it is not there yet; its public half."""
    path = folder / "config" / NEXT_KEY
    _make_voting_key(path)
    return _secret(path)[32:]


def next_key_due(folder: Path, voters: Collection[bytes]) -> bool:
    """Whether the next key is among the voters and the one in use is not."""
    path = folder / "config" / NEXT_KEY
    due = path.exists() and voting_key(folder) not in voters
    return due and _secret(path)[32:] in voters


def take_next_key(folder: Path, voters: Collection[bytes]) -> None:
    """Let the next key take over if it is due. CometBFT must not run.

    What it last signed stays noted, so that it never signs two blocks at one height,
    whichever key it has.
    """
    if next_key_due(folder, voters):
        (folder / "config" / NEXT_KEY).replace(folder / "config" / VOTING_KEY)


def _make_voting_key(path: Path) -> None:
    if not path.exists():
        pair = intl.generate()
        _write_secret(
            path,
            {
                "address": address_of(pair.public).hex().upper(),
                "pub_key": _typed("PubKey", pair.public),
                "priv_key": _typed("PrivKey", pair.secret + pair.public),
            },
        )


def node_id(folder: Path) -> str:
    """What peers call this node."""
    public = _secret(folder / "config" / "node_key.json")[32:]
    return address_of(public).hex()


def _secret(path: Path) -> bytes:
    return b64decode(json.loads(path.read_text())["priv_key"]["value"])


def _typed(kind: str, key: bytes) -> dict[str, str]:
    return {"type": f"tendermint/{kind}Ed25519", "value": b64encode(key).decode()}


def _write_secret(path: Path, document: dict[str, Any]) -> None:
    write_new(path, json.dumps(document, indent=1).encode())


def write_genesis(
    folder: Path, chain: str, time_ms: int, validators: Sequence[Validator]
) -> None:
    """The same file for every node of a chain."""
    when = datetime.fromtimestamp(time_ms / 1000, UTC)
    document = {
        "genesis_time": when.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "chain_id": chain,
        "initial_height": "1",
        "consensus_params": {
            "block": {"max_bytes": str(MOST_BLOCK_BYTES), "max_gas": "-1"},
            "evidence": {
                "max_age_num_blocks": "100000",
                "max_age_duration": "172800000000000",
                "max_bytes": "1048576",
            },
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": "0"},
            "abci": {"vote_extensions_enable_height": "1"},
        },
        "validators": [
            {
                "address": address_of(each.public).hex().upper(),
                "pub_key": _typed("PubKey", each.public),
                "power": str(each.power),
                "name": each.name,
            }
            for each in validators
        ],
        "app_hash": "",
    }
    path = folder / "config" / "genesis.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False))


CONFIG = """\
# Written by huabiao at each start; change the node's own settings instead.
proxy_app = "unix://{socket}"
moniker = {moniker}
log_level = "main:info,state:error,statesync:info,blocksync:info,*:error"

[rpc]
laddr = "{rpc}"
max_body_bytes = 4194304

[p2p]
laddr = "{p2p}"
persistent_peers = "{peers}"
allow_duplicate_ip = true
addr_book_strict = false
pex = false
send_rate = 200000000
recv_rate = 200000000
max_packet_msg_payload_size = 65536
flush_throttle_timeout = "5ms"

[mempool]
type = "app"
reap_interval = "50ms"
max_tx_bytes = 1400000
recheck = false

[consensus]
timeout_propose = "2s"
timeout_propose_delta = "500ms"
timeout_commit = "200ms"
create_empty_blocks = true
create_empty_blocks_interval = "0s"
peer_gossip_sleep_duration = "10ms"

[storage]
discard_abci_responses = true

[tx_index]
indexer = "null"

[statesync]
enable = {syncs}
rpc_servers = "{sync}"
trust_height = {trust_height}
trust_hash = "{trust_hash}"
trust_period = "168h0m0s"
discovery_time = "5s"
"""


def write_config(folder: Path, socket: Path, place: Place) -> None:
    """config.toml; CometBFT takes its defaults for what is not in it."""
    text = CONFIG.format(
        socket=socket,
        moniker=json.dumps(moniker_of(place.moniker)),
        rpc=place.rpc,
        p2p=place.p2p,
        peers=",".join(place.peers),
        syncs="true" if place.sync_from else "false",
        sync=",".join(place.sync_from),
        trust_height=place.trust_height,
        trust_hash=place.trust_hash,
    )
    (folder / "config" / "config.toml").write_text(text, "utf-8")
