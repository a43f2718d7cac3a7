"""
Keys of this home's identities that the chain will soon not know any more.

`identity.limit_key` and `add_key` give a key an end, after which its signatures are
refused; a key file states the last day that its key is meant for. Thirty days before
the nearer of the two, health, status and the doctor say so, and how to go on.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from huabiao.codec import decode
from huabiao.crypto.address import address
from huabiao.crypto.keystore import stated_end

DAY_MS = 86_400_000
WARN_MS = 30 * DAY_MS
LOOK_AGAIN_S, LARGEST_FILE, MOST_FILES, MOST_NAMED = 60.0, 65_536, 1_000, 5
Read = Callable[[str], bytes | None]


class EndingKeys:
    """Watches the identities of a home; their files are looked at once a minute."""

    def __init__(
        self, folder: Path, read: Read, digest: Callable[[bytes], bytes]
    ) -> None:
        self._folder, self._read, self._digest = folder, read, digest
        self._names: list[tuple[str, str, int]] = []
        self._looked = -LOOK_AGAIN_S

    def warning(self, now: int | None = None) -> str:
        """A sentence that names the keys in their last thirty days; else empty."""
        now = int(time.time() * 1000) if now is None else now
        ending = sorted(
            (until, name)
            for name, key, stated in self._keys()
            if (until := self._end(key, stated)) and until - now <= WARN_MS
        )
        if not ending:
            return ""
        told = "、".join(
            f"{name}（{_day(until)}）" for until, name in ending[:MOST_NAMED]
        )
        more = "" if len(ending) <= MOST_NAMED else f" +{len(ending) - MOST_NAMED}"
        return (
            f"身份密钥将到期或已到期：{told}{more}。"
            "请更换：huabiao key rotate 名称。"
            f" Keys of identities end or have ended: {told}{more}."
            " Rotate them: huabiao key rotate NAME."
        )

    def _end(self, key: str, stated: int) -> int:
        """When a key ends by the chain or its file; 0: never, or it was retired."""
        stored = self._read(f"identity/keys/{key}")
        entry = decode(stored) if stored else []
        if len(entry) <= 4:
            return stated
        return 0 if entry[2] else min(entry[4] or stated, stated or entry[4])

    def _keys(self) -> list[tuple[str, str, int]]:
        """Each identity's keys, those of a coming suite too: its name, the key's
        address, the end that the file states."""
        if time.monotonic() - self._looked >= LOOK_AGAIN_S:
            self._looked = time.monotonic()
            files = sorted((self._folder / "wallets").glob("**/[!.]*.json"))
            self._names = [
                (path.stem, address(self._digest, public).hex(), _stated(path))
                for path in files[:MOST_FILES]
                if (public := _public(path))
            ]
        return self._names


def _public(path: Path) -> bytes:
    """The public key that a key file states; none where it is not readable."""
    try:
        with open(path, "rb") as file:
            return bytes.fromhex(json.loads(file.read(LARGEST_FILE))["public"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return b""  # another file than ours; the doctor tells of it


def _stated(path: Path) -> int:
    """The last day that a key file states, as a time; 0 where it states none."""
    ends = stated_end(path)
    if not ends:
        return 0
    return int(datetime.fromisoformat(ends).replace(tzinfo=UTC).timestamp() * 1000)


def _day(time: int) -> str:
    return datetime.fromtimestamp(time // 1000, UTC).strftime("%Y-%m-%d")
