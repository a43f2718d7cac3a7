"""Evidence: a thousand files in one signature, each provable alone and offline."""

from hashlib import sha256

from huabiao.node import proving
from huabiao.proofs.verify import verify

FILES = [f"file {number}".encode() for number in range(1_000)]


def trust(city):
    return {
        "chain": city.genesis.chain,
        "suite": city.genesis.suite,
        "members": [
            {"name": m.name, "public": m.public.hex(), "power": m.power}
            for m in proving.genesis_members(city.ledger)
        ],
    }


def test_each_of_a_thousand_files_is_provable_offline(city):
    joined = b"".join(sha256(file).digest() for file in FILES)
    clerk = city.cast("clerk")
    city.call(clerk, "evidence", "notarize", digests=[joined], note="batch")
    height, trusted = city.ledger.height, trust(city)
    for place, file in enumerate(FILES):
        proof = proving.prove_notarised(city.ledger, height, 0, place)
        verdict = verify(proof, trusted, file)
        assert verdict.ok, verdict.sentence
        assert verdict.statement["sender"] == clerk.account.hex()
        assert len(proof) <= 2_048
        assert not verify(proof, trusted, FILES[place - 1]).ok


def test_digests_split_over_entries_are_one_batch(city):
    digests = [sha256(file).digest() for file in FILES[:10]]
    entries = [b"".join(digests[:3]), b"".join(digests[3:])]
    city.call(city.cast("clerk"), "evidence", "notarize", digests=entries)
    proof = proving.prove_notarised(city.ledger, city.ledger.height, 0, 9)
    assert verify(proof, trust(city), FILES[9]).ok


def test_what_is_no_batch_is_refused(city):
    clerk = city.cast("clerk")
    for digests, code in [
        ([], "empty"),
        ([b""], "digest.length"),
        ([bytes(31)], "digest.length"),
        ([bytes(33)], "digest.length"),
        ([bytes(32 * 2_049)], "argument.malformed"),
    ]:
        city.refused(code, clerk, "evidence", "notarize", digests=digests)


def test_two_batches_in_one_envelope_are_refused(city):
    from huabiao.crypto.envelope import Call

    call = Call("evidence", "notarize", "", {"digests": [bytes(32)]})
    assert city.submit(city.cast("clerk"), call, call).code == "entry.exists"
