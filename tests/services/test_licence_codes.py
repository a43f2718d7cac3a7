"""Eight digits, their secrets, and how guessing ends."""

import hashlib
import hmac
from collections import Counter

import pytest

from huabiao.crypto import suite
from huabiao.services.attempts import DAY_S, HOUR_S, Attempts, Locked
from huabiao.services.licences import Codes, open_codes

ONE, TWO = b"\x01" * 20, b"\x02" * 20


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tried(tmp_path):
    clock = Clock()
    made = Attempts(tmp_path / "attempts.sqlite", clock=clock)
    yield made, clock
    made.close()


def misses(attempts, account, number):
    for _ in range(number):
        attempts.take(account)


def test_a_secret_is_the_keyed_hash_of_rfc_2104():
    codes = Codes(b"k" * 32, "intl")
    message = b"huabiao licence code\x0004711815"
    assert codes.secret("04711815") == hmac.digest(b"k" * 32, message, hashlib.sha256)
    assert codes.commitment("04711815") == (
        hashlib.sha256(codes.secret("04711815")).hexdigest()
    )
    sm = Codes(b"k" * 32, "sm")
    # RFC 2104 written out, with the other implementation of SM3 of this project
    sm3, key = suite("sm").digest, b"k" * 32 + bytes(32)
    inner = sm3(bytes(b ^ 0x36 for b in key) + message)
    assert sm.secret("04711815") == sm3(bytes(b ^ 0x5C for b in key) + inner)


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "1234567",
        "123456789",
        "1234567a",
        "１２３４５６７８",
        "-1234567",
        " 1234567",
    ],
)
def test_a_code_has_eight_digits(digits):
    with pytest.raises(ValueError, match="eight digits"):
        Codes(bytes(32), "intl").secret(digits)


def test_codes_are_drawn_evenly_and_keep_their_zeros():
    drawn = [Codes(bytes(32), "intl").draw() for _ in range(3_000)]
    assert all(len(each) == 8 and each.isdigit() for each in drawn)
    firsts = Counter(each[0] for each in drawn)
    assert len(firsts) == 10 and max(firsts.values()) < 450


def test_a_home_keeps_its_key(tmp_path):
    first, again = (open_codes(tmp_path, "intl") for _ in range(2))
    assert first.secret("00000000") == again.secret("00000000")
    file = tmp_path / "codes/key.json"
    assert file.stat().st_mode & 0o077 == 0
    other = open_codes(tmp_path / "other", "intl")
    assert other.secret("00000000") != first.secret("00000000")


def test_five_misses_lock_an_account_for_an_hour(tried):
    attempts, clock = tried
    misses(attempts, ONE, 5)
    with pytest.raises(Locked) as told:
        attempts.take(ONE)
    assert told.value.seconds == HOUR_S
    attempts.take(TWO)
    clock.now += HOUR_S - 1
    with pytest.raises(Locked):
        attempts.take(ONE)
    clock.now += 1
    attempts.take(ONE)


def test_twenty_misses_lock_it_for_a_day_however_slow(tried):
    attempts, clock = tried
    for _ in range(20):
        attempts.take(ONE)
        clock.now += HOUR_S
    with pytest.raises(Locked) as told:
        attempts.take(ONE)
    assert told.value.seconds > 20 * HOUR_S
    clock.now += DAY_S
    attempts.take(ONE)


def test_a_good_code_is_no_miss_and_forgives_none(tried):
    attempts, _ = tried
    for _ in range(40):
        attempts.take(ONE)
        attempts.good(ONE)
    misses(attempts, ONE, 4)
    attempts.take(ONE)
    attempts.good(ONE)
    attempts.take(ONE)
    with pytest.raises(Locked):
        attempts.take(ONE)


def test_a_lock_outlives_a_restart(tmp_path):
    clock = Clock()
    first = Attempts(tmp_path / "a.sqlite", clock=clock)
    misses(first, ONE, 5)
    first.close()
    again = Attempts(tmp_path / "a.sqlite", clock=clock)
    with pytest.raises(Locked):
        again.take(ONE)
    again.close()
