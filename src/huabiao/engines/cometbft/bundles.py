"""
Bundles: hundreds of signed envelopes as one transaction of CometBFT.

    transaction = "B" ‖ encode([envelope, …])            a bundle
                | "Z" ‖ zlib(encode([envelope, …]))      one of small envelopes
                | "C" ‖ encode([[height, certificate], …])   see certifying.py

Go's mempool, gossip and consensus cost so much a transaction, not a byte; a bundle pays
it once. What the envelopes of a chain have in common, names and signers, goes over the
wire once (RFC 1950), from protocol 4 on. Whoever packed a bundle is not trusted: every
member checks every signature, once, and keeps the verdict by the bundle's hash until a
block has it. An envelope may well come in two bundles; a repeat is refused by its own
hash.
"""

import asyncio
import contextlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from huabiao.codec import encode
from huabiao.crypto.envelope import BadEnvelope, Envelope, open_envelope
from huabiao.engines.verification import Verification

BUNDLE, DEFLATED, CERTIFICATES = b"B", b"Z", b"C"
DEFLATES = 4
"""The protocol that brought deflated bundles."""
SEVERAL, SMALL = 4, 2_000
"""Envelopes a bundle, and bytes an envelope, from and up to which deflating is worth
its time: larger ones are mostly digests."""
MOST_ENVELOPES = 1_000
LARGEST_BUNDLE = 1_310_720
"""One envelope of the largest size fits, with what is around it."""
MOST_BYTES = 192 * 2**20
"""Of bundles that a node holds, its own and others'."""
MOST_REMEMBERED = 20_000
"""Hashes of bundles that blocks took, so that a late copy is not checked again."""

_decode = msgspec.msgpack.Decoder(list[bytes]).decode


class BadBundle(ValueError):
    """A transaction that no honest member makes; the sentence says what is wrong."""


@dataclass
class Bundle:
    """A bundle whose signatures were checked."""

    raw: bytes
    envelopes: Sequence[Envelope]
    hash: bytes
    size: int = field(init=False)
    """Its bytes, or those of its envelopes where fewer were sent."""
    ends: int = field(init=False)
    """The latest moment at which one of its envelopes is valid, UTC milliseconds."""

    def __post_init__(self) -> None:
        inside = sum(len(each.raw) for each in self.envelopes)
        self.size = max(len(self.raw), inside)
        self.ends = max(each.body.valid_until for each in self.envelopes)


def write_bundle(envelopes: Sequence[Envelope], deflates: bool = False) -> bytes:
    """A bundle's transaction; `deflates` where the chain's protocol allows it."""
    encoded = encode([envelope.raw for envelope in envelopes])
    small = len(encoded) <= SMALL * len(envelopes)
    if deflates and small and len(envelopes) >= SEVERAL:
        return DEFLATED + zlib.compress(encoded, 1)
    return BUNDLE + encoded


def inflate(deflated: bytes) -> bytes:
    """What was deflated, whole and no larger than a bundle may be; raises BadBundle."""
    stream = zlib.decompressobj()
    try:
        # One byte more than may be: up to that size every zlib comes to the end.
        inflated = stream.decompress(deflated, LARGEST_BUNDLE + 1)
    except zlib.error as error:
        raise BadBundle(f"not deflated: {error}") from None
    whole = stream.eof and not stream.unused_data
    if len(inflated) > LARGEST_BUNDLE or not whole:
        raise BadBundle("a deflated bundle that is too large, cut off or followed")
    return inflated


def open_bundle(raw: bytes, digest: Callable[[bytes], bytes]) -> list[Envelope]:
    """Take a transaction apart; raises BadBundle. Signatures are not checked."""
    kind, encoded = raw[:1], raw[1:]
    if kind not in (BUNDLE, DEFLATED) or len(raw) > LARGEST_BUNDLE:
        raise BadBundle(f"not a bundle, or too large ({len(raw)} bytes)")
    try:
        parts = _decode(inflate(encoded) if kind == DEFLATED else encoded)
        if not 1 <= len(parts) <= MOST_ENVELOPES:
            raise BadBundle(f"a bundle of {len(parts)} envelopes")
        return [open_envelope(part, digest) for part in parts]
    except (msgspec.MsgspecError, BadEnvelope) as error:
        raise BadBundle(str(error)) from None


class Bundles:
    """What this node holds. Used from the engine's event loop only."""

    def __init__(
        self,
        digest: Callable[[bytes], bytes],
        verification: Verification,
        deflates: Callable[[], bool] = lambda: False,
    ) -> None:
        self._digest, self._verification = digest, verification
        self._deflates = deflates
        """Whether the next block may hold deflated bundles."""
        self._checks: dict[bytes, asyncio.Task[Bundle]] = {}
        self._taken: dict[bytes, None] = {}
        self.waiting: dict[bytes, Bundle] = {}
        """Bundles that no block has taken yet, the oldest first."""
        self.waiting_bytes = 0
        self._came = asyncio.Event()
        self._to_send: list[bytes] = []

    def add_own(self, envelopes: Sequence[Envelope]) -> Bundle:
        """Pack envelopes whose signatures this node has checked, and send them on."""
        raw = write_bundle(envelopes, self._deflates())
        bundle = Bundle(raw, envelopes, self._digest(raw))
        self._keep(bundle)
        self._to_send.append(raw)
        return bundle

    def to_send(self) -> list[bytes]:
        """What has not been sent to the other members yet."""
        sending, self._to_send = self._to_send, []
        return sending

    @property
    def full(self) -> bool:
        return self.waiting_bytes > MOST_BYTES

    async def receive(self, raw: bytes) -> None:
        """Check a bundle from another member and hold it; raises BadBundle."""
        hash_ = self._digest(raw)
        if hash_ not in self._taken and hash_ not in self.waiting:
            bundle = await self._checked(raw, hash_)
            if hash_ not in self._taken:
                self._keep(bundle)

    def _keep(self, bundle: Bundle) -> None:
        if bundle.hash not in self.waiting:
            self.waiting[bundle.hash] = bundle
            self.waiting_bytes += bundle.size
            self._came.set()

    async def wait_for_some(self, seconds: float) -> None:
        """Return when a bundle waits, or when the time has run out."""
        if not self.waiting:
            self._came.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), seconds)

    async def checked(self, raw: bytes) -> Bundle:
        """A bundle all of whose signatures hold, checked once; raises BadBundle."""
        return await self._checked(raw, self._digest(raw))

    async def _checked(self, raw: bytes, hash_: bytes) -> Bundle:
        if raw[:1] == DEFLATED and not self._deflates():
            raise BadBundle(f"deflated before protocol {DEFLATES}")
        held = self.waiting.get(hash_)
        if held is not None:
            return held
        task = self._checks.get(hash_)
        if task is None:
            task = asyncio.ensure_future(self._check(raw, hash_))
            self._checks[hash_] = task
        try:
            return await asyncio.shield(task)
        except BadBundle:
            self._checks.pop(hash_, None)
            raise

    async def _check(self, raw: bytes, hash_: bytes) -> Bundle:
        envelopes = open_bundle(raw, self._digest)
        items = [(e.body.signer, e.message, e.signature) for e in envelopes]
        verdicts = await self._verification.verdicts(items)
        if 0 in verdicts:
            raise BadBundle(
                f"envelope {verdicts.index(0)} of the bundle has a false signature"
            )
        return Bundle(raw, envelopes, hash_)

    def choose(self, most_bytes: int, most_envelopes: int) -> list[bytes]:
        """Bundles for a proposal, the oldest first."""
        chosen = []
        for bundle in self.waiting.values():
            most_bytes -= bundle.size + 8
            most_envelopes -= len(bundle.envelopes)
            if most_bytes < 0 or most_envelopes < 0:
                break
            chosen.append(bundle.raw)
        return chosen

    def took(self, hashes: Sequence[bytes], now: int) -> None:
        """A block has these bundles; with them go those whose time has ended."""
        for hash_ in hashes:
            self._taken[hash_] = None
            self._drop(hash_)
        ended = [hash_ for hash_, each in self.waiting.items() if each.ends <= now]
        for hash_ in ended:
            self._drop(hash_)
        while len(self._taken) > MOST_REMEMBERED:
            del self._taken[next(iter(self._taken))]
        while len(self._checks) > MOST_REMEMBERED:
            del self._checks[next(iter(self._checks))]

    def _drop(self, hash_: bytes) -> None:
        self._checks.pop(hash_, None)
        bundle = self.waiting.pop(hash_, None)
        if bundle is not None:
            self.waiting_bytes -= bundle.size
