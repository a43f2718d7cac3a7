"""CometBFT's own kvstore in Go, in process: what the engine does without our ledger."""

import asyncio
import base64
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from huabiao.engines.cometbft import layout
from huabiao.engines.cometbft.binary import COMETBFT
from huabiao.engines.go_program import find

FIRST_PORT = 28_600
TOGETHER, VALUE_BYTES, CONNECTIONS = 100, 220, 4
CONFIG = """
[mempool]
type = "flood"
size = 50000
cache_size = 100000
recheck = false
"""


def measure_kvstore(members: int, seconds: float) -> dict[str, Any]:
    """Transactions without signatures a second, at saturation."""
    with tempfile.TemporaryDirectory(prefix="huabiao-kv-") as folder:
        homes = [Path(folder) / f"kv{n}" for n in range(members)]
        _lay_out(homes)
        nodes = [
            subprocess.Popen(
                [str(find(COMETBFT)), "start", "--home", str(home)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for home in homes
        ]  # fmt: skip
        try:
            return asyncio.run(_load(members, seconds))
        finally:
            for node in nodes:
                node.terminate()
            for node in nodes:
                node.wait(30)


def _lay_out(homes: list[Path]) -> None:
    keys = [layout.make_keys(home) for home in homes]
    voters = [layout.Validator(f"kv{n}", key, 1) for n, (key, _) in enumerate(keys)]
    now = int(time.time() * 1000)
    for number, home in enumerate(homes):
        layout.write_genesis(home, "kvstore", now, voters)
        peers = [
            f"{other_id}@127.0.0.1:{FIRST_PORT + 2 * other}"
            for other, (_, other_id) in enumerate(keys)
            if other != number
        ]
        place = layout.Place(
            f"kv{number}",
            f"tcp://127.0.0.1:{FIRST_PORT + 2 * number}",
            f"tcp://127.0.0.1:{FIRST_PORT + 2 * number + 1}",
            peers,
        )
        layout.write_config(home, Path("/unused"), place)
        config = home / "config" / "config.toml"
        text = config.read_text().replace('"unix:///unused"', '"kvstore"')
        text = text.replace("[rpc]", f"[rpc]\nmax_request_batch_size = {TOGETHER}")
        start, end = text.index("[mempool]"), text.index("[consensus]")
        config.write_text(text[:start] + CONFIG + text[end:])
        genesis = home / "config" / "genesis.json"
        written = genesis.read_text()
        written = written.replace(
            '"vote_extensions_enable_height": "1"',
            '"vote_extensions_enable_height": "0"',
        )
        genesis.write_text(written)


async def _load(members: int, seconds: float) -> dict[str, Any]:
    urls = [f"http://127.0.0.1:{FIRST_PORT + 2 * n + 1}" for n in range(members)]
    limits = httpx.Limits(max_connections=CONNECTIONS * members + 2)
    async with httpx.AsyncClient(timeout=30, limits=limits) as http:
        for _ in range(300):
            try:
                if await _height(http, urls[0]) >= 2:
                    break
            except (httpx.HTTPError, KeyError):
                pass
            await asyncio.sleep(0.1)
        started, first = time.monotonic(), await _height(http, urls[0])
        sent = await asyncio.gather(
            *(
                _send(http, urls[n % members], started + seconds)
                for n in range(CONNECTIONS * members)
            )
        )
        elapsed = time.monotonic() - started
        committed = await _transactions(http, urls[0], first + 1)
    return {
        "kvstore_in_go": True,
        "members": members,
        "sent": sum(sent),
        "committed_a_second": round(committed / elapsed),
    }


async def _height(http: httpx.AsyncClient, url: str) -> int:
    status = (await http.get(f"{url}/status")).json()
    return int(status["result"]["sync_info"]["latest_block_height"])


async def _send(http: httpx.AsyncClient, url: str, end: float) -> int:
    """Batches of JSON-RPC calls; the mempool's "full" is waited out."""
    sent = 0
    while time.monotonic() < end:
        calls = []
        for number in range(TOGETHER):
            key = os.urandom(8).hex()
            raw = f"{key}={'v' * VALUE_BYTES}".encode()
            parameters = {"tx": base64.b64encode(raw).decode()}
            calls.append(
                {"jsonrpc": "2.0", "id": number, "method": "broadcast_tx_async",
                 "params": parameters}
            )  # fmt: skip
        answers = (await http.post(url, json=calls)).json()
        taken = sum(1 for each in answers if "result" in each)
        sent += taken
        if taken < TOGETHER:
            await asyncio.sleep(0.05)
    return sent


async def _transactions(http: httpx.AsyncClient, url: str, start: int) -> int:
    """Transactions in the blocks from a height to the newest."""
    total, end = 0, await _height(http, url)
    for low in range(start, end + 1, 20):
        high = min(low + 19, end)
        asked = f"{url}/blockchain?minHeight={low}&maxHeight={high}"
        metas = (await http.get(asked)).json()["result"]["block_metas"]
        total += sum(int(meta["num_txs"]) for meta in metas)
    return total
