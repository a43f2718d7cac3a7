"""
Signatures of any suite: a public key's size tells which one it is of.

A chain that changes its suite has keys of two suites, in old headers and in new ones.
Which of them counts where is for the ledger to say; here each is only checked.
"""

from collections.abc import Sequence
from types import ModuleType

from huabiao.crypto import ed25519_fast, sm2_fast
from huabiao.crypto.suite import SUITES, Item, Suite, suite

name = "by_key"
PUBLIC_SIZES = {32: "intl", 64: "sm", 1952: "pq"}
assert tuple(PUBLIC_SIZES.values()) == SUITES
SIZE_IN = {suite: size for size, suite in PUBLIC_SIZES.items()}
"""Bytes of a public key of each suite."""


def suite_name_of(public: bytes) -> str:
    """The name of the suite that a public key is of; empty if it is of none."""
    return PUBLIC_SIZES.get(len(public), "")


def suite_of(public: bytes) -> Suite | None:
    """The suite that a public key is of; None if it is of none."""
    found = suite_name_of(public)
    return suite(found) if found else None


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the signer's; False on hostile bytes."""
    chosen = suite_of(public)
    return chosen is not None and chosen.verify(public, message, signature)


def verify_many(items: Sequence[Item]) -> bytes:
    """One byte 0 or 1 for each item; agrees with `verify` on every input."""
    sizes = {len(public) for public, _, _ in items}
    if len(sizes) == 1 and (chosen := suite_of(items[0][0])) is not None:
        return chosen.verify_many(items)
    return bytes([verify(*item) for item in items])


def has_kernel(public: bytes) -> bool:
    """Whether this process checks many signatures of such a key by a kernel."""
    fast = _FAST.get(len(public))
    return fast is not None and fast.ready() is not None


def warm(public: bytes) -> None:
    """Load the kernel for such a key; what that cannot be is said once in the log."""
    fast = _FAST.get(len(public))
    if fast is not None:
        fast.warm()


_FAST: dict[int, ModuleType] = {32: ed25519_fast, 64: sm2_fast}
