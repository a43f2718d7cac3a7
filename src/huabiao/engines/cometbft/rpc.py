"""
What CometBFT says of itself over its RPC on this machine: peers, rounds, sync.

Asked every few seconds by a thread, so that a node's health answers at once.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from huabiao.engines.cometbft.layout import name_in

PAUSE_S, TIMEOUT_S = 2.0, 2.0


@dataclass
class Seen:
    """The engine's last answers; empty before the first."""

    reachable: bool = False
    node_id: str = ""
    order: int = 0
    catching_up: bool = False
    peers: list[dict[str, Any]] = field(default_factory=list)
    """{"name", "id", "address", "sent", "received"}: bytes since they connected."""
    at: float = 0.0


class Watch:
    """Asks a CometBFT on a thread of its own, until `close`."""

    def __init__(self, address: str) -> None:
        self._url = f"http://{address}"
        self.seen = Seen()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="rpc", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(2 * TIMEOUT_S + 1)

    def _keep(self) -> None:
        with httpx.Client(
            base_url=self._url, timeout=TIMEOUT_S, trust_env=False
        ) as http:
            while not self._stop.wait(PAUSE_S):
                try:
                    self.seen = ask(http)
                except (httpx.HTTPError, KeyError, ValueError):
                    self.seen = Seen(peers=self.seen.peers, order=self.seen.order)


def ask(http: httpx.Client) -> Seen:
    """One look; httpx.HTTPError where CometBFT does not answer."""
    status = http.get("/status").json()["result"]
    net = http.get("/net_info").json()["result"]
    peers = [
        {
            "name": name_in(peer["node_info"]["moniker"]),
            "id": peer["node_info"]["id"],
            "address": peer["remote_ip"],
            "sent": int(peer["connection_status"]["SendMonitor"]["Bytes"]),
            "received": int(peer["connection_status"]["RecvMonitor"]["Bytes"]),
        }
        for peer in net["peers"]
    ]
    sync = status["sync_info"]
    return Seen(
        True,
        status["node_info"]["id"],
        int(sync["latest_block_height"]),
        bool(sync["catching_up"]),
        peers,
        time.monotonic(),
    )
