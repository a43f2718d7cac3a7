"""
Files made to be no proof, or to cost memory: one encoding for each, bounded always.
"""

import struct
import tracemalloc

import pytest
from forged_chain import (
    NOTARISED,
    RECEIPT,
    TRUE,
    UNREADABLE,
    assert_refused,
    trust,
)

from huabiao.codec import encode
from huabiao.proofs.proof_file import LARGEST_PROOF
from huabiao.proofs.verify import verify


def test_bytes_after_the_end():
    for tail in (b"\x00", b"\xc0", TRUE.file()):
        assert_refused(TRUE.file() + tail, UNREADABLE)
    assert_refused(encode([*TRUE.parts(), 0]), UNREADABLE)
    for forgery in (TRUE, NOTARISED, RECEIPT):
        longer = forgery.spoilt(content=[*forgery.content, 0])
        assert_refused(longer.file(), UNREADABLE)


def test_every_part_has_one_encoding():
    """The same values with one length or integer written longer than it must be."""
    true = TRUE.file()
    assert true[:2] == b"\x97\xad" and true[15:16] == b"\x01"
    for spoilt in (
        b"\xdc\x00\x07" + true[1:],  # the array's length
        b"\x97\xd9\x0d" + true[2:],  # a text's
        true[:15] + b"\xcc\x01" + true[16:],  # an integer
        true.replace(b"\xa5key 7", b"\xd9\x05key 7"),  # inside the content
        true.replace(b"\xc4\x07value 7", b"\xc5\x00\x07value 7"),
        true.replace(b"\xa1a\xc4", b"\xd9\x01a\xc4"),  # inside a change's members
    ):
        assert spoilt != true
        assert_refused(spoilt, UNREADABLE)


@pytest.mark.parametrize("what", ["magic", "version", "kind", "unknown"])
def test_a_file_that_says_to_be_something_else(what):
    other = {
        "magic": {"magic": "huabiao-receipt"},
        "version": {"version": 2},
        "kind": {"kind": "notarised"},
        "unknown": {"kind": "true"},
    }[what]
    assert_refused(TRUE.spoilt(**other).file(), UNREADABLE)


def _after_the_certificate(body: bytes) -> bytes:
    return encode(TRUE.parts())[: len(_until_changes())] + body


def _until_changes() -> bytes:
    whole = encode([*TRUE.parts()[:5], None, None])
    return whole[:-2]


ROOM = LARGEST_PROOF - 2_048
HOSTILE = {
    "a list of four thousand million": b"\xdd\xff\xff\xff\xff",
    "four gigabytes of text": b"\x91\x93\xc6\xff\xff\xff\xff",
    "a content of four thousand million": b"\x90\xdd\xff\xff\xff\xff",
    "deep lists": b"\x90" + b"\x91" * ROOM,
    "deep maps": b"\x90" + b"\x81\xa0" * (ROOM // 2),
    "a million maps": b"\x90\xdd" + struct.pack(">I", ROOM) + b"\x80" * ROOM,
    "a million members": b"\x91\x93\xc4\0\xc4\0\xdd"
    + struct.pack(">I", ROOM // 5)
    + b"\x93\xa0\xc4\0\0" * (ROOM // 5)
    + b"\x90",
    "a million changes": b"\xdd"
    + struct.pack(">I", ROOM // 6)
    + b"\x93\xc4\0\xc4\0\x90" * (ROOM // 6)
    + b"\x90",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_takes_little_memory(what):
    """At most some times the mebibyte that a file may have, whatever it promises."""
    proof = _after_the_certificate(HOSTILE[what])
    assert len(proof) <= LARGEST_PROOF
    tracemalloc.start()
    assert not verify(proof, trust()).ok
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * LARGEST_PROOF
