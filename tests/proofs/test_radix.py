"""State proofs: presence and absence hold, and nothing else does."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from textbook_trees import VECTORS, sha256, state_proof, state_root

from huabiao.crypto import suite
from huabiao.proofs import radix

DIGESTS = {"sha256": sha256, "sm3": suite("sm").digest}
PUBLISHED = json.loads((VECTORS / "state-tree.json").read_text())
CASES = [
    pytest.param(name, step, id=f"{name}: {step['step']}")
    for name in DIGESTS
    for step in PUBLISHED[name]
]

HELD = {b"key %d" % n: b"value %d" % n for n in range(700)}
ROOT = state_root(sha256, HELD)
PRESENT = b"key 7", HELD[b"key 7"], state_proof(sha256, HELD, b"key 7")
ABSENT = b"key 700", None, state_proof(sha256, HELD, b"key 700")

# an inner node that lacks three children or more
SPARSE = next(
    held
    for held in ({b"%d key %d" % (m, n): b"" for n in range(33)} for m in range(1000))
    if len({sha256(key)[0] >> 4 for key in held}) <= 13
)
NO_CHILD = next(
    key
    for key in (b"no %d" % n for n in range(10_000))
    if not msgspec.msgpack.decode(state_proof(sha256, SPARSE, key))[1]
)


@pytest.mark.parametrize(("name", "step"), CASES)
def test_published_proofs(name: str, step: dict[str, Any]) -> None:
    root = bytes.fromhex(step["root"])
    for each in step["proofs"]:
        key, proof = each["key"].encode(), bytes.fromhex(each["proof"])
        value = None if each["value"] is None else each["value"].encode()
        assert radix.verify(DIGESTS[name], root, key, value, proof)
        other = b"another" if value is None else None
        assert not radix.verify(DIGESTS[name], root, key, other, proof)


def test_empty_tree() -> None:
    root = radix.empty_root(sha256)
    assert root == sha256(b"\x00")
    assert radix.verify(sha256, root, b"any", None, state_proof(sha256, {}, b"any"))


@pytest.mark.parametrize(("key", "value", "proof"), [PRESENT, ABSENT])
def test_every_changed_byte_is_refused(
    key: bytes, value: bytes | None, proof: bytes
) -> None:
    assert radix.verify(sha256, ROOT, key, value, proof)
    for at in range(len(proof)):
        for change in (0x01, 0x80, 0xFF):
            spoilt = bytearray(proof)
            spoilt[at] ^= change
            assert not radix.verify(sha256, ROOT, key, value, bytes(spoilt))
        assert not radix.verify(sha256, ROOT, key, value, proof[:at])
        doubled = proof[:at] + proof[at : at + 1] + proof[at:]
        assert not radix.verify(sha256, ROOT, key, value, doubled)
    assert not radix.verify(sha256, ROOT, key, value, proof + b"\x00")


def test_a_proof_is_for_one_key_one_value_one_root() -> None:
    key, value, proof = PRESENT
    assert not radix.verify(sha256, ROOT, key, None, proof)
    assert not radix.verify(sha256, ROOT, key, b"value 8", proof)
    assert not radix.verify(sha256, ROOT, b"key 8", value, proof)
    assert not radix.verify(sha256, sha256(b""), key, value, proof)
    assert not radix.verify(sha256, ROOT, ABSENT[0], None, proof)
    assert not radix.verify(sha256, ROOT, ABSENT[0], b"", ABSENT[2])


def test_absence_where_no_child_stands() -> None:
    root, proof = state_root(sha256, SPARSE), state_proof(sha256, SPARSE, NO_CHILD)
    assert radix.verify(sha256, root, NO_CHILD, None, proof)
    assert not radix.verify(sha256, root, min(SPARSE), None, proof)


def reencoded(levels: list[Any], leaf: bytes) -> bytes:
    return msgspec.msgpack.encode([levels, leaf])


def test_one_statement_has_one_proof() -> None:
    """What would compute the same root in another form is refused."""
    root = state_root(sha256, SPARSE)
    levels, leaf = msgspec.msgpack.decode(state_proof(sha256, SPARSE, NO_CHILD))
    bits, siblings = levels[-1]
    own = radix.half_byte(sha256(NO_CHILD), len(levels) - 1)
    free = next(n for n in range(16) if not bits >> n & 1 and n != own)
    before = 32 * (bits & (1 << free) - 1).bit_count()
    padded = siblings[:before] + bytes(32) + siblings[before:]
    refused = [
        reencoded([*levels[:-1], [bits | 1 << free, padded]], leaf),  # a zero sibling
        reencoded([*levels[:-1], [bits | 1 << own, siblings]], leaf),  # own bit set
        reencoded([*levels[:-1], [bits, siblings + bytes(32)]], leaf),  # one unused
        reencoded([*levels[:-1], [bits | 1 << 16, siblings]], leaf),  # a 17th child
        reencoded([*levels, [0, b""]], leaf),  # an inner node without children
        b"\x92\xdc\x00" + bytes([len(levels)]) + reencoded(levels, leaf)[2:],  # array16
    ]
    for proof in refused:
        assert not radix.verify(sha256, root, NO_CHILD, None, proof)


def test_entries_must_ascend_and_belong_here() -> None:
    """A leaf that a hostile state root could hold still proves nothing."""
    one, two = sorted(radix.value_hash(sha256, bytes([n])) for n in range(2))
    for leaf in (two + one + one + one, one + one + one + one, one[:31], one):
        root = sha256(b"\x00" + leaf)
        assert not radix.verify(sha256, root, b"key", None, reencoded([], leaf))


def test_a_leaf_of_another_way_shows_no_absence() -> None:
    """Where a hostile root keeps a leaf at a place where its entries do not belong."""
    stranger = next(b"%d" % n for n in range(99) if sha256(b"%d" % n)[0] >> 4 != 3)
    key = next(b"%d" % n for n in range(99) if sha256(b"%d" % n)[0] >> 4 == 3)
    leaf = sha256(stranger) + radix.value_hash(sha256, b"")
    children = bytes(3 * 32) + sha256(b"\x00" + leaf) + bytes(12 * 32)
    root = sha256(b"\x01" + children)
    assert not radix.verify(sha256, root, key, None, reencoded([[8, b""]], leaf))
    leaf = sha256(key) + radix.value_hash(sha256, b"")
    children = bytes(3 * 32) + sha256(b"\x00" + leaf) + bytes(12 * 32)
    root = sha256(b"\x01" + children)
    assert radix.verify(sha256, root, key, b"", reencoded([[8, b""]], leaf))


@pytest.mark.parametrize(
    "proof",
    [
        b"",
        b"\x00",
        b"\xc1",
        b"\x92\x90\xc4\x00" * 9,
        b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff",
        b"\x92\xdd\xff\xff\xff\xff",
        b"\x92\x91\x92\xcf" + b"\xff" * 8 + b"\xc4\x00\xc4\x00",
        reencoded([[1, b""]] * 65, b""),
        reencoded([[1, b""]] * 64, b""),
        reencoded([], bytes(64 * 33)),
        bytes(radix.MOST_PROOF_BYTES + 1),
    ],
)
def test_hostile_shapes_are_refused(proof: bytes) -> None:
    assert not radix.verify(sha256, ROOT, b"key 7", b"value 7", proof)


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\x92\x90\xc4\x00")
def test_random_bytes_never_raise(proof: bytes) -> None:
    assert not radix.verify(sha256, ROOT, b"key 7", b"value 7", proof)
    assert not radix.verify(sha256, ROOT, b"key 7", None, proof)


Shape = st.lists(
    st.tuples(st.integers(-1, 2**20), st.binary(max_size=100)), max_size=66
)


@settings(deadline=None)
@given(Shape, st.binary(max_size=130))
def test_random_shapes_never_raise(levels: list[Any], leaf: bytes) -> None:
    proof = reencoded(levels, leaf)
    assert not radix.verify(sha256, ROOT, b"key 7", b"value 7", proof)
