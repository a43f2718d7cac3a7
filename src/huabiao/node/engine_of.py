"""Which engine a home runs on, wired to its ledger."""

import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from huabiao.engines import go_program
from huabiao.engines.embedded import EmbeddedEngine
from huabiao.engines.engine import Engine
from huabiao.engines.signers import Signers
from huabiao.engines.verification import Verification
from huabiao.ledger.ledger import Ledger
from huabiao.node.home import HomeError
from huabiao.node.place import NodePlace

LONGEST_SOCKET_PATH = 100
"""A Unix socket's path may have 107 bytes (unix(7))."""


def make_engine(
    folder: Path,
    place: NodePlace | None,
    ledger: Ledger,
    signers: Signers,
    verification: Verification,
) -> Engine:
    """The engine that node.toml names; ProgramMissing where CometBFT is not there."""
    if place is None or place.engine == "embedded":
        return EmbeddedEngine(ledger, signers)
    from huabiao.engines.cometbft import layout
    from huabiao.engines.cometbft.binary import COMETBFT
    from huabiao.engines.cometbft.engine import CometbftEngine
    from huabiao.engines.cometbft.process import CometProcess
    from huabiao.engines.cometbft.seats import powers

    engine = folder / "engine"
    socket = socket_path(engine)
    layout.write_config(
        engine,
        socket,
        layout.Place(
            place.organisation,
            f"tcp://{place.p2p}",
            f"tcp://{place.rpc}",
            place.peers,
            place.sync_from if not ledger.height else (),
            place.trust_height,
            place.trust_hash,
        ),
    )

    def turn_key() -> None:
        layout.take_next_key(engine, powers(ledger.governed.seats()))

    process = CometProcess(go_program.find(COMETBFT), engine, turn_key)
    return CometbftEngine(
        ledger, signers, verification, process, socket, folder, place.rpc,
        place.organisation, place.snapshot_every,
    )  # fmt: skip


def install_engine(say: Callable[[str], None]) -> Path:
    """Build the engine's binary if it is not there yet; ProgramMissing says why not."""
    from huabiao.engines.cometbft.binary import COMETBFT

    return go_program.install(COMETBFT, say)


def next_voting_key(folder: Path) -> bytes:
    """Make the engine's next voting key in a home; its public half."""
    from huabiao.engines.cometbft import layout

    if not (folder / "engine" / "config").is_dir():
        raise HomeError(
            f"{folder} 不是多单位网络的节点，没有投票密钥。"
            f" {folder} is no node of a network; it has no voting key."
        )
    return layout.make_next_key(folder / "engine")


def socket_path(engine: Path) -> Path:
    """In the engine's folder; where its path is too long, in one of this user's own."""
    path = engine.resolve() / "abci.sock"
    if len(str(path).encode()) <= LONGEST_SOCKET_PATH:
        return path
    short = sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"huabiao-{short}" / "abci.sock"
