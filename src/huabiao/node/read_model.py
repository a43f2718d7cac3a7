"""
The read model's process: follows the block log and keeps the index.

    python -m huabiao.node.read_model HOME

Each line on standard input is a height that has become durable; each line on standard
output says how far the index is. The process ends when its input does, so that it never
outlives its node; a lock makes a successor wait until it is gone. A process of its own,
because SQLite takes and lets go of Python's lock for every row.
"""

import contextlib
import fcntl
import gc
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huabiao.crypto.suite import suite
from huabiao.ledger.block import decode_logged
from huabiao.ledger.founding import founding_writes
from huabiao.ledger.genesis import Genesis, decode_genesis
from huabiao.node.home import index_address
from huabiao.node.turns import Turns
from huabiao.proofs.header import decode_header, header_hash
from huabiao.services.index import CLOSED, Index, KeptBlock
from huabiao.state.tail import LogTail, extent

RETRY_S = 2.0
UNSWEPT = 200_000
"""Objects made before Python looks for cycles among them: a block's rows have none, and
looking at each of them again cost a tenth of following."""


class DurableBlocks:
    """The log as the index follows it: the few things of a port that it asks for."""

    def __init__(self, folder: Path, chain: str, suite_name: str) -> None:
        self.chain, self._digest = chain, suite(suite_name).digest
        self._log = LogTail(folder)
        self._rest = b""
        self.height = 0
        self._given, self._given_time = 0, 0
        self.ended = threading.Event()

    def block(self, height: int) -> KeptBlock | None:
        logged = self._log.read(height) if 1 <= height <= self.height else None
        if logged is None:
            return None
        kept = decode_logged(logged)
        header, hash_ = (
            decode_header(kept.header),
            header_hash(self._digest, kept.header),
        )
        return KeptBlock(header, hash_, kept.envelopes, kept.receipts)

    def blocks(self, start: int) -> Iterator[KeptBlock]:
        height = start
        while height <= self.height:
            block = self.block(height)
            if block is None:
                return
            self._given, self._given_time = height, block.header.time
            yield block
            height += 1

    def behind_s(self) -> float:
        """How old the newest block is that was given, while there are more."""
        if self._given >= self.height:
            return 0.0
        return time.time() - self._given_time / 1000

    def wait_for(self, height: int, seconds: float) -> bool:
        """Wait for the next word on standard input; False when the time ran out."""
        if self.height < height and select.select([0], [], [], seconds)[0]:
            said = os.read(0, 65_536)
            if not said:
                self.ended.set()
            *lines, self._rest = (self._rest + said).split(b"\n")
            self.height = max([self.height, *map(int, lines)])
        return self.height >= height

    def descriptions(self) -> Mapping[str, Mapping[str, Any]]:
        """None beside the log: genesis and governance write them into the state."""
        return {}


def tell(index: Index) -> None:
    """One line of JSON for the node."""
    facts = {
        "height": index.height, "failure": index.failure, "edition": index.edition,
    }  # fmt: skip
    print(json.dumps(facts), flush=True)


def open_index(home: Path, genesis: Genesis, blocks: DurableBlocks) -> Index | None:
    """The index, as soon as its database answers; None if the node ended before."""
    # Worked out before the first block comes, which then need not wait for it.
    founding = list(founding_writes(genesis).items())
    while not blocks.ended.is_set():
        try:
            return Index(index_address(home), lambda: founding)
        except Exception as error:  # a server that is away comes back
            failure = (
                f"读模型的数据库打不开：{error}。稍后重试。"
                f" The read model's database cannot be opened: {error}. Trying again."
            )
            print(json.dumps({"height": 0, "failure": failure, "edition": CLOSED}),
                  flush=True)  # fmt: skip
            blocks.wait_for(blocks.height + 1, RETRY_S)
    return None


def wait_where_blocks_are_missing(
    index: Index, blocks: DurableBlocks, folder: Path
) -> None:
    """An index that is behind a pruned log cannot go on; say so until the end."""
    first, _ = extent(folder)
    if index.height + 1 >= first:
        return
    index.failure = (
        f"读模型在高度 {index.height}，日志从 {first} 起：其间的区块已清理。请停机，用"
        " huabiao archive put-back 放回归档的区块，再启动。"
        f" The read model is at {index.height} and the log begins at {first}: the"
        " blocks between were pruned. Stop, lay them back with huabiao archive"
        " put-back, and start."
    )
    tell(index)
    while not blocks.ended.is_set():
        blocks.wait_for(blocks.height + 1, 60.0)


def main() -> None:
    home = Path(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the node's; our input will end
    gc.freeze()
    gc.set_threshold(UNSWEPT)
    genesis = decode_genesis((home / "genesis").read_bytes())
    with (home / "index.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        blocks = DurableBlocks(home / "blocks", genesis.chain, genesis.suite)
        index = open_index(home, genesis, blocks)
        if index is None:
            return
        index.on_change, index.take_turn = tell, Turns(blocks).take
        tell(index)
        with contextlib.suppress(BrokenPipeError):
            blocks.wait_for(1, 60.0)
            wait_where_blocks_are_missing(index, blocks, home / "blocks")
            index.follow(blocks, blocks.ended)
        index.close()


if __name__ == "__main__":
    main()
