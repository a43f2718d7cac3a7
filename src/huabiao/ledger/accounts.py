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
        self._known: dict[bytes, tuple[bytes, int, int]] = {}
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
            derived = address(self._digest, public)
            # A key that nobody registered stands for the account derived from it.
            known = governed.key_entry(derived) or (derived, 0, 0)
            if len(self._known) > MOST:
                self._known.clear()
            self._known[public] = known
        account, revoked_at, until = known
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
