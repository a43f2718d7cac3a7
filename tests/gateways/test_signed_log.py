"""
Hashes of ours in a log of somebody else, whose process shares no code with us.

The log is the Go team's tree and notes (tests/gateways/independent_log), built here;
the first note is the example of golang.org/x/mod/sumdb/note, signed by its own key.
"""

from collections.abc import Iterator
from hashlib import sha256

import httpx
import pytest
from click.testing import CliRunner
from foreign_city import GATEWAY, foreign_city
from log_process import Log

from huabiao.doors.cli import main
from huabiao.proofs.signed_log import (
    BadLogProof,
    open_checkpoint,
    read_key,
    read_proof,
    verify_entry,
)
from huabiao.services.foreign.signed_log import anchor

ENTRIES = [sha256(b"entry %d" % number).digest() for number in range(11)]
EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKv"
    "qfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    running = Log(tmp_path_factory.mktemp("log"))
    yield running
    running.kill()


@pytest.fixture(scope="module")
def proofs(log: Log) -> list[str]:
    """One proof for each entry, each at the size that the log had then."""
    return [anchor(log.address, read_key(log.key), entry) for entry in ENTRIES]


def test_the_example_of_the_go_team_opens():
    key = read_key(EXAMPLE_KEY)
    assert key.name == "PeterNeumann"
    with pytest.raises(BadLogProof, match="malformed"):  # signed, but no checkpoint
        open_checkpoint(EXAMPLE, key)
    with pytest.raises(BadLogProof, match="no valid signature"):
        open_checkpoint(EXAMPLE.replace("problem", "Problem"), key)


def test_each_entry_is_proved_at_each_size(log, proofs):
    key = read_key(log.key)
    for size, (entry, proof) in enumerate(zip(ENTRIES, proofs, strict=True), start=1):
        assert verify_entry(proof, key, entry).size == size
    log.kill()
    log.start()  # from its files: the same key, the same tree
    for index, entry in enumerate(ENTRIES):
        proof = httpx.get(f"{log.address}/proof/{index}").text
        assert verify_entry(proof, key, entry).size == len(ENTRIES)


def spoil(proof: str, how: str) -> str:
    lines = proof.split("\n")
    match how:
        case "index":
            lines[1] = "index 3"
        case "path":
            lines[2], lines[3] = lines[3], lines[2]
        case "short path":
            del lines[2]
        case "size":
            lines[lines.index("") + 2] = "12"
        case "root":
            lines[lines.index("") + 3] = lines[2]
        case "signature":
            lines[-2] = lines[-2][:-6] + "AAAAA="
        case "signer":
            lines[-2] = lines[-2].replace("log.example", "other.example")
        case "first line":
            lines[0] = "c2sp.org/tlog-proof@v2"
    return "\n".join(lines)


@pytest.mark.parametrize(
    "how",
    ["index", "path", "short path", "size", "root", "signature", "signer",
     "first line"],
)  # fmt: skip
def test_a_spoilt_proof_does_not_hold(how, log, proofs):
    key, last = read_key(log.key), proofs[-1]
    assert len(read_proof(last).path) >= 2
    with pytest.raises(BadLogProof):
        verify_entry(spoil(last, how), key, ENTRIES[-1])


def test_extra_is_passed_over_and_another_key_or_entry_is_not(log, proofs):
    key, last = read_key(log.key), proofs[-1]
    extra = last.replace("\nindex", "\nextra aGVsbG8=\nindex", 1)
    assert verify_entry(extra, key, ENTRIES[-1]).size == len(ENTRIES)
    with pytest.raises(BadLogProof):
        verify_entry(last, read_key(EXAMPLE_KEY), ENTRIES[-1])
    with pytest.raises(BadLogProof):
        verify_entry(last, key, ENTRIES[0])


def test_a_proof_is_kept_on_chain_and_verified_by_a_command(log, proofs, tmp_path):
    city = foreign_city(tmp_path / "city", "sm")
    city.call(
        city.admin, "gateways", "propose", GATEWAY, trust="signed_log", network=log.key
    )
    city.call(city.admin, "gateways", "approve", GATEWAY)
    keeper, proof = city.cast("keeper"), proofs[-1].encode()
    city.grant("anchors", "keeper", keeper)
    given = {"hash": ENTRIES[-1], "proof": proof}
    city.refused(
        "anchor.malformed", keeper, "anchors", "keep", GATEWAY,
        **{**given, "proof": b"a proof"},
    )  # fmt: skip
    city.call(keeper, "anchors", "keep", GATEWAY, **given)
    city.refused("entry.exists", keeper, "anchors", "keep", GATEWAY, **given)
    kept = city.read(f"anchors/anchors/{GATEWAY}/{ENTRIES[-1].hex()}")
    file = tmp_path / "a.tlog-proof"
    file.write_bytes(kept[0])
    words = ["anchor", "verify", str(file), "--key", log.key, "--hash"]
    told = CliRunner().invoke(main, [*words, ENTRIES[-1].hex()])
    assert told.exit_code == 0 and "log.example/tianping" in told.output
    assert CliRunner().invoke(main, [*words, ENTRIES[0].hex()]).exit_code == 1


def test_messages_need_attestors(log, tmp_path):
    city = foreign_city(tmp_path)
    city.call(
        city.admin, "gateways", "propose", GATEWAY, trust="signed_log", network=log.key
    )
    city.call(city.admin, "gateways", "approve", GATEWAY)
    sender = city.cast("sender")
    city.grant("foreign_messages", "sender", sender)
    city.refused(
        "gateway.trust", sender, "foreign_messages", "send", "m", gateway=GATEWAY,
        receiver=bytes(20), payload=b"", timeout=city.now // 1_000 + 60,
    )  # fmt: skip
