"""
One resolver over our own method and those that are accepted from others.

What came from the web is remembered for a minute, and no more than a few fetches go out
at once: whoever asks for a DID makes this node call somebody.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from huabiao.services.did import chain_method, key_method, web_method
from huabiao.services.did.chain_method import ChainReader, resolve_chain
from huabiao.services.did.document import VerificationKey, keys_for
from huabiao.services.did.key_method import resolve_key
from huabiao.services.did.resolution import DidFailed, Resolution
from huabiao.services.did.syntax import Did, parse_did
from huabiao.services.did.web_method import WebDids

MOST_FETCHES, REMEMBERED, FRESH_S = 4, 500, 60.0


class Resolver:
    """Resolves did:huabiao (with a chain), did:key and did:web. Thread safe."""

    def __init__(
        self, reader: ChainReader | None = None, web: WebDids | None = None
    ) -> None:
        self._reader, self._web = reader, web
        self._fetching = threading.BoundedSemaphore(MOST_FETCHES)
        self._known: OrderedDict[str, tuple[float, Resolution]] = OrderedDict()
        self._lock = threading.Lock()

    def resolve(
        self, text: str, version_id: str | None = None, version_time: str | None = None
    ) -> Resolution:
        """A DID's document, newest or, of our own, as it was; DidFailed."""
        did = parse_did(text)
        if did.method == chain_method.METHOD and self._reader is not None:
            now = int(time.time() * 1000)
            return resolve_chain(did, self._reader, now, version_id, version_time)
        others: dict[str, Callable[[Did], Resolution]] = {
            key_method.METHOD: resolve_key
        }
        if self._web is not None:
            others[web_method.METHOD] = partial(self._from_web, self._web)
        if did.method not in others:
            known = [*others, chain_method.METHOD] if self._reader else [*others]
            raise DidFailed(
                "methodNotSupported",
                f"不支持 DID 方法“{did.method[:40]}”，支持：{'、'.join(known)}。"
                f" The method {did.method[:40]!r} is not supported; these are:"
                f" {', '.join(known)}.",
            )
        if version_id is not None or version_time is not None:
            raise DidFailed(
                "featureNotSupported",
                f"did:{did.method} 没有版本。 did:{did.method} keeps no versions.",
            )
        return others[did.method](did)

    def keys(
        self, text: str, purpose: str = "assertionMethod", time: int | None = None
    ) -> list[VerificationKey]:
        """
        The keys of a DID for a purpose, now or (UTC milliseconds) at a time.

        Of our own DIDs those of a time are told by the history; other methods keep
        none, and theirs are today's. DidFailed, also where the DID is deactivated now
        and no time is given.
        """
        did = parse_did(text)
        if did.method == chain_method.METHOD and self._reader and time is not None:
            return chain_method.keys_at(did, self._reader, time)
        return keys_for(self.resolve(text).document, purpose)

    def _from_web(self, web: WebDids, did: Did) -> Resolution:
        name, now = str(did), time.monotonic()
        with self._lock:
            known = self._known.get(name)
        if known and now - known[0] < FRESH_S:
            return known[1]
        if not self._fetching.acquire(blocking=False):
            raise DidFailed(
                "internalError",
                "正在取其他文档，请稍后重试。 Others are being fetched: try again.",
            )
        try:
            found = web.resolve(did)
        finally:
            self._fetching.release()
        with self._lock:
            self._known[name] = now, found
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found
