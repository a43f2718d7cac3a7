"""
A geth of one's own: `geth --dev`, a fresh chain that makes a block a transaction.

Its finality is geth's: every 32nd block (the simulated beacon's epoch). `blocks` makes
more of them at once. The account that pays is geth's developer account, unlocked.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coincurve import PrivateKey

from huabiao.engines.go_program import find
from huabiao.engines.orphans import end_with_parent
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.services.foreign.ethereum_rpc import EthereumNode, NodeUnreachable
from huabiao.testing.geth import GETH

STARTS_WITHIN_S = 120.0
EPOCH = 32
ETHER = 10**18


class Geth:
    """A running geth, its node and its rich account."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.node = EthereumNode(url)
        self.rich = str(self.node.ask("eth_accounts")[0])

    def pay(self, address: bytes, ether: int = 1) -> None:
        """Give an account something to pay gas with."""
        transfer = {
            "from": self.rich,
            "to": "0x" + address.hex(),
            "value": hex(ether * ETHER),
        }
        said = self.node.ask("eth_sendTransaction", transfer)
        EthereumAccount(self.node, PrivateKey()).wait_for(str(said))

    def blocks(self, count: int) -> None:
        """Let the chain go on by some blocks."""
        for _ in range(count):
            self.pay(bytes(19) + b"\x01", 0)

    def finalize(self) -> int:
        """Go on until all that is there now is final; the final height."""
        height = self.node.number("eth_blockNumber")
        self.blocks(-height % EPOCH)
        return self.node.final_height(0)


@contextmanager
def running_geth(folder: Path, port: int, period: int = 0) -> Iterator[Geth]:
    """
    A geth in a folder, its RPC at a port of 127.0.0.1, until the block is left.

    With a period it makes a block each so many seconds, of whatever was sent.
    """
    log = (folder / "geth.log").open("ab")
    # geth's IPC socket has a path of at most 107 bytes (unix(7)).
    with tempfile.TemporaryDirectory(prefix="geth-") as short:
        process = subprocess.Popen(
            [
                str(find(GETH)), "--dev", "--dev.period", str(period),
                "--datadir", short,
                "--http", "--http.addr", "127.0.0.1", "--http.port", str(port),
                "--http.api", "eth,net,web3,debug", "--nodiscover", "--maxpeers", "0",
                "--port", "0", "--verbosity", "2", "--cache", "64", "--ipcdisable",
                "--authrpc.port", "0", "--gcmode", "archive",
                "--dev.gaslimit", "60000000",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=end_with_parent, start_new_session=True,
        )  # fmt: skip
        try:
            yield _answering(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(30)
            log.close()


def _answering(url: str, process: "subprocess.Popen[bytes]") -> Geth:
    end = time.monotonic() + STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < end:
        try:
            return Geth(url)
        except (NodeUnreachable, LookupError):
            time.sleep(0.05)
    raise RuntimeError(f"geth did not start; it ended with {process.poll()}")
