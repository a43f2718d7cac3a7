"""An archive holds the chain: it verifies alone, proves alone, and hides no damage."""

from pathlib import Path
from zlib import crc32

import pytest
from old_city import FILES, OldCity

from huabiao.codec import encode
from huabiao.ledger.block import LoggedBlock, decode_logged
from huabiao.node.history import archiving
from huabiao.node.history.archive_file import (
    ArchivedBlock,
    ArchiveReader,
    ArchiveWriter,
)
from huabiao.proofs.verify import verify


def files(old: OldCity) -> list[Path]:
    return sorted((old.folder / "archive").glob("*.archive"))


@pytest.mark.parametrize("old", ["intl", "sm"], indirect=True)
def test_an_archive_grows_and_verifies_with_trust_alone(old: OldCity) -> None:
    assert old.archive("--before", "11")["blocks"] == 10
    first = files(old)[0].read_bytes()
    again = old.archive("--before", "11")
    assert again["blocks"] == 0 and "没有新的" in again["sentence"]
    rest = old.archive()
    assert (rest["first"], rest["last"]) == (11, old.city.ledger.height)
    assert files(old)[0].read_bytes() == first, "a file is never written again"
    found = old.verify_archive()
    assert (found["first"], found["last"]) == (1, old.city.ledger.height)
    assert found["hash"] == old.city.ledger.hash.hex()


def test_one_later_file_verifies_and_proves_from_genesis_members(old: OldCity) -> None:
    old.archive("--before", "30")
    old.archive()
    files(old)[0].unlink()
    assert old.verify_archive()["first"] == 30
    proof = old.folder / "late.proof"
    archive = str(old.folder / "archive")
    old.json("archive", "proof", archive, f"{old.late}.1", "-o", str(proof))
    assert verify(proof.read_bytes(), old.trust.read_text(), FILES[1]).ok
    gone = old.run("archive", "proof", archive, old.early, "-o", str(proof))
    assert gone.exit_code == 1 and "没有信封" in gone.output


@pytest.mark.parametrize("old", ["intl", "sm"], indirect=True)
def test_proofs_from_an_archive_are_a_nodes(old: OldCity) -> None:
    from huabiao.node.proving import prove_notarised, prove_receipt

    old.archive()
    archive, proof = str(old.folder / "archive"), old.folder / "some.proof"
    for id_, height in ((old.early, 1), (old.late, old.city.ledger.height)):
        old.json("archive", "proof", archive, id_, "-o", str(proof))
        assert proof.read_bytes() == prove_receipt(old.city.ledger, height, 0)
        old.json("archive", "proof", archive, id_ + ".0", "-o", str(proof))
        assert proof.read_bytes() == prove_notarised(old.city.ledger, height, 0, 0)
        done = old.run("verify", str(proof), "--trust", str(old.trust))
        assert done.exit_code == 0, done.output
    nothing = old.run("archive", "proof", archive, "evidence/x", "-o", str(proof))
    assert nothing.exit_code == 1 and "receipts and notarised" in nothing.output


def test_every_torn_or_altered_byte_is_noticed_with_its_place(old: OldCity) -> None:
    old.archive()
    (path,) = files(old)
    path.chmod(0o644)
    whole = path.read_bytes()
    start = len(whole) - 40_000
    for cut in (0, 15, 40, start, len(whole) - 50, len(whole) - 1):
        path.write_bytes(whole[:cut])
        said = old.verify_archive(1)["sentence"]
        assert path.name in said and "offset" in said, said
    for place in (*range(16), 20, *range(start, len(whole), 97), len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert path.name in old.verify_archive(1)["sentence"], place
    path.write_bytes(whole + b"\0")
    assert path.name in old.verify_archive(1)["sentence"]
    path.write_bytes(whole)
    assert old.verify_archive()["ok"]


def rewritten(old: OldCity, alter: dict[int, ArchivedBlock]) -> None:
    """The archive as a forger would write it anew, checksums and end right."""
    (path,) = files(old)
    reader = ArchiveReader(path)
    blocks = list(reader.blocks())
    path.unlink()
    writer = ArchiveWriter(path.parent, reader.head)
    for block in blocks:
        writer.add(alter.get(block.height, block))
    writer.finish()


@pytest.mark.parametrize("what", ["envelope", "receipt", "certificate", "header"])
def test_a_forger_who_rights_every_checksum_is_found(old: OldCity, what: str) -> None:
    old.archive()
    log = old.city.ledger.log
    logged, other = decode_logged(log.read(20)), decode_logged(log.read(21))
    changed = {
        "envelope": (logged.header, other.envelopes, logged.receipts),
        "receipt": (logged.header, logged.envelopes, other.receipts),
        "certificate": (logged.header, logged.envelopes, logged.receipts),
        "header": (other.header, other.envelopes, other.receipts),
    }[what]
    certificate = other.certificate if what != "envelope" else logged.certificate
    if what == "receipt":
        certificate = logged.certificate
    header, envelopes, receipts = changed
    record = encode(LoggedBlock(header, certificate, envelopes, receipts))
    rewritten(old, {20: ArchivedBlock(20, certificate, record)})
    assert "高度 20：" in old.verify_archive(1)["sentence"]


def test_a_missing_file_and_another_chain_are_named(
    old: OldCity, tmp_path: Path
) -> None:
    for before in ("11", "21", "31"):
        old.archive("--before", before)
    files(old)[1].unlink()
    assert "11" in old.verify_archive(1)["sentence"]
    another = OldCity(tmp_path / "another", "sm")
    done = another.run(
        "archive", "--home", str(another.home), "-o", str(old.folder / "archive")
    )
    another.city.close()
    assert done.exit_code == 1, done.output


def test_large_archives_are_split_into_files(
    old: OldCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = old.folder / "archive"
    found = archiving.archive(old.home, folder, file_bytes=200_000)
    assert len(found["files"]) > 1
    assert old.verify_archive()["last"] == old.city.ledger.height


def test_a_damaged_length_asks_for_no_memory(old: OldCity) -> None:
    old.archive()
    (path,) = files(old)
    path.chmod(0o644)
    content = path.read_bytes()
    head = b"H" + (2**29).to_bytes(8)
    path.write_bytes(content[:16] + head + crc32(head).to_bytes(4) + content[29:])
    assert "offset 16" in old.verify_archive(1)["sentence"]
