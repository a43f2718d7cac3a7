"""
To prove a false record under a true header: state, receipts, files of a batch.

Each test starts from a proof that holds, spoils one thing, and says which check it was.
"""

from forged_chain import (
    DIGESTS,
    MEMBERS,
    NOTARISED,
    RECEIPT,
    RECEIPTS,
    STATE,
    TRUE,
    assert_refused,
    batch_receipt,
    digest,
    header,
    notarised_content,
    path,
    receipt_content,
    trust,
)
from textbook_trees import merkle_root, state_proof, state_root

from huabiao.codec import decode, encode
from huabiao.proofs import merkle
from huabiao.proofs.verify import verify


def test_absence_of_a_key_that_is_there():
    there = state_proof(digest, STATE, b"key 7")
    gone = {key: value for key, value in STATE.items() if key != b"key 7"}
    for radix in (
        there,
        state_proof(digest, gone, b"key 7"),  # of the state without it
        state_proof(digest, STATE, b"key 700"),  # of another, absent key
        encode([[], b""]),  # of an empty state
        encode([decode(there)[0], b""]),  # its leaf left out
    ):
        spoilt = TRUE.spoilt(content=["key 7", None, radix])
        assert_refused(spoilt.file(), "state proof does not hold")


def test_presence_of_a_key_that_is_absent():
    extra = STATE | {b"key 700": b"forged"}
    for radix in (
        state_proof(digest, STATE, b"key 700"),
        state_proof(digest, extra, b"key 700"),
        state_proof(digest, STATE, b"key 7"),
    ):
        spoilt = TRUE.spoilt(content=["key 700", b"forged", radix])
        assert_refused(spoilt.file(), "state proof does not hold")


def test_another_value_and_a_value_of_another_key():
    for key, value in ((b"key 7", b"value 8"), (b"key 8", b"value 7"), (b"key 7", b"")):
        content = [key.decode(), value, state_proof(digest, STATE, b"key 7")]
        assert_refused(TRUE.spoilt(content=content).file(), "state proof does not hold")


def test_a_state_of_another_height():
    """Yesterday's value, with yesterday's proof, under today's header."""
    before = STATE | {b"key 7": b"before"}
    content = ["key 7", b"before", state_proof(digest, before, b"key 7")]
    yesterday = header(8, MEMBERS, MEMBERS, state=state_root(digest, before))
    true = TRUE.spoilt(content=content, header=yesterday)
    assert verify(true.file(), trust()).statement["height"] == 8
    assert_refused(TRUE.spoilt(content=content).file(), "state proof does not hold")


def test_a_receipt_that_is_not_in_the_block():
    forged = batch_receipt("forged")
    for content in (
        [forged, *receipt_content()[1:]],
        [RECEIPTS[1], *receipt_content()[1:]],  # another's place
        [forged, 0, 1, [], None],  # a tree of itself
    ):
        spoilt = RECEIPT.spoilt(content=content)
        assert_refused(spoilt.file(), "receipt is not in this block")


def test_an_inner_node_is_no_receipt():
    """RFC 6962 keeps leaves and nodes apart: two hashes joined are not a receipt."""
    left, right = (digest(b"\0" + receipt) for receipt in RECEIPTS[:2])
    third = digest(b"\0" + RECEIPTS[2])
    for leaf in (left + right, b"\1" + left + right):
        spoilt = RECEIPT.spoilt(content=[leaf, 0, 2, [third], None])
        assert_refused(spoilt.file(), "receipt is not in this block")


def test_a_receipt_without_results_is_a_verdict():
    spoilt = RECEIPT.spoilt(content=receipt_content(2))
    assert_refused(spoilt.file(), "holds no result")


def test_another_envelope_beside_the_receipt():
    """It must be in the block, whatever its id."""
    content = receipt_content()
    content[4] = [b"an envelope", path(RECEIPTS, 0)]
    spoilt = RECEIPT.spoilt(content=content)
    assert_refused(spoilt.file(), "envelope is not in this block")


def test_a_swapped_leaf():
    for place, other in ((4, DIGESTS[3]), (4, bytes(32)), (7, path(DIGESTS, 3))):
        content = notarised_content()
        content[place] = other
        spoilt = NOTARISED.spoilt(content=content)
        assert_refused(spoilt.file(), "file is not in this batch")
    original = b"another file"
    verdict = verify(NOTARISED.file(), trust(), original)
    assert not verdict.ok and "original does not match" in verdict.sentence


def test_a_refused_batch_notarised_nothing():
    spoilt = NOTARISED.spoilt(content=notarised_content(index=1))
    assert_refused(spoilt.file(), "file is not in this batch")


def test_a_path_binds_its_leaf_and_the_batch_binds_its_size():
    """The head of proofs/merkle.py: what a path says, and what it does not."""
    three_leaves = [digest(b"\0" + receipt) for receipt in RECEIPTS]
    root = merkle_root(digest, RECEIPTS)
    way = path(RECEIPTS, 0)
    for size in (3, 4):  # the same hashes, whether the tree has three leaves or four
        found = merkle.root_from_inclusion(digest, three_leaves[0], 0, size, way)
        assert found == root
    content = receipt_content()
    content[2] = 4
    verdict = verify(RECEIPT.spoilt(content=content).file(), trust())
    assert verdict.ok and verdict.statement == verify(RECEIPT.file(), trust()).statement
    assert not {"index", "count"} & set(verdict.statement)
    for index in range(8):
        for count in range(9):
            content = notarised_content()
            content[5:7] = [index, count]
            verdict = verify(NOTARISED.spoilt(content=content).file(), trust())
            assert verdict.ok == ((index, count) == (2, 5))
