"""
A snapshot: a chain's state at a certified height, in pieces that can be checked.

    metadata = [version, chain, suite, header, certificate, members, [digest, …]]
    piece    = [0, [[key, value], …]]      state, in the order of the keys' hashes
             | [1, [logged block, …]]      the newest blocks, ascending, as the log has
                                           them, with their certificates

The pieces hold the state at the header's height and every block whose envelopes might
still be sent again. Who restores one checks: each piece against its digest; the header
against the certificate and the members; the rebuilt state against the header's root;
the blocks against each other up to the header. Nothing of the sender is trusted.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from huabiao.codec import encode
from huabiao.crypto import by_key
from huabiao.crypto.suite import Suite, suite
from huabiao.ledger.block import LoggedBlock, decode_logged
from huabiao.ledger.genesis import Genesis
from huabiao.ledger.ledger import Ledger
from huabiao.proofs import merkle
from huabiao.proofs.header import (
    Header,
    check_certificate,
    decode_header,
    header_hash,
)
from huabiao.proofs.members import Member, members_digest, suite_of
from huabiao.state import State

VERSION = 1
PIECE_BYTES = 4 * 2**20
LARGEST_PIECE = 16 * 2**20
STATE, BLOCKS = 0, 1


class Metadata(msgspec.Struct, array_like=True, frozen=True):
    version: int
    chain: str
    suite: str
    header: bytes
    certificate: bytes
    members: list[Member]
    """Who signed the header."""
    digests: list[bytes]


class BadSnapshot(ValueError):
    """A snapshot that is not what it says; the sentence says where."""


decode_metadata = msgspec.msgpack.Decoder(Metadata).decode
decode_piece = msgspec.msgpack.Decoder(tuple[int, list[msgspec.Raw]]).decode
decode_pair = msgspec.msgpack.Decoder(tuple[bytes, bytes]).decode
decode_bytes = msgspec.msgpack.Decoder(bytes).decode


def pieces_of(ledger: Ledger) -> tuple[int, Iterator[bytes]]:
    """
    The newest height, and the pieces of a snapshot of it. The caller holds the
    engine's lock for this call; the pieces may be taken while blocks go on.
    """
    height, batches = ledger.state.pinned()
    blocks = (_with_certificate(ledger, at) for at in window(ledger))
    return height, _pieces(batches, blocks)


def window(ledger: Ledger) -> range:
    """The heights whose envelopes might come again, and the newest."""
    earliest = ledger.time - ledger.governed.longest_validity()
    first = ledger.height
    while first > max(ledger.log.first, 1):
        logged = decode_logged(ledger.log.read(first - 1))
        if decode_header(logged.header).time < earliest:
            break
        first -= 1
    return range(first, ledger.height + 1)


def _with_certificate(ledger: Ledger, height: int) -> bytes:
    logged = decode_logged(ledger.log.read(height))
    certificate = ledger.certificate(height) or b""
    return encode(msgspec.structs.replace(logged, certificate=certificate))


def _pieces(
    batches: Iterator[list[tuple[bytes, bytes]]], blocks: Iterator[bytes]
) -> Iterator[bytes]:
    held: list[tuple[bytes, bytes]] = []
    size = 0
    for batch in batches:
        held += batch
        size += sum(len(key) + len(value) for key, value in batch)
        if size > PIECE_BYTES:
            yield encode([STATE, [list(pair) for pair in held]])
            held, size = [], 0
    yield encode([STATE, [list(pair) for pair in held]])
    together: list[bytes] = []
    size = 0
    for block in blocks:
        if size + len(block) > PIECE_BYTES and together:
            yield encode([BLOCKS, together])
            together, size = [], 0
        together.append(block)
        size += len(block)
    yield encode([BLOCKS, together])


def open_metadata(raw: bytes, genesis: Genesis) -> tuple[Metadata, Header]:
    """Check that a snapshot is of this chain, at a header that its members signed."""
    try:
        metadata = decode_metadata(raw)
        header = decode_header(metadata.header)
    except msgspec.MsgspecError as error:
        raise BadSnapshot(f"the metadata cannot be read: {error}") from None
    chosen = suite(genesis.suite)
    if (
        metadata.version != VERSION
        or (metadata.chain, metadata.suite) != (genesis.chain, genesis.suite)
        or header.chain != genesis.chain
        or header.suite != suite_of(metadata.members)
    ):
        raise BadSnapshot("another chain's snapshot, or another version's")
    hash_ = header_hash(chosen.digest, metadata.header)
    if members_digest(chosen.digest, metadata.members) != header.members or (
        not check_certificate(by_key, hash_, metadata.certificate, metadata.members)
    ):
        raise BadSnapshot("the snapshot's header is not certified")
    return metadata, header


class Restoring:
    """Pieces in order, checked, into a fresh state and a list of blocks."""

    def __init__(self, folder: Path, genesis: Genesis, metadata: bytes) -> None:
        self.suite: Suite = suite(genesis.suite)
        self.metadata, self.header = open_metadata(metadata, genesis)
        self.state = State.open(folder, self.suite.digest)
        self.blocks: list[bytes] = []
        self.next = 0

    def add(self, piece: bytes) -> None:
        """The next piece; BadSnapshot if it is not the one that was promised."""
        digests = self.metadata.digests
        if self.next >= len(digests) or self.suite.digest(piece) != digests[self.next]:
            raise BadSnapshot(f"piece {self.next} is not what the snapshot promises")
        try:
            kind, parts = decode_piece(piece)
            if kind == STATE:
                self._load(dict(decode_pair(part) for part in parts))
            else:
                self.blocks += [decode_bytes(part) for part in parts]
        except msgspec.MsgspecError as error:
            raise BadSnapshot(f"piece {self.next} cannot be read: {error}") from None
        self.next += 1

    def _load(self, pairs: dict[bytes, bytes]) -> None:
        """Each piece at a height of its own, all before the header's."""
        at = self.header.height - (len(self.metadata.digests) - self.next)
        if at <= self.state.height:
            raise BadSnapshot("more pieces than blocks")
        self.state.apply(at, dict(pairs))
        self.state.maybe_flush()

    @property
    def complete(self) -> bool:
        return self.next == len(self.metadata.digests)

    def finish(self) -> list[tuple[int, bytes]]:
        """Check the whole; gives the blocks by height. The state is on disk then."""
        if self.state.height < self.header.height:
            self.state.apply(self.header.height, {})
        if self.state.root != self.header.state:
            raise BadSnapshot("the rebuilt state has another root than the header")
        self.state.close()
        return checked_blocks(self.blocks, self.header, self.suite)


def checked_blocks(
    blocks: Sequence[bytes], header: Header, chosen: Suite
) -> list[tuple[int, bytes]]:
    """Blocks that lead to a header, by height; BadSnapshot where they do not."""
    found: list[tuple[int, bytes]] = []
    digest, expected = chosen.digest, header_hash(chosen.digest, encode(header))
    for raw in reversed(blocks):
        logged = decode_logged(raw)
        own = decode_header(logged.header)
        if header_hash(digest, logged.header) != expected or not _holds(
            digest, own, logged
        ):
            raise BadSnapshot(f"block {own.height} does not lead to the header")
        found.append((own.height, raw))
        expected = own.previous
    if not found or found[0][0] != header.height:
        raise BadSnapshot("the snapshot's own block is missing")
    return found[::-1]


def _holds(
    digest: Callable[[bytes], bytes], header: Header, logged: LoggedBlock
) -> bool:
    """Whether a header covers the envelopes and receipts beside it."""
    roots = [
        merkle.root(digest, [merkle.leaf_hash(digest, each) for each in parts])
        for parts in (logged.envelopes, logged.receipts)
    ]
    return roots == [header.transactions, header.receipts]
