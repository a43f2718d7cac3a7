"""
The kernel's view of what the governance and identity contracts keep.

These few keys and shapes are the whole agreement between the kernel and the two
platform contracts; tests/ledger/test_governed.py holds both sides to it.

    governance/members                         [[[name, public, power], …]]
    governance/member_changes                  [[height, …]]
    governance/parameters                      [validity ms, call cap, block size, …]
    governance/validity                        [longest validity ms ever in force]
    governance/installed                       [[[name, version, active from], …]]
    governance/sources/<name>@<version>        [source]
    governance/roles/<contract>/<role>/<hex>   [until ms or 0, granted by]
    identity/keys/<address of the key, hex>    [account, valid from, revoked at or 0]
"""

from collections.abc import Callable

import msgspec

from huabiao.codec import decode
from huabiao.proofs.members import Member

Read = Callable[[str], bytes | None]


class Parameters(msgspec.Struct, array_like=True, frozen=True):
    """What governance sets and the kernel obeys."""

    validity_ms: int
    """How far ahead of the block's time an envelope may be valid."""
    call_cap: int
    """The most that one call may cost."""
    block_envelopes: int
    """The most envelopes in one block."""
    block_bytes: int
    """The most bytes of envelopes in one block."""


class Installed(msgspec.Struct, array_like=True, frozen=True):
    """One version of a contract and the height from which it is in force."""

    name: str
    version: int
    active_from: int


_parameters = msgspec.msgpack.Decoder(Parameters).decode
_members = msgspec.msgpack.Decoder(tuple[list[Member]]).decode
_installed = msgspec.msgpack.Decoder(tuple[list[Installed]]).decode
BEFORE_GENESIS = Parameters(300_000, 1_000_000_000, 10_000, 64 * 1024 * 1024)


class Governed:
    """Reads the agreement above through any read function."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def parameters(self) -> Parameters:
        stored = self._read("governance/parameters")
        return BEFORE_GENESIS if stored is None else _parameters(stored)

    def longest_validity(self) -> int:
        """How far back an envelope that could come again may lie, in milliseconds."""
        stored = self._read("governance/validity")
        return self.parameters().validity_ms if stored is None else decode(stored)[0]

    def members(self) -> list[Member]:
        stored = self._read("governance/members")
        return [] if stored is None else _members(stored)[0]

    def member_changes(self) -> list[int]:
        """The heights of the blocks that handed over to other members."""
        stored = self._read("governance/member_changes")
        return [] if stored is None else list(decode(stored)[0])

    def installed(self) -> list[Installed]:
        stored = self._read("governance/installed")
        return [] if stored is None else _installed(stored)[0]

    def source(self, name: str, version: int) -> str | None:
        stored = self._read(f"governance/sources/{name}@{version}")
        return None if stored is None else str(decode(stored)[0])

    def holds_role(self, contract: str, role: str, account: bytes, now: int) -> bool:
        stored = self._read(f"governance/roles/{contract}/{role}/{account.hex()}")
        if stored is None:
            return False
        until: int = decode(stored)[0]
        return until == 0 or now < until

    def key_entry(self, key_address: bytes) -> tuple[bytes, int] | None:
        """The account that a registered key stands for, and when it was revoked."""
        stored = self._read(f"identity/keys/{key_address.hex()}")
        if stored is None:
            return None
        entry = decode(stored)
        return entry[0], entry[2]
