"""Who may see a record: every rule of huabiao.doors.visibility, one by one."""

from typing import Any

import pytest

from huabiao.doors.visibility import Subject, is_public_part, may_see

PARTY, ACTOR, OTHER, BUREAU, CITY = (bytes([n]) * 20 for n in range(1, 6))


class Roles:
    """Two supervisors: one of the scenario, one of the whole city."""

    def holds_role(self, contract: str, role: str, account: bytes) -> bool:
        return (contract, role, account) in (
            ("trade", "supervisor", BUREAU),
            ("supervision", "supervisor", CITY),
            ("other", "supervisor", OTHER),
        )


def sight(visible: str, viewer: bytes | None) -> Any:
    description = {"name": "trade", "visible": visible, "public": ["kind"]}
    record = Subject("r1", lambda: {PARTY}, lambda account: account == ACTOR)
    return may_see(description, record, viewer, Roles())


@pytest.mark.parametrize("viewer", [None, PARTY, OTHER])
def test_what_is_public_everyone_sees(viewer: bytes | None) -> None:
    assert sight("public", viewer).whole


@pytest.mark.parametrize("viewer", [PARTY, ACTOR, BUREAU, CITY])
def test_parties_actors_and_supervisors_see_all(viewer: bytes) -> None:
    assert sight("parties", viewer).whole


@pytest.mark.parametrize("viewer", [None, OTHER])
def test_strangers_see_the_public_fields_only(viewer: bytes | None) -> None:
    seen = sight("parties", viewer)
    assert not seen.whole
    assert seen.of({"kind": "a", "price": 1}) == {"kind": "a"}


@pytest.mark.parametrize(
    ("viewer", "whole"), [(PARTY, False), (ACTOR, False), (BUREAU, True), (CITY, True)]
)
def test_for_supervision_means_supervisors_alone(viewer: bytes, whole: bool) -> None:
    assert sight("supervision", viewer).whole is whole


def test_parties_and_actors_are_not_asked_for_in_vain() -> None:
    def never(*asked: object) -> Any:
        raise AssertionError("a question that nobody needed")

    description = {"name": "trade", "visible": "parties", "public": []}
    party, unread = Subject("r", lambda: {PARTY}, never), Subject("r", never, never)
    assert may_see(description, party, PARTY, Roles()).whole
    assert may_see(description, unread, BUREAU, Roles()).whole
    assert not may_see(description, unread, None, Roles()).whole


def test_a_part_is_public_where_it_is_listed_and_no_field_has_its_name() -> None:
    records = {"Trade": {"fields": {"kind": {}, "books": {}}}}
    description = {"public": ["kind", "totals", "books"], "record": "Trade"}
    described = description | {"records": records}
    seen = [is_public_part(described, part) for part in ("totals", "books", "other")]
    assert seen == [True, False, False]
    assert is_public_part(description | {"record": None, "records": {}}, "books")
