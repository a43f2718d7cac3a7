"""Sessions: a challenge is signed once, in time, by a key in force."""

from hashlib import sha256

import pytest

from huabiao.crypto.keys import Keys, generate
from huabiao.doors.problems import Problem
from huabiao.doors.sessions import (
    CHALLENGE_MS,
    LIFETIME_MS,
    MOST_PER_ACCOUNT,
    Sessions,
    session_message,
)


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys() -> Keys:
    return generate("a", "intl", sha256(b"a").digest())


def enter(sessions: Sessions, keys: Keys, challenge: bytes = b"") -> str:
    challenge = challenge or sessions.challenge()[0]
    signature = keys.sign(session_message("c", challenge))
    verify = keys.suite.verify
    return sessions.open(challenge, keys.public, signature, verify, keys.account)[0]


def test_a_signed_challenge_opens_a_session_that_ends(keys: Keys) -> None:
    clock = Clock()
    sessions = Sessions("c", clock)
    token = enter(sessions, keys)
    found = sessions.find(token)
    assert found is not None and found.account == keys.account
    clock.now += LIFETIME_MS / 1000 + 1
    assert sessions.find(token) is None


def test_a_challenge_serves_once_and_for_a_minute(keys: Keys) -> None:
    clock = Clock()
    sessions = Sessions("c", clock)
    challenge, _ = sessions.challenge()
    enter(sessions, keys, challenge)
    with pytest.raises(Problem):
        enter(sessions, keys, challenge)
    late, _ = sessions.challenge()
    clock.now += CHALLENGE_MS / 1000 + 1
    with pytest.raises(Problem):
        enter(sessions, keys, late)


def test_a_challenge_of_ones_own_making_is_refused(keys: Keys) -> None:
    forged = bytes(16) + (2**53).to_bytes(8, "big") + bytes(32)
    with pytest.raises(Problem):
        enter(Sessions("c"), keys, forged)


def test_a_signature_for_another_chain_or_a_retired_key_is_refused(keys: Keys) -> None:
    sessions = Sessions("d")
    with pytest.raises(Problem):
        enter(sessions, keys)
    sessions = Sessions("c")
    challenge, _ = sessions.challenge()
    signature = keys.sign(session_message("c", challenge))
    with pytest.raises(Problem):
        sessions.open(challenge, keys.public, signature, keys.suite.verify, None)


def test_an_account_has_a_bounded_number_of_sessions(keys: Keys) -> None:
    sessions = Sessions("c")
    tokens = [enter(sessions, keys) for _ in range(MOST_PER_ACCOUNT + 3)]
    open_ = [token for token in tokens if sessions.find(token)]
    assert open_ == tokens[3:]
