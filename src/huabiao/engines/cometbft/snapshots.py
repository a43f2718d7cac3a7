"""
Snapshots for those who join: made at intervals, kept on disk, served through CometBFT.

    HOME/snapshots/<order>/metadata, 0, 1, 2 …      ledger/snapshot.py tells the pieces

A snapshot begins when a block is committed and is offered once that block has its
certificate. CometBFT checks the application hash of the offered height with its light
client; the pieces are checked against the metadata, and the whole against the header.
"""

import logging
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from huabiao.codec import encode
from huabiao.engines.cometbft import abci_pb2 as abci
from huabiao.ledger.adoption import INCOMING, adopt
from huabiao.ledger.block import decode_logged
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.snapshot import (
    LARGEST_PIECE,
    VERSION,
    BadSnapshot,
    Restoring,
    open_metadata,
    pieces_of,
)
from huabiao.proofs.header import header_hash
from huabiao.proofs.members import Member

log = logging.getLogger("huabiao.cometbft")
FORMAT = 1
KEPT = 2
LARGEST_METADATA = 3 * 2**20
ACCEPT, ABORT, RETRY, REJECT, REJECT_FORMAT = 1, 2, 3, 3, 4
RETRY_SNAPSHOT, REJECT_SNAPSHOT = 4, 5


class Snapshots:
    """Makes, keeps and serves snapshots; restores one into an empty ledger."""

    def __init__(self, ledger: Ledger, home: Path, every: int) -> None:
        self._ledger, self._home, self._every = ledger, home, every
        self._folder = home / "snapshots"
        self._writing: threading.Thread | None = None
        self._digests: list[bytes] = []
        self._order = self._height = 0
        self._members: list[Member] = []
        self._restoring: Restoring | None = None
        for unfinished in self._folder.glob(".*"):
            shutil.rmtree(unfinished, ignore_errors=True)

    # -- making ------------------------------------------------------------------

    def committed(self, height: int, order: int, signers: list[Member]) -> None:
        """A block is durable: begin a snapshot if it is time. Under the lock."""
        if height % self._every or self._height or self._writing is not None:
            return
        self._height, pieces = pieces_of(self._ledger)
        self._order, self._members, self._digests = order, signers, []
        self._writing = threading.Thread(
            target=self._write, args=(pieces,), name="snapshot", daemon=True
        )
        self._writing.start()

    def _write(self, pieces: Iterator[bytes]) -> None:
        folder = self._folder / f".{self._order}"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for number, piece in enumerate(pieces):
                (folder / str(number)).write_bytes(piece)
                self._digests.append(self._ledger.digest(piece))
        except Exception as error:
            # A snapshot less; blocks go on, and the next one may have room.
            log.warning("no snapshot at height %d: %s", self._height, error)
            self._digests = []
            shutil.rmtree(folder, ignore_errors=True)

    def certified(self) -> None:
        """Offer what has been written, once its block is certified."""
        if not self._height or (self._writing and self._writing.is_alive()):
            return
        certificate = self._ledger.certificate(self._height)
        if self._digests and certificate is None:
            return
        self._writing, height, self._height = None, self._height, 0
        if not self._digests or certificate is None:
            return
        ledger, folder = self._ledger, self._folder / f".{self._order}"
        header = self._header(height)
        metadata = [
            VERSION, ledger.genesis.chain, ledger.genesis.suite, header, certificate,
            self._members, self._digests,
        ]  # fmt: skip
        (folder / "metadata").write_bytes(encode(metadata))
        folder.rename(self._folder / str(self._order))
        for old in self.orders()[:-KEPT]:
            shutil.rmtree(self._folder / str(old), ignore_errors=True)

    def _header(self, height: int) -> bytes:
        return decode_logged(self._ledger.log.read(height)).header

    # -- serving -----------------------------------------------------------------

    def orders(self) -> list[int]:
        """CometBFT's heights at which there is a snapshot, ascending."""
        found = self._folder.glob("[0-9]*/metadata")
        return sorted(int(path.parent.name) for path in found)

    def offered(self) -> abci.ResponseListSnapshots:
        listed = []
        for order in self.orders():
            metadata = (self._folder / str(order) / "metadata").read_bytes()
            digests, _ = open_metadata(metadata, self._ledger.genesis)
            listed.append(
                abci.Snapshot(
                    height=order, format=FORMAT, chunks=len(digests.digests),
                    hash=self._ledger.digest(metadata), metadata=metadata,
                )
            )  # fmt: skip
        return abci.ResponseListSnapshots(snapshots=listed)

    def piece(self, order: int, number: int) -> bytes:
        """A piece of one of our snapshots; nothing if it is gone."""
        path = self._folder / str(order) / str(number)
        return path.read_bytes() if path.is_file() else b""

    # -- restoring ---------------------------------------------------------------

    def accept(self, asked: abci.RequestOfferSnapshot) -> int:
        """Begin to restore an offered snapshot, if it is one to trust."""
        offered = asked.snapshot
        if offered.format != FORMAT or len(offered.metadata) > LARGEST_METADATA:
            return REJECT_FORMAT
        if self._ledger.height:
            return ABORT
        incoming = self._home / INCOMING
        shutil.rmtree(incoming, ignore_errors=True)
        try:
            metadata, _ = open_metadata(offered.metadata, self._ledger.genesis)
            hash_ = header_hash(self._ledger.digest, metadata.header)
            if hash_ != asked.app_hash or len(metadata.digests) != offered.chunks:
                raise BadSnapshot("another header than the engine's light client knows")
            genesis = self._ledger.genesis
            self._restoring = Restoring(incoming, genesis, offered.metadata)
        except BadSnapshot as error:
            log.warning("a snapshot is refused: %s", error)
            return REJECT
        return ACCEPT

    def add(
        self, asked: abci.RequestApplySnapshotChunk
    ) -> tuple[abci.ResponseApplySnapshotChunk, bool]:
        """The next piece; whether the ledger stands on the snapshot now."""
        restoring = self._restoring
        if restoring is None or len(asked.chunk) > LARGEST_PIECE:
            return abci.ResponseApplySnapshotChunk(result=REJECT_SNAPSHOT), False
        try:
            restoring.add(asked.chunk)
        except BadSnapshot as error:
            log.warning("%s sent a false piece: %s", asked.sender, error)
            refused = abci.ResponseApplySnapshotChunk(
                result=RETRY, refetch_chunks=[asked.index],
                reject_senders=[asked.sender],
            )  # fmt: skip
            return refused, False
        if restoring.complete:
            try:
                adopt(self._ledger, self._home, restoring)
            except BadSnapshot as error:
                log.warning("a snapshot is refused: %s", error)
                rejected = abci.ResponseApplySnapshotChunk(result=REJECT_SNAPSHOT)
                return rejected, False
        taken = abci.ResponseApplySnapshotChunk(result=ACCEPT)
        return taken, restoring.complete
