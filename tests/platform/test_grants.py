"""
Requests and grants. Each test starts from a valid case, spoils one thing and expects
one code.
"""

from typing import Any

import pytest
from civic import (
    ask_for_people,
    departments,
    receipt,
    register_people,
    terms,
)

from huabiao.client.signing import call
from huabiao.testing.city import DAY, HOUR, City

Town = tuple[City, Any, Any, Any]


@pytest.fixture
def town(tmp_path: Any) -> Any:
    city = City(tmp_path)
    owner, reader, other = departments(city, "人社局", "民政局", "交通委")
    register_people(city, owner)
    yield city, owner, reader, other
    city.close()


def test_a_request_waits_for_its_owner(town: Town) -> None:
    city, owner, reader, _ = town
    ask_for_people(city, reader)
    record = city.record("sharing", "g1")
    assert record["state"] == "requested"
    assert (record["owner"], record["reader"]) == (owner.account, reader.account)
    assert record["catalog"] == "SI-PEOPLE"
    # ten weekdays are two weeks
    today = (city.now + 8 * HOUR) // DAY
    assert record["answer_by"] - today in (14, 15, 16)
    assert (record["answer_by"] + 3) % 7 < 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"columns": []}, "columns"),
        ({"columns": ["nowhere"]}, "columns"),
        ({"conditions": [["nowhere", "eq", ["1"]]]}, "columns"),
        ({"conditions": [["district", "eq", []]]}, "conditions"),
        ({"conditions": [["district", "in", []]]}, "conditions"),
        ({"conditions": [["district", "is_null", ["x"]]]}, "conditions"),
        ({"conditions": [["district", "like", ["x"]]]}, "argument.malformed"),
        ({"until": 0}, "period"),
        ({"until": 2_000_000_000_000}, "period"),
        ({"requests_a_minute": 0}, "rate"),
        ({"rows_a_request": 0}, "rate"),
        ({"rows_a_request": 1_001}, "rate"),
    ],
)
def test_terms_that_cannot_be_served(town: Town, changes: Any, code: str) -> None:
    city, _, reader, _ = town
    city.refused(
        code, reader, "sharing", "request", "g1", table="people", purpose="p",
        legal_basis="l", terms=terms(city, **changes),
    )  # fmt: skip


def test_a_request_says_why_and_by_which_law(town: Town) -> None:
    city, _, reader, _ = town
    for purpose, basis in (("", "l"), ("p", ""), ("长" * 501, "l")):
        city.refused(
            "purpose", reader, "sharing", "request", "g1", table="people",
            purpose=purpose, legal_basis=basis, terms=terms(city),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"columns": ["full_name", "identity_number"]}, "columns"),
        ({"conditions": []}, "conditions"),
        ({"conditions": [["district", "eq", ["110102"]]]}, "conditions"),
        ({"requests_a_minute": 61}, "rate"),
        ({"rows_a_request": 101}, "rate"),
        ({"rows_a_day": 1_001}, "rate"),
        ({"way": "file"}, "way"),
    ],
)
def test_a_grant_is_no_wider_than_the_request(
    town: Town, changes: Any, what: str
) -> None:
    city, owner, reader, _ = town
    since = city.now
    ask_for_people(city, reader)
    spoiled = terms(city, **{"since": since, "until": since + DAY, **changes})
    city.refused(
        f"grant.wider.{what}", owner, "sharing", "approve", "g1", terms=spoiled
    )


def test_a_grant_stays_inside_the_period_that_was_asked_for(town: Town) -> None:
    city, owner, reader, _ = town
    ask_for_people(city, reader)
    asked = city.record("sharing", "g1")["asked"]
    for since, until in ((asked[2] - 1, asked[3]), (asked[2], asked[3] + 1)):
        spoiled = terms(city, since=since, until=until)
        city.refused(
            "grant.wider.period", owner, "sharing", "approve", "g1", terms=spoiled
        )


def test_a_narrower_grant_is_given(town: Town) -> None:
    city, owner, reader, _ = town
    ask_for_people(city, reader)
    narrower = terms(
        city,
        columns=["full_name"],
        conditions=[
            ["registered", "ge", ["2020-01-01"]],
            ["district", "eq", ["110101"]],
        ],
        until=city.now + DAY,
        rows_a_request=50,
    )  # fmt: skip
    city.call(owner, "sharing", "approve", "g1", terms=narrower)
    record = city.record("sharing", "g1")
    assert (record["state"], record["granted"]) == ("granted", narrower)


def test_only_the_owner_answers_and_either_side_ends(town: Town) -> None:
    city, owner, reader, other = town
    ask_for_people(city, reader)
    for somebody in (reader, other):
        city.refused(
            "party.other", somebody, "sharing", "approve", "g1", terms=terms(city)
        )
        city.refused("party.other", somebody, "sharing", "decline", "g1", reason="x")
    city.call(
        owner, "sharing", "approve", "g1", terms=city.record("sharing", "g1")["asked"]
    )
    city.refused("party.other", other, "sharing", "revoke", "g1", reason="x")
    city.refused("reason", owner, "sharing", "revoke", "g1", reason="")
    city.call(reader, "sharing", "revoke", "g1", reason="不再需要")
    assert city.record("sharing", "g1")["state"] == "revoked"
    city.refused(
        "state.wrong", owner, "sharing", "receipt", "g1", **receipt(city, reader)
    )


def test_unconditional_data_are_claimed_at_once(tmp_path: Any) -> None:
    city = City(tmp_path)
    owner, reader = departments(city, "人社局", "民政局")
    register_people(city, owner, sharing="unconditional")
    request = call(
        "sharing", "request", "g1", table="people", purpose="p", legal_basis="l",
        terms=terms(city),
    )  # fmt: skip
    assert city.submit(reader, request, call("sharing", "claim", "g1")).accepted
    assert city.record("sharing", "g1")["state"] == "granted"
    city.call(owner, "sharing", "receipt", "g1", **receipt(city, reader))
    city.close()


def test_conditional_data_are_not_claimed(town: Town) -> None:
    city, _, reader, _ = town
    ask_for_people(city, reader)
    city.refused("conditional", reader, "sharing", "claim", "g1")


def test_what_is_not_shared_shows_its_legal_basis(tmp_path: Any) -> None:
    city = City(tmp_path)
    owner, reader = departments(city, "人社局", "民政局")
    register_people(city, owner, sharing="not_shared", legal_basis="某法第九条")
    sentence = city.refused(
        "not_shared", reader, "sharing", "request", "g1", table="people", purpose="p",
        legal_basis="l", terms=terms(city),
    )  # fmt: skip
    assert "某法第九条" in sentence
    city.close()
