"""
Proof files: each kind verifies; altered, cut, or with another trust it does not.

The vectors in tests/vectors/proof.json were written by this project from a city with
fixed keys (suite intl: Ed25519 signatures are the same every time). They hold the
format still; an independent verifier can be tested on them.
"""

import copy
import json
from pathlib import Path

import pytest
from proof_city import FILES, KEY, PLACE, SOURCES

from huabiao.codec import decode, encode
from huabiao.node import proving
from huabiao.proofs.header import certified_message
from huabiao.proofs.proof_file import LARGEST_PROOF
from huabiao.proofs.verify import verify
from huabiao.testing.city import City

VECTORS = Path(__file__).parents[1] / "vectors" / "proof.json"
KINDS = ("present", "absent", "receipt", "notarised")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_holds_and_says_what(proofs, kind):
    original = FILES[42] if kind == "notarised" else None
    verdict = verify(getattr(proofs, kind), json.dumps(proofs.trust), original)
    assert verdict.ok, verdict.sentence
    assert verdict.statement["chain"] == "test-city"
    if kind in ("present", "absent"):
        assert verdict.statement["present"] == (kind == "present")
    if kind == "present":
        kept = decode(bytes.fromhex(verdict.statement["value"]))
        assert kept[0] == proofs.city.cast("clerk").account
        assert verdict.statement["key"] == KEY


def test_sizes(proofs):
    states = max(len(proofs.present), len(proofs.absent))
    assert states <= 6 * 1024 + (0 if proofs.trust["suite"] != "pq" else 3_309)
    # A post-quantum key and the signatures of member and sender weigh 8.6 KB.
    most = 2_048 if proofs.trust["suite"] != "pq" else 2_048 + 1_952 + 2 * 3_309
    assert len(proofs.receipt) <= most and len(proofs.notarised) <= most


@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_counts(proofs, kind):
    proof, trust = getattr(proofs, kind), json.dumps(proofs.trust)
    step = 1 if proofs.trust["suite"] == "intl" else 5
    for place in range(0, len(proof), step):
        for change in (0x01, 0x80) if step == 1 else (0x10,):
            altered = bytearray(proof)
            altered[place] ^= change
            verdict = verify(bytes(altered), trust)
            assert "。" in verdict.sentence
            if kind == "absent" and verdict.ok:
                # The same proof shows that a neighbouring key is absent: a true and
                # different statement.
                key = verdict.statement["key"]
                assert key != KEY + "?" and proofs.city.ledger.read(key) is None
            else:
                assert not verdict.ok, (place, verdict.sentence)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_or_longer_is_refused(proofs, kind):
    proof = getattr(proofs, kind)
    for wrong in (b"", proof[:-1], proof + b"\x00", proof[: len(proof) // 2], b"\xc1"):
        assert not verify(wrong, proofs.trust).ok
    assert not verify(bytes(LARGEST_PROOF + 1), proofs.trust).ok


def test_another_original_is_refused(proofs):
    assert not verify(proofs.notarised, proofs.trust, FILES[41]).ok
    assert "未比对" in verify(proofs.notarised, proofs.trust).sentence


@pytest.mark.parametrize("kind", ["present", "absent", "receipt"])
def test_an_original_beside_a_proof_that_is_not_of_a_file_is_refused(proofs, kind):
    assert not verify(getattr(proofs, kind), proofs.trust, b"anything").ok


def test_another_citys_trust_is_refused(proofs):
    for change in ("chain", "public", "suite", "power"):
        trust = copy.deepcopy(proofs.trust)
        if change == "chain":
            trust["chain"] = "other-city"
        elif change == "suite":
            # The suite of genesis gives the digest; intl and pq have the same one.
            trust["suite"] = "intl" if trust["suite"] == "sm" else "sm"
        elif change == "power":
            trust["members"][0]["power"] = 2
        else:
            trust["members"][0]["public"] = proofs.city.admin.public.hex()
        for kind in KINDS:
            assert not verify(getattr(proofs, kind), trust).ok, (change, kind)


@pytest.mark.parametrize("wrong", ["", "{}", "[]", '{"members": []}', "5", b"x"])
def test_a_trust_file_that_cannot_be_used_is_a_verdict(proofs, wrong):
    verdict = verify(proofs.present, wrong)
    assert not verdict.ok and "huabiao trust" in verdict.sentence


def test_a_part_of_one_proof_does_not_fit_another(proofs):
    fields = [decode(getattr(proofs, kind)) for kind in KINDS]
    for one in fields:
        for other in fields:
            if one[3] != other[3]:  # another block's header and certificate
                mixed = [*one[:3], *other[3:5], *one[5:]]
                assert not verify(encode(mixed), proofs.trust).ok
                mixed = [*one[:4], other[4], *one[5:]]
                assert not verify(encode(mixed), proofs.trust).ok


def test_a_change_of_members_is_walked(tmp_path):
    city = City(tmp_path, sources=SOURCES)
    trust = {
        "chain": "test-city",
        "suite": "intl",
        "members": [{"name": "member", "public": city.member.public.hex(), "power": 1}],
    }
    for name in ("second", "third"):
        city.rotate_member(city.cast(name))
    city.call(city.cast("clerk"), "privacy", "keep", bytes(32).hex(), **PLACE)
    proof = proving.prove_state(city.ledger, KEY, None)
    verdict = verify(proof, trust)
    assert verdict.ok, verdict.sentence
    fields = decode(proof)
    assert len(fields[5]) == 2
    for changes in ([], fields[5][:1], fields[5][1:], fields[5][::-1]):
        altered = encode([*fields[:5], changes, fields[6]])
        assert not verify(altered, trust).ok
    stranger = copy.deepcopy(fields)
    stranger[5][0][2][0][1] = city.admin.public
    assert not verify(encode(stranger), trust).ok
    city.close()


def test_a_forged_block_needs_the_members_keys(proofs):
    fields = decode(proofs.absent)
    forger = proofs.city.admin
    from huabiao.proofs.header import header_hash

    hash_ = header_hash(forger.suite.digest, fields[3])
    fields[4] = encode([[0, forger.sign(certified_message(hash_))]])
    assert not verify(encode(fields), proofs.trust).ok
    fields[4] = encode([])
    assert not verify(encode(fields), proofs.trust).ok


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text())["proofs"])
def test_vectors(vector):
    trust = json.loads(VECTORS.read_text())["trust"]
    original = bytes.fromhex(vector["original"]) if vector["original"] else None
    verdict = verify(bytes.fromhex(vector["proof"]), trust, original)
    assert verdict.ok
    assert verdict.statement == vector["statement"]
