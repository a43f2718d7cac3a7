"""
A member that lies: a real node whose application was changed.

    python -m huabiao.testing.network.liar LIE --home HOME

    root         another state root: its blocks hash to something else than everyone's
    signature    its votes carry a signature over another header
    proposals    its proposals hold, in turn, a certificate that nobody signed, a
                 bundle with a false signature, one beyond every limit, one that unpacks
                 to 64 MiB, and garbage
    silence      its proposals leave everyone's envelopes out, for ever
    snapshot     the pieces of its snapshots are spoiled
    forgetful    no lie: it keeps few of CometBFT's own blocks
    newer        no lie: software that knows one protocol more
"""

import itertools
import sys
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from huabiao.client.signing import call, sign_envelope
from huabiao.codec import encode
from huabiao.crypto.keys import generate
from huabiao.engines.cometbft import abci_pb2 as abci
from huabiao.engines.cometbft import blocks
from huabiao.engines.cometbft.application import Application
from huabiao.engines.cometbft.blocks import Blocks
from huabiao.engines.cometbft.bundles import (
    BUNDLE,
    CERTIFICATES,
    DEFLATED,
    LARGEST_BUNDLE,
)
from huabiao.engines.cometbft.certifying import Certifying
from huabiao.engines.cometbft.snapshots import Snapshots
from huabiao.ledger import protocol
from huabiao.node.serving import run

Prepare = Callable[[Application, abci.RequestPrepareProposal], Awaitable[abci.Response]]


def another_root() -> None:
    """Blocks hash to something else from the third on."""
    honest = Blocks.hash.fget
    assert honest is not None

    def hash_(self: Blocks) -> bytes:
        true = honest(self)
        return true if self.height < 3 else bytes(reversed(true))

    Blocks.hash = property(hash_)  # type: ignore[assignment]


def another_signature() -> None:
    """Every extension signs a header that never was."""

    def extension(self: Certifying) -> bytes:
        if not self.waiting:
            return b""
        height = max(self.waiting)
        found = self.signers.find(self.waiting[height].members)
        if found is None:
            return b""
        seat, certify = found
        header = self.waiting[height].header
        return encode([[height, seat, certify(b"\x13" * 32, header)]])

    Certifying.extension = extension  # type: ignore[method-assign]
    # Its own engine would stop if its own application found its extension false.
    Certifying.holds = lambda self, extension: True  # type: ignore[method-assign]


def propose(make: Callable[[Application, list[bytes]], list[bytes]]) -> None:
    """Change what the proposals of this node hold."""
    honest: Prepare = Application._prepare_proposal

    async def prepare(self: Application, asked: Any) -> abci.Response:
        response = await honest(self, asked)
        changed = make(self, list(response.prepare_proposal.txs))
        return abci.Response(prepare_proposal=abci.ResponseTxs(txs=changed))

    Application._prepare_proposal = prepare  # type: ignore[method-assign]


def with_certificate(application: Application, txs: list[bytes]) -> list[bytes]:
    waiting = application.certifying.waiting
    if not waiting:
        return txs
    certificate = encode([[n, b"\x07" * 64] for n in range(3)])
    others = [raw for raw in txs if raw[:1] != CERTIFICATES]
    return [CERTIFICATES + encode([[max(waiting), certificate]]), *others]


def with_forged(application: Application, txs: list[bytes]) -> list[bytes]:
    chain, suite = application.chain, application.suite_name
    made = call("evidence", "notarize", digests=[bytes(32)])
    raw = bytearray(sign_envelope(chain, generate("liar", suite), [made]))
    raw[-1] ^= 1
    return [*txs, BUNDLE + encode([bytes(raw)])]


def with_giant(_: Application, txs: list[bytes]) -> list[bytes]:
    return [*txs, BUNDLE + encode([bytes(LARGEST_BUNDLE + 1)])]


def with_bomb(_: Application, txs: list[bytes]) -> list[bytes]:
    return [*txs, DEFLATED + zlib.compress(bytes(2**26))]


def with_garbage(_: Application, txs: list[bytes]) -> list[bytes]:
    return [*txs, b"\xff" * 300]


def with_nobody(_: Application, txs: list[bytes]) -> list[bytes]:
    return [raw for raw in txs if raw[:1] == CERTIFICATES]


TURNS = itertools.cycle(
    (with_certificate, with_forged, with_giant, with_bomb, with_garbage)
)


def in_turn(application: Application, txs: list[bytes]) -> list[bytes]:
    """The next lie; that about a certificate needs a block that waits for one."""
    changed = next(TURNS)(application, txs)
    return changed if changed != txs else in_turn(application, txs)


def spoiled_pieces() -> None:
    """A joiner is sent something else than what the snapshot promises."""
    honest = Snapshots.piece

    def piece(self: Snapshots, order: int, number: int) -> bytes:
        print(f"spoiled piece {number} of {order}", flush=True)
        true = honest(self, order, number)
        return true[:-1] + bytes([true[-1] ^ 1])

    Snapshots.piece = piece  # type: ignore[method-assign]


def forgetful() -> None:
    blocks.RETAINED_ORDERS, blocks.NOTE_ORDER_EVERY = 20, 10


def newer() -> None:
    protocol.NEWEST += 1


LIES: dict[str, Callable[[], None]] = {
    "root": another_root,
    "signature": another_signature,
    "proposals": lambda: propose(in_turn),
    "silence": lambda: propose(with_nobody),
    "snapshot": spoiled_pieces,
    "forgetful": forgetful,
    "newer": newer,
}


def main() -> None:
    lie, _, home = sys.argv[1:4]
    LIES[lie]()
    raise SystemExit(run(Path(home)))


if __name__ == "__main__":
    main()
