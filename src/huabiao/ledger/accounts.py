"""Which account a key stands for, remembered from block to block."""

from collections.abc import Callable, Iterable

from huabiao.contracts import Refused
from huabiao.crypto.address import address
from huabiao.ledger.governed import REGISTERED, Governed

MOST = 100_000
Digest = Callable[[bytes], bytes]
Entry = tuple[bytes, int, int]
"""The account, when the key was revoked, when it ends (UTC ms); 0 for never."""


class Accounts:
    """A bounded memory of keys; cleared whenever a block may have changed one."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._known: dict[bytes, Entry] = {}
        self._committed: dict[bytes, Entry] = {}
        self._height = 0

    def begin(self, height: int) -> None:
        """A block is run. What one that was never committed taught is forgotten."""
        if self._height != height - 1:
            self._known.clear()
        self._height = height

    def clear(self) -> None:
        self._known.clear()

    def of(self, public: bytes, governed: Governed, now: int) -> bytes:
        """The account of a key; refused if the key was retired or has ended."""
        known = self._known.get(public)
        if known is None:
            known = entry_of(self._digest, public, governed)
            if len(self._known) > MOST:
                self._known.clear()
            self._known[public] = known
        return standing(known, now)

    def committed(self, public: bytes, governed: Governed, now: int) -> bytes:
        """The same by the newest committed state, for any thread: who asks neither
        waits for the block under way nor shares its memory."""
        held = self._committed  # what an older state said goes with the older memory
        entry = held.get(public)
        if entry is None:
            entry = entry_of(self._digest, public, governed)
            if len(held) > MOST:
                held.clear()
            held[public] = entry
        return standing(entry, now)

    def published(self, keys: Iterable[str]) -> None:
        """The committed state is a newer one, which has these keys written."""
        if any(key.startswith(REGISTERED) for key in keys):
            self._committed = {}


def entry_of(digest: Digest, public: bytes, governed: Governed) -> Entry:
    """What is registered of a key; one that nobody registered stands for the account
    derived from it."""
    derived = address(digest, public)
    return governed.key_entry(derived) or (derived, 0, 0)


def standing(entry: Entry, now: int) -> bytes:
    """The account of an entry; refused if the key was retired or has ended."""
    account, revoked_at, until = entry
    if revoked_at:
        raise Refused(
            "key.retired",
            "此密钥已停用，请用新密钥签署。"
            " This key has been retired; sign with the new one.",
        )
    if until and until <= now:
        raise Refused(
            "key.expired",
            "此密钥已到期，请用账户的另一把密钥签署；若没有，请申请账户恢复。"
            " This key has ended: sign with another one of the account, or ask for"
            " its recovery.",
        )
    return account
