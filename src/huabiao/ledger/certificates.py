"""
Certificates that come after their blocks, kept beside the log.

One organisation alone certifies a block before it is logged. Among many the signatures
arrive with the votes for the next blocks, so a block is final first and certified a
moment later. LMDB keeps, by height:

    c ‖ height → certificate
    m ‖ height → encode(members)   who sign from this height on, where it changes
    "order"    → how far the engine's own count of blocks had come

One transaction a write. What a crash takes from its end the engine tells again, because
"order" goes back with it.
"""

from pathlib import Path

import lmdb
import msgspec

from huabiao.codec import encode
from huabiao.proofs.members import Member

MAP_SIZE = 2**36
_members = msgspec.msgpack.Decoder(list[Member]).decode


class Certificates:
    """Certificates by height, and the members who sign from a height on."""

    def __init__(self, folder: Path, readonly: bool = False) -> None:
        self._env = lmdb.open(
            str(folder), map_size=MAP_SIZE, readonly=readonly, metasync=False,
            create=not readonly, max_readers=64,
        )  # fmt: skip

    def of(self, height: int) -> bytes | None:
        """The certificate of a block, None while it has none."""
        with self._env.begin() as txn:
            found: bytes | None = txn.get(b"c" + height.to_bytes(8))
        return found

    def members_at(self, height: int) -> list[Member] | None:
        """Who signs this height, None if that was never noted."""
        with self._env.begin() as txn:
            cursor, key = txn.cursor(), b"m" + height.to_bytes(8)
            if not cursor.set_range(key) or cursor.key() != key:
                cursor.prev() if cursor.key() else cursor.last()
            found = cursor.item()
        return _members(found[1]) if found[0][:1] == b"m" else None

    @property
    def order(self) -> int:
        """How far the engine's count of blocks had come, as far as is kept here."""
        with self._env.begin() as txn:
            return int.from_bytes(txn.get(b"order") or b"")

    def put(
        self,
        certificates: dict[int, bytes],
        members: dict[int, list[Member]],
        order: int,
    ) -> None:
        """Keep what became known with one block of the engine's."""
        with self._env.begin(write=True) as txn:
            for height, certificate in certificates.items():
                txn.put(b"c" + height.to_bytes(8), certificate)
            for height, who in members.items():
                txn.put(b"m" + height.to_bytes(8), encode(who))
            txn.put(b"order", order.to_bytes(8))

    def copy_to(self, folder: Path, order: int) -> None:
        """Copy what is kept at this moment; the engine's count goes back to `order`."""
        made = lmdb.open(str(folder), map_size=MAP_SIZE)
        with self._env.begin() as txn, made.begin(write=True) as into:
            for key, value in txn.cursor():
                into.put(key, value, append=True)
            into.put(b"order", order.to_bytes(8))
        made.close()

    def forget_before(self, height: int) -> None:
        """Let go of the certificates below a height, when their blocks are pruned."""
        with self._env.begin(write=True) as txn:
            cursor = txn.cursor()
            going = cursor.set_range(b"c")
            while (
                going
                and cursor.key()[:1] == b"c"
                and cursor.key() < (b"c" + height.to_bytes(8))
            ):
                going = cursor.delete()

    def close(self) -> None:
        self._env.close()
