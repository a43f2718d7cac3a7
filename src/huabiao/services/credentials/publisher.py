"""
Who signs the status lists of a node: its own identity, and lists kept for a while.

    HOME/status/key.json   the publisher's key, opened by the passphrase

The bits are the chain's; the signature says that this node read them there. A signed
list is handed out again until a change on the chain or a fifth of its life is over, so
that a crowd of readers costs one signature.
"""

import threading
from collections import OrderedDict
from pathlib import Path

from huabiao.client.derived_keys import own_keys
from huabiao.services.credentials.algorithms import Signer
from huabiao.services.credentials.chain import Read, read_bits, read_list
from huabiao.services.credentials.dids import key_signer
from huabiao.services.credentials.status_list import TTL_MS, publish
from huabiao.services.credentials.strict_json import Object

IDENTITY, MOST_KEPT, FRESH_MS = "status", 200, TTL_MS // 5


class Publisher:
    """Signs lists as they stand; keeps the newest of each. Thread safe."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[int, int, Object]] = OrderedDict()

    def status_list(
        self, read: Read, name: str, url: str, issuer_did: str, now: int
    ) -> Object | None:
        """The signed list of this name; None if the chain has none."""
        found = read_list(read, name)
        if found is None:
            return None
        _, _, purpose, length, _, _, changes = found
        with self._lock:
            kept = self._kept.get(url)
        if kept is not None and kept[0] == changes and 0 <= now - kept[1] < FRESH_MS:
            return kept[2]
        bits = read_bits(read, name, length)
        document = publish(url, bits, purpose, issuer_did, self.signer, now)
        with self._lock:
            self._kept[url] = changes, now, document
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return document


def open_publisher(home: Path, suite_name: str) -> Publisher:
    """The publisher of a home; its key, made at first use, is a did:key."""
    path = home / "status" / "key.json"
    return Publisher(key_signer(own_keys(home, path, suite_name, IDENTITY)))
