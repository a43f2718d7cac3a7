"""The part `grants`: each test spoils one thing of a valid use and expects one code."""

from pathlib import Path
from typing import Any

import pytest
from civic import departments, granted, register_people, terms

from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import DAY, City

SOURCE = '''
"""Relief (社会救助): rests on the data of another department."""
from huabiao.contracts import Code, Grants, ListOf, Scenario, Text, Title, anyone, does


class Relief(Scenario):
    """Uses a grant."""

    title = Title(zh="救助", en="Relief")
    grants = Grants()

    @does(by=anyone)
    def assess(self, grant: Code, table: Code, fields: ListOf[Text]) -> None:
        """Assess a case by fields that were granted."""
        self.grants.check(grant, table, fields)
'''
NEEDED = (
    "Calendar", "Directory", "Levels", "Library", "Drift", "RefusedFetch", "Sharing",
)  # fmt: skip
USE: dict[str, Any] = {"grant": "g1", "table": "people", "fields": ["full_name"]}


@pytest.fixture
def town(tmp_path: Path) -> Any:
    platform = [
        source
        for source in shipped_sources()
        if any(f"class {name}(Scenario)" in source for name in NEEDED)
    ]
    city = City(tmp_path, sources=[*founding_sources(), *platform, SOURCE])
    owner, reader = departments(city, "人社局", "民政局")
    register_people(city, owner)
    granted(city, owner, reader)
    yield city, owner, reader
    city.close()


def test_a_grant_in_force_covers_its_fields(town: Any) -> None:
    city, owner, reader = town
    city.call(reader, "relief", "assess", **USE)
    both = USE | {"fields": ["full_name", "district"]}
    city.call(reader, "relief", "assess", **both)


def test_only_its_reader_uses_it_for_what_it_covers(town: Any) -> None:
    city, owner, reader = town
    city.refused("grant.other", owner, "relief", "assess", **USE)
    spoiled: list[tuple[dict[str, Any], str]] = [
        ({"grant": "g2"}, "record.unknown"),
        ({"table": "houses"}, "grant.fields"),
        ({"fields": ["full_name", "identity_number"]}, "grant.fields"),
        ({"fields": []}, "grant.fields"),
    ]
    for changes, code in spoiled:
        city.refused(code, reader, "relief", "assess", **USE | changes)


def test_it_ends_with_its_period(town: Any) -> None:
    city, _, reader = town
    city.pass_time(31 * DAY)
    city.refused("grant.period", reader, "relief", "assess", **USE)


def test_it_ends_when_either_side_revokes_it(town: Any) -> None:
    city, owner, reader = town
    city.call(owner, "sharing", "revoke", "g1", reason="用途已了")
    city.refused("state.wrong", reader, "relief", "assess", **USE)


def test_before_it_is_granted_and_before_it_begins(town: Any) -> None:
    city, owner, reader = town
    later = terms(city, since=city.now + DAY)
    asked = {
        "table": "people",
        "purpose": "核对",
        "legal_basis": "办法",
        "terms": later,
    }
    city.call(reader, "sharing", "request", "g3", **asked)
    use = USE | {"grant": "g3"}
    city.refused("state.wrong", reader, "relief", "assess", **use)
    city.call(owner, "sharing", "approve", "g3", terms=later)
    city.refused("grant.period", reader, "relief", "assess", **use)
    city.pass_time(DAY)
    city.call(reader, "relief", "assess", **use)
