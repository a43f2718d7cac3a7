"""What a node needs of an engine, whoever orders its blocks."""

from threading import Condition, RLock
from typing import Any, Protocol

from huabiao.engines.pool import Ticket
from huabiao.ledger.ledger import Ledger


class Engine(Protocol):
    """Owns the ledger; tickets in, durable blocks out."""

    name: str
    ledger: Ledger
    lock: RLock
    """Held while a block is run; a reader that needs one moment's state holds it."""
    durable: Condition
    """Told of each durable block."""
    height: int
    """Of the newest durable block."""

    @property
    def failure(self) -> str:
        """Why no block will be made until a new start; empty while all is well."""

    @property
    def waiting(self) -> int:
        """Envelopes that no block has taken yet."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def offer(self, ticket: Ticket) -> None:
        """Put a batch whose signatures hold into the pool; raises PoolFull."""

    def health(self) -> dict[str, Any]:
        """{"alerts": [sentence, …], …}: what keeps blocks from being made."""

    def figures(self) -> dict[str, Any]:
        """Counts and sizes of the engine's own, by name; `pid` of its process."""
