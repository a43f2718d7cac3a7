"""
What would keep a network's node from starting or from being heard, looked at before.

For a home with node.toml: its place, its ports, its peers, the engine's binary, both
geneses, its seat, who can read its secrets, its certificate. Nothing is repaired or
written. Each finding is (well, about, sentence).
"""

import errno
import fcntl
import json
import socket
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from huabiao.engines import go_program
from huabiao.engines.cometbft import layout
from huabiao.engines.cometbft.binary import COMETBFT
from huabiao.ledger.genesis import Genesis, decode_genesis
from huabiao.node.certificate import door_certificate
from huabiao.node.examining import Finding
from huabiao.node.home import Home, HomeError
from huabiao.node.place import NodePlace, read_place

CONNECT_S = 2.0
SECRETS = (
    "member*.json",
    "wallets/*.json",
    "engine/config/priv_validator_key.json",
    "engine/config/node_key.json",
)


def runs(folder: Path) -> bool:
    """Whether a node holds this home's lock."""
    try:
        with (folder / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def examine_place(folder: Path) -> Iterator[Finding]:
    """Every finding about a network node's home; nothing for another home."""
    home = Home(folder)
    try:
        place = read_place(home)
    except HomeError as error:
        yield False, "节点位置 · node.toml", str(error)
        return
    if place is None:
        return
    yield True, "节点位置 · node.toml", f"{place.organisation} · {place.engine}"
    yield _secrets(folder, place)
    yield from _certificate(home, place)
    yield from _ports(place, runs(folder))
    if place.engine == "cometbft":
        yield _binary()
        yield from _geneses(home, place)
        yield from _peers(place)


def _secrets(folder: Path, place: NodePlace) -> Finding:
    about = "密钥权限 · permissions"
    named = [place.tls_key] if place.tls_key else []
    found = [path for name in (*SECRETS, *named) for path in folder.glob(name)]
    exposed = [path for path in sorted(found) if path.stat().st_mode & 0o077]
    if exposed:
        listed = " ".join(map(str, exposed))
        sentence = f"他人可读，请运行 chmod 600 {listed} · others can read: chmod 600"
        return False, about, sentence
    return True, about, f"{len(found)} 个密钥文件仅本人可读 · private"


def _certificate(home: Home, place: NodePlace) -> Iterator[Finding]:
    about = "TLS 证书 · certificate"
    try:
        found = door_certificate(home, place)
    except HomeError as error:
        yield False, about, str(error)
        return
    if found is not None:
        well = f"还有 {found.days():.0f} 天 · days left"
        yield not found.warning(), about, found.warning() or well


def _ports(place: NodePlace, running: bool) -> Iterator[Finding]:
    names = ("p2p", "rpc", "door") if place.engine == "cometbft" else ("door",)
    for name in names:
        about = f"端口 · port {name}"
        address = getattr(place, name)
        host, _, port = address.rpartition(":")
        try:
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((host, int(port)))
        except (OSError, ValueError, OverflowError) as error:
            taken = getattr(error, "errno", 0) == errno.EADDRINUSE
            if taken and running:
                yield True, about, f"{address} 由本节点使用 · this node's own"
                continue
            why = "已被其他程序占用" if taken else f"不能监听（{error}）"
            yield (
                False,
                about,
                f"{address} {why}：请停下它，或在 node.toml 中改 {name} 并告知其他"
                f"单位。 {address} cannot be listened on ({error}): stop what holds"
                f" it, or change {name} in node.toml and tell the others.",
            )
        else:
            yield True, about, f"{address} 空闲 · free"


def _binary() -> Finding:
    about = "共识引擎 · CometBFT"
    try:
        return True, about, f"{COMETBFT.version} · {go_program.find(COMETBFT)}"
    except go_program.ProgramMissing as error:
        return False, about, str(error)


def _geneses(home: Home, place: NodePlace) -> Iterator[Finding]:
    about = "两份创世 · both geneses"
    path = home.folder / "engine" / "config" / "genesis.json"
    try:
        genesis = decode_genesis(home.genesis.read_bytes())
    except (msgspec.MsgspecError, OSError):
        return  # examining.py says so
    try:
        engine = json.loads(path.read_text("utf-8"))
        chain = engine["chain_id"]
        voters = {
            b64decode(each["pub_key"]["value"]): int(each["power"])
            for each in engine["validators"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        sentence = (
            f"{path} 无法读取（{error}）：请从发起单位给的文件夹恢复。"
            f" {path} cannot be read: restore it from the folder that you were given."
        )
        yield False, about, sentence
        return
    yield _agree(genesis, chain, voters, path)
    if place.votes and not (home.folder / "blocks").exists():
        yield _own_seat(home, place, genesis)


def _agree(
    genesis: Genesis, chain: str, voters: dict[bytes, int], path: Path
) -> Finding:
    about = "两份创世 · both geneses"
    seats = {
        call.arguments["engine_key"]: call.arguments["power"]
        for call in genesis.calls
        if (call.contract, call.operation) == ("membership", "found_seat")
    }
    if chain != genesis.chain:
        wrong = f"链为 {chain}，账本为 {genesis.chain}", "another chain"
    elif voters != seats:
        wrong = "验证人与账本的席位不符", "other validators than the ledger has seats"
    else:
        return True, about, f"链与 {len(seats)} 个席位一致 · agree"
    sentence = (
        f"{path} 的{wrong[0]}：两者须由同一次 network init 或 join 生成。"
        f" {path} names {wrong[1]}: both must come from one network init or join."
    )
    return False, about, sentence


def _own_seat(home: Home, place: NodePlace, genesis: Genesis) -> Finding:
    """Before the first block: is this folder the one of the organisation it names?"""
    about = "本单位席位 · own seat"
    try:
        own = layout.voting_key(home.folder / "engine")
    except (OSError, ValueError, KeyError) as error:
        sentence = f"引擎投票密钥无法读取（{error}）。 The voting key is unreadable."
        return False, about, sentence
    seats = [
        call.key for call in genesis.calls if call.arguments.get("engine_key") == own
    ]
    if seats == [place.organisation]:
        return True, about, f"{place.organisation} · {own.hex()[:16]}…"
    sentence = (
        f"引擎投票密钥不属于 {place.organisation} 的席位：文件夹可能拿错了，请勿启动，"
        f"与发起单位核对。 The voting key is not that of {place.organisation}'s seat:"
        " this may be another's folder. Do not start it; ask who laid the network out."
    )
    return False, about, sentence


def _peers(place: NodePlace) -> Iterator[Finding]:
    """All at once: a firewall that swallows packets costs one timeout, not many."""
    if place.peers:
        with ThreadPoolExecutor(len(place.peers)) as threads:
            yield from threads.map(_peer, place.peers)


def _peer(peer: str) -> Finding:
    _, _, address = peer.rpartition("@")
    about = f"对方 · peer {address}"
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), CONNECT_S).close()
    except (OSError, ValueError, OverflowError) as error:
        sentence = (
            f"连不上（{error}）：请问对方节点是否已启动，并核对防火墙与 node.toml 中的"
            f"地址。 Does not answer ({error}): ask whether that node is up, look at"
            " the firewalls between and at the address in node.toml."
        )
        return False, about, sentence
    return True, about, "可连接 · answers"
