"""The pile: what was committed is read, whatever was written behind it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.state.pile import Pile

Parts = st.lists(st.binary(max_size=40), max_size=5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(Parts, st.sampled_from(["commit", "fail", "reopen"]))),
    st.integers(1, 100),
    st.data(),
)
def test_what_was_committed_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    writings: list[tuple[list[bytes], str]],
    file_bytes: int,
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("pile")
    pile, held, floor = Pile(folder, "p", 0, file_bytes), b"", 0
    for parts, what in writings:
        end = pile.write(parts)
        assert end == len(held) + sum(map(len, parts))
        if what == "commit":
            pile.end, held = end, held + b"".join(parts)
        elif what == "reopen":
            pile.close()
            pile = Pile(folder, "p", len(held), file_bytes)
        assert pile.whole()
        floor = data.draw(st.integers(floor, len(held)))
        pile.let_go(floor)
        assert pile.start <= floor or not held
        for start in (floor, data.draw(st.integers(floor, len(held)))):
            found = b""
            while start + len(found) < len(held):  # no record lies across two files
                at = start + len(found)
                file_end = min([s for s in pile.starts if s > at], default=len(held))
                found += pile.read(at, file_end - at)
            assert found == held[start:]
    pile.close()


def test_a_file_that_was_begun_in_vain_does_not_replace_the_one_before(
    tmp_path: Path,
) -> None:
    pile = Pile(tmp_path, "p", 0, 1)
    pile.end = pile.write([b"committed"])
    pile.write([b"in vain"])  # begins a file where the pile ends
    pile.let_go(pile.end)
    pile.close()
    assert Pile(tmp_path, "p", pile.end, 1).whole()


def test_a_pile_that_lacks_its_end_is_not_whole(tmp_path: Path) -> None:
    pile = Pile(tmp_path, "p", 0, 10)
    for _ in range(3):
        pile.end = pile.write([bytes(10)])
    pile.close()
    assert Pile(tmp_path, "p", 30, 10).whole()
    assert not Pile(tmp_path, "p", 31, 10).whole()
    (tmp_path / f"p-{10:020d}.pile").write_bytes(bytes(9))
    assert not Pile(tmp_path, "p", 30, 10).whole()


def test_many_parts_and_large_ones(tmp_path: Path) -> None:
    pile = Pile(tmp_path, "p", 0, 10)
    parts = [b"%d" % n for n in range(2500)] + [bytes(3 * 2**20)]
    pile.end = pile.write(parts)
    assert pile.read(0, pile.end) == b"".join(parts)
    pile.close()
