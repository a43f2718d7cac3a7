"""The tags of delivered rows: durable, and found again."""

import sqlite3
import threading
from pathlib import Path

from huabiao.services.gateway.subjects import distinct_tags, subject_tag
from huabiao.services.subject_tags import RUN, SubjectTags

A, B, C, ONE = b"a" * 32, b"b" * 32, b"c" * 32, b"1" * 32


def test_tags_are_found_again_by_another_process_of_the_city(tmp_path: Path) -> None:
    path = tmp_path / "subjects.sqlite"
    kept = SubjectTags(path)
    kept.keep({"r1": [A, B], "r2": [B], "r3": []})
    kept.keep({"r1": [A]})
    other = SubjectTags(path)
    assert other.receipts(B) == ["r1", "r2"]
    assert other.receipts(A) == ["r1"]
    assert other.receipts(C) == []
    other.close()
    kept.close()


def test_a_tag_is_found_in_every_run(tmp_path: Path) -> None:
    kept = SubjectTags(tmp_path / "subjects.sqlite")
    told = [f"{n:05}" for n in range(2 * RUN + 2)]
    kept.keep({receipt: [A, receipt.encode().ljust(32)] for receipt in told})
    kept.keep({"last": [B]})
    assert kept.receipts(A) == told
    for at in (0, RUN - 2, RUN - 1, RUN, 2 * RUN, -1):  # numbers begin with 1
        assert kept.receipts(told[at].encode().ljust(32)) == [told[at]]
    assert kept.receipts(B) == ["last"]
    kept.close()


def test_a_file_from_before_there_were_runs_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "subjects.sqlite"
    with sqlite3.connect(path) as older:
        older.execute(
            "CREATE TABLE subjects (tag BLOB NOT NULL, receipt TEXT NOT NULL,"
            " PRIMARY KEY (tag, receipt)) WITHOUT ROWID"
        )
        rows = [(A, "r1"), (B, "r1"), (B, "r2")]
        older.executemany("INSERT INTO subjects VALUES (?, ?)", rows)
    older.close()
    SubjectTags(path).close()
    kept = SubjectTags(path)
    kept.keep({"r3": [A]})
    found = [kept.receipts(tag) for tag in (A, B, C)]
    assert found == [["r1", "r3"], ["r1", "r2"], []]
    kept.close()


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    kept = SubjectTags(tmp_path / "subjects.sqlite")
    threads = [
        threading.Thread(target=kept.keep, args=({f"r{n}": [ONE, bytes([n]) * 32]},))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.receipts(ONE)) == 20
    kept.close()


def test_a_tag_is_a_keyed_hash_of_the_number() -> None:
    """The value is `printf 11010519491231002X | openssl dgst -sha256 -hmac key`."""
    expected = "c702e187e6363f41"
    tag = subject_tag(b"key", " 11010519491231002x")
    assert len(tag) == 32 and tag.hex().startswith(expected)
    assert distinct_tags(
        b"key", ["11010519491231002X", None, " 11010519491231002x "]
    ) == [tag]
