"""
Refusals that are due on chain: the first of a kind at once, its repeats counted.

A kind is a grant, a reader and a code. Who hammers at a gateway fills neither the chain
nor the memory: repeats within ten seconds join the next entry.
"""

from collections import OrderedDict

PAUSE_MS = 10_000
MOST_KINDS = 10_000

Kind = tuple[str, bytes, str]


class Refusals:
    """When each kind was last filed, and how many have come since."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[Kind, tuple[int, int]] = OrderedDict()

    def due(self, grant: str, reader: bytes, code: str, now: int) -> int:
        """Count one refusal; how many to file now, 0 while the pause lasts."""
        kind = grant, reader, code
        filed_at, held = self._kinds.pop(kind, (-PAUSE_MS, 0))
        if now - filed_at < PAUSE_MS:
            self._kinds[kind] = filed_at, held + 1
            return 0
        self._kinds[kind] = now, 0
        if len(self._kinds) > MOST_KINDS:
            self._kinds.popitem(last=False)
        return held + 1
