"""
Fast Ed25519 verification: which signers have a table, and when the kernel is loaded.

libsodium (`ed25519_sodium`) decides. The kernel takes a seventh of its time, and says
yes only where libsodium would; what it does not accept is asked of libsodium again:

- the public key is one that libsodium has accepted TABLE_AFTER signatures of;
- s is below the group's order;
- R is the canonical encoding of s·B − h·A, whole, and none of the eight small points.

libsodium's own conditions follow from these, be its equation this one or, as in some
of its versions, this one times eight: docs/decisions/0075-ed25519-by-tables.md.
"""

from collections.abc import Sequence
from hashlib import sha512
from types import ModuleType

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto import ed25519_sodium
from huabiao.crypto.proven import (
    SIGNERS_KEPT,
    TABLE_AFTER,
    Loading,
    Signers,
    Table,
)
from huabiao.crypto.suite import Item

LOAD_AFTER = 5_000
"""Signatures in batches after which a process loads the kernel: 0.3 s of libsodium."""

# RFC 8032 §7.1, TEST 3: public key, message, signature.
_SAMPLE = (
    bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"),
    bytes.fromhex("af82"),
    bytes.fromhex(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
)


class Verifier:
    """The loaded kernel with the table of B and the signers that this process knows."""

    def __init__(self, kernel: ModuleType, kept: int = SIGNERS_KEPT) -> None:
        self._kernel = kernel
        self._base = kernel.table_of(curve.BASE, kernel.BASE_STEPS)
        self.signers = Signers(kept)

    def verify_many(self, items: Sequence[Item]) -> bytes:
        """One byte 0 or 1 for each item (public, message, signature)."""
        publics = [public for public, _, _ in items]
        met = {public: self.signers.find(public) for public in dict.fromkeys(publics)}
        answers = self._accepted(items, met)
        place = answers.find(0)
        while place >= 0:
            answers[place] = ed25519_sodium.verify(*items[place])
            place = answers.find(0, place + 1)
        newcomers = {public for public, table in met.items() if table is None}
        self.signers.reward(publics, bytes(answers), newcomers, self.tabulate)
        return bytes(answers)

    def _accepted(
        self, items: Sequence[Item], met: dict[bytes, Table | None]
    ) -> bytearray:
        """1 where the kernel says yes; 0 where it does not, or is not asked."""
        places, hashes, signatures, addresses = [], [], [], []
        for place, (public, message, signature) in enumerate(items):
            table = met[public]
            if table is None or len(signature) != curve.SIGNATURE_SIZE:
                continue
            name = signature[:32]
            if name in curve.SMALL_ORDERS:
                continue
            places.append(place)
            hashes.append(sha512(name + public + message).digest())
            signatures.append(signature)
            addresses.append(table.address)
        accepted = self._kernel.verify_rows(
            b"".join(hashes), b"".join(signatures), self._base.ctypes.data, addresses
        )
        answers = bytearray(len(items))
        for place, answer in zip(places, accepted, strict=True):
            answers[place] = answer
        return answers

    def tabulate(self, public: bytes) -> Table:
        """Build the table of a key that libsodium has accepted (0.3 ms)."""
        point = curve.point_of(public)
        assert point is not None, "libsodium accepts names of points only"
        table = self._kernel.table_of(curve.negative(point), self._kernel.SIGNER_STEPS)
        return Table(table, table.ctypes.data)


def _load() -> Verifier:
    from huabiao.crypto import ed25519_kernel

    verifier = Verifier(ed25519_kernel)
    public, message, signature = _SAMPLE
    altered = signature[:-1] + bytes((signature[-1] ^ 1,))
    verifier.signers.add(public, verifier.tabulate(public))
    table = {public: verifier.signers.find(public)}
    items = [_SAMPLE, (public, message, altered), (public, b"", signature)]
    if verifier._accepted(items, table) != b"\x01\x00\x00":
        raise RuntimeError("the self-test with the sample of RFC 8032 failed")
    return verifier


_loading = Loading(
    _load,
    (
        "Ed25519 快速验签不可用，改用 libsodium（约慢 7 倍）",
        "The fast Ed25519 verifier is not available, libsodium takes over (about 7"
        " times slower)",
    ),
)


def ready() -> Verifier | None:
    """The verifier if the kernel is loaded; never waits."""
    return _loading.verifier


def warm() -> bool:
    """Load the kernel now; False where this machine cannot."""
    return _loading.warm()


def verify_many(items: Sequence[Item]) -> bytes:
    """One byte 0 or 1 for each item, the fastest way that is ready."""
    verifier = _loading.verifier
    if verifier is not None:
        return verifier.verify_many(items)
    if _loading.is_due(len(items), LOAD_AFTER):
        _loading.begin()
    return bytes([ed25519_sodium.verify(*item) for item in items])


__all__ = ["TABLE_AFTER", "Verifier", "ready", "verify_many", "warm"]
