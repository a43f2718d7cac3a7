"""
One person, one subject; to each relying party another identifier; no number anywhere.

Numbers are made up under a city's heading (huabiao.services.identity_numbers).
"""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.crypto.address import show
from huabiao.doors.cli import main
from huabiao.services.identity_numbers import make
from huabiao.services.pairwise import FILE, Pairwise

NUMBER, OTHER, THIRD = make(20_260_101, 3)


@pytest.fixture(scope="module")
def enrolled(served: Served) -> Iterator[str]:
    """The account of a person whom the bureau enrolled by the command line."""
    served.grant("identity", "registrar", "id-bureau")
    person = show(served.keys("person-1").account)
    told = enrol(served, person, NUMBER)
    assert told == 0
    yield person


def enrol(served: Served, account: str, number: str, who: str = "id-bureau") -> int:
    environment = {"HUABIAO_HOME": str(served.home), "HUABIAO_URL": served.url}
    words = ["person", "enrol", account, "--as", who]
    result = CliRunner().invoke(main, words, env=environment, input=number + "\n")
    assert number not in result.output
    return result.exit_code


def test_each_party_knows_a_person_by_another_identifier(served, enrolled):
    parties = {name: show(served.keys(name).account) for name in ("bank", "clinic")}
    told = {
        name: served.json("person", "identifier", account, "--as", "person-1")
        for name, account in parties.items()
    }
    named = served.json("person", "identifier", "bank", "--as", "person-1")
    assert named == told["bank"]
    assert told["bank"]["identifier"] != told["clinic"]["identifier"]
    for name in parties:
        seen = served.remote(name).get("/api/persons/identifier", person=enrolled)
        assert seen == told[name]
    # The tag on the chain is neither of them.
    tags = served.remote().get("/api/scenarios/identity/parts/people")["entries"]
    assert all(each["identifier"] not in str(tags) for each in told.values())


def test_one_number_is_one_account(served, enrolled):
    second = show(served.keys("person-2").account)
    assert enrol(served, second, NUMBER) == 1
    assert enrol(served, enrolled, OTHER) == 1
    assert enrol(served, second, OTHER[:-1] + ("0" if OTHER[-1] != "0" else "1")) == 1
    assert enrol(served, "person-2", OTHER) == 0


def test_the_number_stands_nowhere(served, enrolled):
    found = [
        path
        for path in Path(served.home).rglob("*")
        if path.is_file() and NUMBER.encode() in path.read_bytes()
    ]
    assert found == []
    assert stat.S_IMODE((served.home / FILE).stat().st_mode) == 0o600


def test_only_the_registrar_makes_tags(served, enrolled):
    stranger = show(served.keys("person-3").account)
    assert enrol(served, stranger, THIRD, who="person-3") == 1
    with pytest.raises(Answered) as refused:
        served.remote("person-3").post("/api/persons/tag", {"number": THIRD})
    assert refused.value.status == 403
    with pytest.raises(Answered) as refused:
        served.remote().post("/api/persons/tag", {"number": THIRD})
    assert refused.value.status == 401
    with pytest.raises(Answered) as refused:
        served.remote("bank").get("/api/persons/identifier", person=stranger)
    assert refused.value.status == 404
    with pytest.raises(Answered) as refused:
        served.remote("bank").get("/api/persons/identifier", person="hb1")
    assert refused.value.status == 422


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=20, max_size=20))
def test_the_same_key_gives_the_same_another_another(tmp_path_factory, seed, party):
    (number,) = make(seed, 1)
    home = tmp_path_factory.mktemp("bureau")
    mine, again, theirs = (
        Pairwise(home), Pairwise(home), Pairwise(tmp_path_factory.mktemp("other")),
    )  # fmt: skip
    tag = mine.tag(number)
    assert tag == again.tag(f" {number.lower()} ") != theirs.tag(number)
    assert mine.identifier(tag, party) == again.identifier(tag, party) != tag
    other = bytes([party[0] ^ 1]) + party[1:]
    assert mine.identifier(tag, party) != mine.identifier(tag, other)
    assert mine.identifier(tag, party) != theirs.identifier(tag, party)
