"""
The kernel's view of what governance, membership, suites and identity keep.

These few keys and shapes are the whole agreement between the kernel and the four
platform contracts; tests/ledger/test_governed.py holds both sides to it.

    membership/members           [[[name, public, power, organisation, engine key], …]]
    membership/newest_change     [height, height of the change before or 0]
    membership/changes/<height>  [height, height of the change before or 0]
    governance/parameters                      [validity ms, call cap, block size, …]
    governance/validity                        [longest validity ms ever in force]
    governance/installed                       [newest name, installs, highest start]
    governance/installed/<name>       [name before, newest, [[version, start], …]]
    governance/sources/<name>@<version>        [source]
    governance/roles/<contract>/<role>/<hex>   [until ms or 0, granted by]
    suites/coming                              [suite, first height]: announced last
    identity/keys/<address of the key, hex>    [account, since, revoked, reason, until]
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
    protocol: int = 1
    """The kernel's own rules; software that does not know them must stop."""
    protocol_from: int = 0
    """The height from which `protocol` is in force; the one before it until then."""


class Seat(msgspec.Struct, array_like=True, frozen=True):
    """A member, the organisation behind it, and its consensus engine's key."""

    name: str
    public: bytes
    power: int
    organisation: str = ""
    engine_key: bytes = b""
    """32 bytes (Ed25519), or none on a chain whose engine needs no key."""


class Installed(msgspec.Struct, array_like=True, frozen=True):
    """One version of a contract and the height from which it is in force."""

    name: str
    version: int
    start: int


MEMBERS = "membership/members"
INSTALLED = "governance/installed"
REGISTERED = "identity/keys/"
_parameters = msgspec.msgpack.Decoder(Parameters).decode
# A member is the beginning of a seat: what follows its three fields is left alone.
_members = msgspec.msgpack.Decoder(tuple[list[Member]]).decode
_seats = msgspec.msgpack.Decoder(tuple[list[Seat]]).decode
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
        stored = self._read(MEMBERS)
        return [] if stored is None else _members(stored)[0]

    def seats(self) -> list[Seat]:
        """The members as an engine knows them: each with its engine's key."""
        stored = self._read(MEMBERS)
        return [] if stored is None else _seats(stored)[0]

    def coming_suite(self) -> str:
        """The suite that was announced last; empty where none ever was."""
        stored = self._read("suites/coming")
        return "" if stored is None else str(decode(stored)[0])

    def member_changes(self) -> list[int]:
        """The heights of the blocks that handed over to other members."""
        stored, heights = self._read("membership/newest_change"), []
        while stored is not None:
            height, before = decode(stored)
            heights.append(height)
            stored = self._read(f"membership/changes/{before}") if before else None
        return heights[::-1]

    def installed(self) -> list[Installed]:
        """Of each contract the version in force and those that wait, in the order of
        installing and of heights."""
        stored, found = self._read(INSTALLED), []
        name = decode(stored)[0] if stored else ""
        while name:
            entry = self._read(f"{INSTALLED}/{name}")
            assert entry is not None  # the chain of names has no gaps
            before, _, standing = decode(entry)
            found.append([Installed(name, *each) for each in standing])
            name = before
        return [each for versions in found[::-1] for each in versions]

    def in_force(self, height: int) -> dict[str, int]:
        """The version of each contract that is in force at a height."""
        started = [each for each in self.installed() if each.start <= height]
        return {each.name: each.version for each in started}

    def source(self, name: str, version: int) -> str | None:
        stored = self._read(f"governance/sources/{name}@{version}")
        return None if stored is None else str(decode(stored)[0])

    def holds_role(self, contract: str, role: str, account: bytes, now: int) -> bool:
        stored = self._read(f"governance/roles/{contract}/{role}/{account.hex()}")
        if stored is None:
            return False
        until: int = decode(stored)[0]
        return until == 0 or now < until

    def key_entry(self, key_address: bytes) -> tuple[bytes, int, int] | None:
        """The account that a registered key stands for, when it was revoked, and when
        it ends; 0 for never."""
        stored = self._read(REGISTERED + key_address.hex())
        if stored is None:
            return None
        entry = decode(stored)
        # An entry of the first version of the contract has no end.
        return entry[0], entry[2], entry[4] if len(entry) > 4 else 0
