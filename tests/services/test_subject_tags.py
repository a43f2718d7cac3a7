"""The tags of delivered rows: durable, and found again."""

import threading
from pathlib import Path

from huabiao.services.gateway.subjects import distinct_tags, subject_tag
from huabiao.services.subject_tags import SubjectTags

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
