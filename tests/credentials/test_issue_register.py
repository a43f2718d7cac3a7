"""An issuer's register gives each place once; a verifier's challenges are used once."""

import pytest

from huabiao.services.credentials import Challenges, NotVerified
from huabiao.services.credentials.challenges import LIFE_S, MOST_OPEN
from huabiao.services.credentials.register import ListFull, Register


def test_each_place_is_given_once_and_a_full_list_says_so(tmp_path):
    register = Register(tmp_path / "issued" / "bureau.sqlite")
    given = [register.take("l", 10, f"did:{n % 2}", "T", n, None) for n in range(10)]
    assert sorted(given) == list(range(10))
    with pytest.raises(ListFull, match="open another one"):
        register.take("l", 10, "did:1", "T", 10, None)
    assert register.take("other", 10, "did:1", "T", 11, 99) in range(10)
    register.close()
    again = Register(tmp_path / "issued" / "bureau.sqlite")
    found = again.of("did:1")
    assert [each["at"] for each in found] == [1, 3, 5, 7, 9, 11]
    assert found[0]["index"] == given[1] and found[-1]["until"] == 99
    again.close()


def refused(challenges: Challenges, nonce: str) -> str:
    with pytest.raises(NotVerified) as told:
        challenges.use(nonce)
    return told.value.code


def test_a_nonce_is_ours_used_once_and_soon():
    now = [0.0]
    challenges = Challenges(lambda: now[0])
    first, second = challenges.issue(), challenges.issue()
    assert first != second and len(first) == 22
    challenges.use(first)
    assert refused(challenges, first) == "nonce.unknown"
    assert refused(challenges, "made up") == "nonce.unknown"
    now[0] += LIFE_S + 1
    assert refused(challenges, second) == "nonce.over"


def test_nobody_fills_the_memory_with_challenges():
    challenges = Challenges(lambda: 0.0)
    oldest = challenges.issue()
    for _ in range(MOST_OPEN):
        newest = challenges.issue()
    assert refused(challenges, oldest) == "nonce.unknown"
    challenges.use(newest)
