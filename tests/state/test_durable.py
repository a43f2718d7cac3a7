"""Files that are there whole or not at all."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huabiao.durable import PUBLIC, write_new, write_whole


def test_a_file_is_replaced_whole_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "place.json"
    write_whole(path, b"first", PUBLIC)
    write_whole(path, b"second", at_ns=1_000_000_000)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mtime_ns == 1_000_000_000
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["place.json"]


def test_what_cannot_be_put_in_place_leaves_all_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "taken", b"content")
    assert os.listdir(tmp_path) == ["taken"]


def test_of_several_that_make_a_file_one_does(tmp_path: Path) -> None:
    path = tmp_path / "tag.key"

    def make(number: int) -> bool:
        try:
            write_new(path, bytes([number]) * 32)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(make, range(32)))
    assert made.count(True) == 1
    assert path.read_bytes() == bytes([made.index(True)]) * 32
    assert os.listdir(tmp_path) == ["tag.key"]
