"""
To prove a false record by certificates, headers and changes of members.

Each test starts from a proof that holds and spoils one thing. The verdict's sentence
must say which check it was, so that no forgery is refused by accident of another.
What stands under a header: test_forged_records.py; the file: test_hostile_files.py;
altered bytes: test_verify.py.
"""

import pytest
from forged_chain import (
    MEMBERS,
    NOTARISED,
    OLD,
    RECEIPT,
    STRANGERS,
    TRUE,
    Forgery,
    assert_refused,
    certify,
    digest,
    header,
    replace_fields,
    seats,
    three,
    trust,
)

from huabiao.codec import decode, encode
from huabiao.proofs.members import Member, members_digest
from huabiao.proofs.verify import verify

CERTIFICATE = "certificate does not hold"
MEMBERSHIP = "members that signed are not those trusted"
HANDED = "change of members is not the header's"


@pytest.mark.parametrize("true", [TRUE, NOTARISED, RECEIPT], ids=lambda t: t.kind)
def test_what_the_forgeries_start_from_holds(true):
    verdict = verify(true.file(), trust())
    assert verdict.ok, verdict.sentence
    assert verdict.statement["height"] == 9


# --- the certificate


def test_two_of_four_are_no_quorum_and_three_are():
    for count in (0, 1, 2):
        few = dict(list(enumerate(MEMBERS))[:count])
        assert_refused(TRUE.spoilt(signers=few).file(), CERTIFICATE)
    assert verify(TRUE.spoilt(signers=dict(enumerate(MEMBERS))).file(), trust()).ok


def test_exactly_two_thirds_of_the_power_are_not_more_than_two_thirds():
    two = {0: OLD[0], 1: OLD[1]}
    assert_refused(TRUE.spoilt(change_signers=two).file(), CERTIFICATE)


def test_power_counts_and_not_the_number_of_signers():
    heavy = [
        Member(m.name, m.public, 9 if m.name == "d" else 1) for m in seats(MEMBERS)
    ]
    sealed = members_digest(digest, heavy)
    spoilt = TRUE.spoilt(
        handed_to=heavy,
        change=replace_fields(TRUE.change, next_members=sealed),
        header=replace_fields(TRUE.header, members=sealed),
    )
    assert_refused(spoilt.file(), CERTIFICATE)  # three of twelve
    alone = spoilt.spoilt(signers={3: MEMBERS[3]})
    assert verify(alone.file(), trust()).ok  # nine of twelve


def test_one_signer_does_not_count_three_times():
    signature = decode(certify(TRUE.header, {0: MEMBERS[0]}))[0][1]
    for indexes in ([0, 0, 0], [0, 1, 2]):
        certificate = encode([[index, signature] for index in indexes])
        assert_refused(TRUE.spoilt(certificate=certificate).file(), CERTIFICATE)


def test_a_member_that_does_not_exist_signs_nothing():
    for index in (4, 2**31, 2**64 - 1):
        signers = {**three(MEMBERS), index: STRANGERS[0]}
        assert_refused(TRUE.spoilt(signers=signers).file(), CERTIFICATE)
    signatures = decode(certify(TRUE.header, three(MEMBERS)))
    signatures[0][0] = -1
    assert_refused(TRUE.spoilt(certificate=encode(signatures)).file(), CERTIFICATE)


def test_a_stranger_beside_a_quorum_spoils_it():
    signers = {**three(MEMBERS), 3: STRANGERS[0]}
    assert_refused(TRUE.spoilt(signers=signers).file(), CERTIFICATE)


def test_signatures_stand_in_ascending_order():
    backwards = encode(decode(certify(TRUE.header, three(MEMBERS)))[::-1])
    assert_refused(TRUE.spoilt(certificate=backwards).file(), CERTIFICATE)


def test_a_certificate_is_of_one_header():
    other = certify(header(8, MEMBERS, MEMBERS), three(MEMBERS))
    assert_refused(TRUE.spoilt(certificate=other).file(), CERTIFICATE)


def test_members_sign_certificates_in_a_domain_of_their_own():
    """A signature over the header itself, or over its bare hash, is none."""
    encoded = encode(TRUE.header)
    for message in (encoded, digest(encoded), digest(b"huabiao header\0" + encoded)):
        signatures = [[n, each.sign(message)] for n, each in three(MEMBERS).items()]
        certificate = encode(signatures)
        assert_refused(TRUE.spoilt(certificate=certificate).file(), CERTIFICATE)


def test_a_certificate_has_one_encoding():
    true = certify(TRUE.header, three(MEMBERS))
    longer = b"\xdc\x00\x03" + true[1:]
    for spoilt in (longer, true + b"\x00", true[:-1], b"", b"\xc0"):
        assert_refused(TRUE.spoilt(certificate=spoilt).file(), CERTIFICATE)
    extra = encode([[*each, 0] for each in decode(true)])
    assert_refused(TRUE.spoilt(certificate=extra).file(), CERTIFICATE)


# --- another chain, another header


def test_another_chain_of_the_same_name_has_other_members():
    """The forger founds a chain of this name, with members of his own."""
    own = Forgery(change=header(5, STRANGERS, MEMBERS), change_signers=three(STRANGERS))
    assert verify(own.file(), trust(STRANGERS)).ok
    assert_refused(own.file(), MEMBERSHIP)


def test_strangers_by_the_members_names_are_strangers():
    named = [Member(m.name, s.public, 1) for m, s in zip(OLD, STRANGERS, strict=False)]
    sealed = replace_fields(TRUE.change, members=members_digest(digest, named))
    spoilt = TRUE.spoilt(change=sealed, change_signers=three(STRANGERS))
    assert_refused(spoilt.file(), MEMBERSHIP)


def test_a_header_that_claims_the_members_needs_their_signatures():
    spoilt = TRUE.spoilt(change_signers=three(STRANGERS))
    assert_refused(spoilt.file(), CERTIFICATE)


def test_a_proof_of_another_chain_or_suite():
    spoilt = replace_fields(TRUE.header, chain="forged-city2")
    assert_refused(TRUE.spoilt(header=spoilt).file(), "of another chain")
    spoilt = replace_fields(TRUE.header, suite="sm")
    assert_refused(TRUE.spoilt(header=spoilt).file(), "of another chain")
    assert_refused(TRUE.file(), "of another chain", trust(chain="forged-city2"))


def test_a_header_of_a_version_to_come_is_not_guessed_at():
    spoilt = TRUE.spoilt(header=replace_fields(TRUE.header, version=2))
    assert_refused(spoilt.file(), "Unknown header version 2")


@pytest.mark.parametrize(
    "other",
    [{"height": 10}, {"time": 1}, {"state": bytes(32)}, {"receipts": bytes(32)}],
    ids=lambda other: next(iter(other)),
)
def test_what_a_header_says_is_signed(other):
    true = certify(TRUE.header, three(MEMBERS))
    spoilt = TRUE.spoilt(header=replace_fields(TRUE.header, **other), certificate=true)
    assert_refused(spoilt.file(), CERTIFICATE)


# --- the changes of members


def test_a_forged_change_in_the_middle():
    """Old → strangers → members: the strangers' change is signed by strangers."""
    parts = TRUE.parts()
    middle = header(6, MEMBERS, STRANGERS)
    last = header(7, STRANGERS, MEMBERS)
    for signers, why in ((STRANGERS, CERTIFICATE), (MEMBERS, None)):
        parts[5] = [
            *TRUE.parts()[5],
            [encode(middle), certify(middle, three(signers)), seats(STRANGERS)],
            [encode(last), certify(last, three(STRANGERS)), seats(MEMBERS)],
        ]
        if why:
            assert_refused(encode(parts), why)
        else:  # the members themselves let strangers in: then it is no forgery
            assert verify(encode(parts), trust()).ok


def test_the_members_handed_over_to_are_those_that_the_header_names():
    spoilt = TRUE.spoilt(
        handed_to=seats(STRANGERS),
        header=header(9, STRANGERS, STRANGERS),
        signers=three(STRANGERS),
    )
    assert_refused(spoilt.file(), HANDED)


@pytest.mark.parametrize(
    "handed",
    [
        [],
        seats(MEMBERS)[::-1],
        [*seats(MEMBERS), seats(MEMBERS)[3]],
        [*seats(MEMBERS), Member("e", MEMBERS[3].public, 1)],
        [Member(m.name, m.public, 0) for m in seats(MEMBERS)],
        [Member(m.name, m.public, -1) for m in seats(MEMBERS)],
        [Member(f"{n:03}", b"%032d" % n, 1) for n in range(201)],
    ],
    ids=["none", "order", "twice", "one key twice", "no power", "negative", "too many"],
)
def test_a_set_of_members_is_well_formed_even_when_signed(handed):
    sealed = members_digest(digest, handed)
    spoilt = TRUE.spoilt(
        handed_to=handed,
        change=replace_fields(TRUE.change, next_members=sealed),
        header=replace_fields(TRUE.header, members=sealed),
    )
    assert_refused(spoilt.file(), HANDED)


def test_a_change_left_out_or_out_of_order():
    parts = TRUE.parts()
    second = header(7, MEMBERS, STRANGERS)
    parts[3] = encode(header(9, STRANGERS, STRANGERS))
    parts[4] = certify(header(9, STRANGERS, STRANGERS), three(STRANGERS))
    first = parts[5][0]
    second = [encode(second), certify(second, three(MEMBERS)), seats(STRANGERS)]
    parts[5] = [first, second]
    assert verify(encode(parts), trust()).ok
    for changes in ([], [first], [second], [second, first]):
        parts[5] = changes
        assert_refused(encode(parts), MEMBERSHIP)


@pytest.mark.parametrize("height", [5, 4, 1, 0, -1])
def test_members_sign_nothing_from_before_they_came(height):
    """Later members cannot rewrite what stood before the change that brought them."""
    spoilt = TRUE.spoilt(header=header(height, MEMBERS, MEMBERS))
    assert_refused(spoilt.file(), "not above the change of members at 5")
