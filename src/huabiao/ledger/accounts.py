"""Which account a key stands for, remembered from block to block."""

from collections.abc import Callable

from huabiao.contracts import Refused
from huabiao.crypto.address import address
from huabiao.ledger.governed import Governed

MOST = 100_000


class Accounts:
    """A bounded memory of keys; cleared whenever a block may have changed one."""

    def __init__(self, digest: Callable[[bytes], bytes]) -> None:
        self._digest = digest
        self._known: dict[bytes, bytes | None] = {}
        self._height = 0

    def begin(self, height: int) -> None:
        """A block is run. What one that was never committed taught is forgotten."""
        if self._height != height - 1:
            self._known.clear()
        self._height = height

    def clear(self) -> None:
        self._known.clear()

    def of(self, public: bytes, governed: Governed) -> bytes:
        """The account of a key; refused if the key was retired."""
        if public in self._known:
            account = self._known[public]
        else:
            derived = address(self._digest, public)
            entry = governed.key_entry(derived)
            # A key that nobody registered stands for the account derived from it.
            account = derived if entry is None else None if entry[1] else entry[0]
            if len(self._known) > MOST:
                self._known.clear()
            self._known[public] = account
        if account is None:
            raise Refused(
                "key.retired",
                "此密钥已停用，请用新密钥签署。"
                " This key has been retired; sign with the new one.",
            )
        return account
