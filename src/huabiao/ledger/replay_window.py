"""
The replay window: which envelopes may not come again.

An envelope is valid for a bounded time, so its id need be remembered only until then.
Ids lie in buckets by the moment they end; a bucket that has ended is dropped whole, and
ten million envelopes later the memory is the same. The window is rebuilt from the log
at start.
"""

BUCKET_MS = 5_000
ID_BYTES = 16  # half of a 32-byte digest: 2^64 work to make two alike


class ReplayWindow:
    """Ids of envelopes that have been run and whose validity has not ended."""

    def __init__(self) -> None:
        self._buckets: dict[int, set[bytes]] = {}

    def holds(self, envelope_id: bytes, valid_until: int) -> bool:
        """Whether this envelope has been in a block."""
        bucket = self._buckets.get(valid_until // BUCKET_MS)
        return bucket is not None and envelope_id[:ID_BYTES] in bucket

    def add(self, envelope_id: bytes, valid_until: int) -> None:
        """Remember an envelope until it ends."""
        self._buckets.setdefault(valid_until // BUCKET_MS, set()).add(
            envelope_id[:ID_BYTES]
        )

    def sweep(self, now: int) -> None:
        """Forget what ended before `now`, UTC milliseconds."""
        for bucket in [b for b in self._buckets if (b + 1) * BUCKET_MS <= now]:
            del self._buckets[bucket]

    def __len__(self) -> int:
        return sum(len(bucket) for bucket in self._buckets.values())
