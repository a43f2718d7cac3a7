"""
Ethereum's own node, geth: a real foreign chain that runs here, to try a gateway with.

- `build/`  go.mod and go.sum that pin it; it is built here and never shipped (its
            licences are the GPL and the LGPL: docs/decisions/0079-geth.md)
- `node`    starts one for a test: a chain of its own, a block for each transaction
"""

from collections.abc import Callable
from pathlib import Path

from huabiao.engines import go_program
from huabiao.engines.go_program import GoProgram

GETH = GoProgram(
    title="geth",
    name="geth",
    version="v1.17.10",
    module="github.com/ethereum/go-ethereum",
    command="github.com/ethereum/go-ethereum/cmd/geth",
    package="huabiao.testing.geth",
    environment="HUABIAO_GETH",
    how="huabiao gateway install",
    extra="ethereum",
    minutes="4",
)


def install(say: Callable[[str], None]) -> Path:
    """Build it if it is not there yet; ProgramMissing says why it cannot be."""
    return go_program.install(GETH, say)
