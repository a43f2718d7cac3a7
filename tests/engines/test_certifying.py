"""Signatures that travel with votes, and the certificates that are made of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.codec import decode, encode
from huabiao.crypto.keys import Keys, generate
from huabiao.crypto.suite import SUITES, suite
from huabiao.engines.cometbft.bundles import BadBundle
from huabiao.engines.cometbft.certifying import MOST_SIGNED, Certifying
from huabiao.engines.signers import Certify, HeldKeys, Unsigned
from huabiao.proofs.header import check_certificate
from huabiao.proofs.members import Member

NAMES = ("a", "b", "c", "d")


def keys_of(suite_name: str) -> list[Keys]:
    return [generate(name, suite_name, name.encode() * 32) for name in NAMES]


def members_of(keys: list[Keys]) -> list[Member]:
    return [Member(n, k.public, 1) for n, k in zip(NAMES, keys, strict=True)]


def network(suite_name: str = "intl", blocks: int = 1) -> list[Certifying]:
    keys = keys_of(suite_name)
    made = [
        Certifying(suite(suite_name), HeldKeys({each.public: each.sign}))
        for each in keys
    ]
    for height in range(1, blocks + 1):
        for each in made:
            each.add(height, bytes([height]) * 32, b"", members_of(keys))
    return made


@pytest.mark.parametrize("suite_name", SUITES)
def test_three_of_four_make_a_certificate(suite_name: str) -> None:
    nodes = network(suite_name)
    extensions = [node.extension() for node in nodes[:3]]
    assert all(nodes[3].holds(each) for each in extensions)
    transaction = nodes[3].transaction(extensions)
    assert transaction is not None
    (certificate,) = nodes[0].open(transaction).values()
    members = members_of(keys_of(suite_name))
    assert check_certificate(suite(suite_name), b"\x01" * 32, certificate, members)


def test_two_of_four_are_not_enough() -> None:
    nodes = network()
    assert nodes[0].transaction([nodes[1].extension(), nodes[2].extension()]) is None


def test_a_quiet_city_signs_nothing() -> None:
    node = network()[0]
    node.waiting.clear()
    assert node.extension() == b"" and node.holds(b"")


def test_a_signer_that_is_away_costs_this_nodes_vote_only() -> None:
    nodes = network()
    away = nodes[0]
    held = away.signers

    class Away:
        def find(self, members: list[Member]) -> tuple[int, Certify]:
            def certify(hash_: bytes, header: bytes) -> bytes:
                raise Unsigned("start the signer")

            return 0, certify

    away.signers = Away()
    assert away.extension() == b"" and away.alert == "start the signer"
    extensions = [node.extension() for node in nodes]
    assert nodes[1].transaction(extensions) is not None, "three of four are enough"
    away.signers = held
    assert away.extension() and away.alert == ""


def test_a_block_that_a_proposer_left_is_signed_again() -> None:
    node = network(blocks=4)[0]
    heights = [height for height, _, _ in decode(node.extension())]
    assert heights == [1, 2, 4], "the third is in the block that is voted on"
    node = network(blocks=30)[0]
    assert len(decode(node.extension())) == MOST_SIGNED


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_changed_byte_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    nodes = network()
    extension = bytearray(nodes[1].extension())
    at = data.draw(st.integers(0, len(extension) - 1))
    extension[at] ^= data.draw(st.integers(1, 255))
    changed = bytes(extension)
    others = [nodes[2].extension(), nodes[3].extension()]
    if nodes[0].holds(changed):
        assert nodes[0].transaction([changed, *others]) is None
    assert nodes[0].transaction([nodes[1].extension(), *others]) is not None


def test_false_certificates_are_refused() -> None:
    nodes = network()
    transaction = nodes[0].transaction([node.extension() for node in nodes])
    assert transaction is not None
    ((height, certificate),) = decode(transaction[1:])
    signatures = decode(certificate)
    signatures[0][1] = bytes(64)
    for spoiled in (encode(signatures), encode(signatures[:2]), b"\xc1", b""):
        with pytest.raises(BadBundle):
            nodes[1].open(b"C" + encode([[height, spoiled]]))
    with pytest.raises(BadBundle):
        nodes[1].open(b"C\xc1")
    assert nodes[1].open(b"C" + encode([[99, b"anything"]])) == {}


def test_a_signature_that_held_is_checked_once() -> None:
    nodes, asked = network(), []

    class Counted:
        def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
            asked.append(public)
            return suite("intl").verify(public, message, signature)

    counting = Certifying(Counted(), nodes[0].signers)
    counting.add(1, b"\x01" * 32, b"", members_of(keys_of("intl")))
    extensions = [node.extension() for node in nodes]
    assert all(counting.holds(each) for each in extensions) and len(asked) == 4
    transaction = counting.transaction(extensions)
    assert transaction is not None and counting.open(transaction) and len(asked) == 4
    ((_, certificate),) = decode(transaction[1:])
    signatures = decode(certificate)
    signatures[2][1] = signatures[3][1]
    spoiled = b"C" + encode([[1, encode(signatures)]])
    for _ in range(2):
        with pytest.raises(BadBundle):
            counting.open(spoiled)
    assert len(asked) == 6, "what was false is asked again"
