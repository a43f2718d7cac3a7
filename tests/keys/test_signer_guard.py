"""What a signer signs: one header a height, for one chain, and proofs of its seat."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signer_desk import cheap_keys, header, message

from huabiao.client.signing import call, prove_seat, sign_envelope
from huabiao.crypto.keys import Keys
from huabiao.services.signer.guard import (
    REMEMBERED,
    STATE_FILE,
    Guard,
    Refused,
    StateUnusable,
)


class Asking:
    """A key store to client code, and a guard behind it."""

    def __init__(self, guard: Guard) -> None:
        self.guard, self.public = guard, guard.key.public

    def sign(self, asked: bytes) -> bytes:
        return self.guard.sign(asked, b"")


def refusal(guard: Guard, asked: bytes, encoded: bytes = b"") -> str:
    with pytest.raises(Refused) as refused:
        guard.sign(asked, encoded)
    assert "。 " in refused.value.sentence
    return refused.value.code


@pytest.fixture(params=["intl", "sm"])
def keys(request: pytest.FixtureRequest) -> Keys:
    return cheap_keys(request.param)


def test_one_height_has_one_header_across_a_restart(keys: Keys, tmp_path: Path) -> None:
    guard = Guard(keys, tmp_path)
    first, second = header(keys), header(keys, mark=9)
    for _ in range(2):
        signature = guard.sign(message(keys, first), first)
        assert keys.suite.verify(keys.public, message(keys, first), signature)
    assert refusal(guard, message(keys, second), second) == "signer.double"
    guard.close()
    again = Guard(keys, tmp_path)
    assert refusal(again, message(keys, second), second) == "signer.double"
    assert again.sign(message(keys, first), first)


@pytest.mark.parametrize(
    "spoil",
    [
        {"suite": "other"},
        {"version": 2},
        {"state": bytes(31)},
        {"height": 0},
        {"members": b""},
    ],
)
def test_a_header_that_is_not_well_formed(
    keys: Keys, tmp_path: Path, spoil: dict[str, object]
) -> None:
    guard = Guard(keys, tmp_path)
    spoiled = header(keys, **spoil)
    assert refusal(guard, message(keys, spoiled), spoiled) == "signer.malformed"
    assert not (tmp_path / STATE_FILE).exists(), "a refusal was remembered"


def test_a_hash_needs_its_own_header(keys: Keys, tmp_path: Path) -> None:
    guard = Guard(keys, tmp_path)
    one, other = header(keys), header(keys, mark=9)
    for encoded in (other, b"", one + b"\x00", b"\xc1", b"\x91" * 5_000):
        assert refusal(guard, message(keys, one), encoded) == "signer.malformed"


def test_nothing_but_headers_and_seats_is_signed(keys: Keys, tmp_path: Path) -> None:
    guard = Guard(keys, tmp_path)
    for asked in (b"", b"hello", bytes(32), message(keys, header(keys))[1:]):
        assert refusal(guard, asked, header(keys)) == "signer.domain"
    with pytest.raises(Refused, match="signer.domain"):
        sign_envelope("town", Asking(guard), [call("evidence", "notarize")])


def test_a_seat_is_proved_for_its_own_key_and_chain(keys: Keys, tmp_path: Path) -> None:
    guard = Guard(keys, tmp_path, "town")
    assert prove_seat("town", Asking(guard), "seat", "bureau")
    with pytest.raises(Refused, match="signer.chain"):
        prove_seat("village", Asking(guard), "seat", "bureau")
    stranger = Asking(guard)
    stranger.public = bytes(len(keys.public))
    with pytest.raises(Refused, match="signer.malformed"):
        prove_seat("town", stranger, "seat", "bureau")


def test_the_first_chain_is_the_only_one(tmp_path: Path) -> None:
    keys = cheap_keys()
    guard = Guard(keys, tmp_path)
    town, village = header(keys), header(keys, 2, "village")
    guard.sign(message(keys, town), town)
    assert refusal(guard, message(keys, village), village) == "signer.chain"
    guard.close()
    with pytest.raises(StateUnusable, match="use another folder"):
        Guard(keys, tmp_path, "village")


def test_what_is_no_longer_remembered_is_not_signed(tmp_path: Path) -> None:
    keys = cheap_keys()
    guard = Guard(keys, tmp_path)
    high, low = header(keys, REMEMBERED + 10), header(keys, 9)
    guard.sign(message(keys, high), high)
    assert refusal(guard, message(keys, low), low) == "signer.height"
    left = header(keys, 11)  # a block that a proposer left uncertified
    assert guard.sign(message(keys, left), left)


def test_a_damaged_memory_signs_nothing(tmp_path: Path) -> None:
    keys = cheap_keys()
    guard = Guard(keys, tmp_path)
    guard.sign(message(keys, header(keys)), header(keys))
    with pytest.raises(StateUnusable, match="already works"):
        Guard(keys, tmp_path)
    guard.close()
    assert json.loads((tmp_path / STATE_FILE).read_text())["chain"] == "town"
    (tmp_path / STATE_FILE).write_text("{")
    with pytest.raises(StateUnusable, match="damaged"):
        Guard(keys, tmp_path)


ASKED = st.lists(st.tuples(st.integers(1, 600), st.integers(0, 2), st.booleans()))


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ASKED)
def test_law_two_headers_of_a_height_never_have_signatures(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, int, bool]]
) -> None:
    """Whatever is asked in whatever order, with restarts between."""
    keys, folder = cheap_keys(), tmp_path_factory.mktemp("guard")
    signed: dict[int, int] = {}
    guard = Guard(keys, folder)
    for height, mark, restart in asked:
        if restart:
            guard.close()
            guard = Guard(keys, folder)
        encoded = header(keys, height, mark=mark)
        try:
            guard.sign(message(keys, encoded), encoded)
        except Refused:
            continue
        assert signed.setdefault(height, mark) == mark
    guard.close()
