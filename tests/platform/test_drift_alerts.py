"""Drift: who reports, what stands, and what the owner's answer needs."""

from typing import Any

import pytest
from civic import (
    column,
    departments,
    people_columns,
    register_people,
    structure,
)

from huabiao.client.signing import call
from huabiao.testing.city import City

GONE = bytes(32)
Town = tuple[City, Any, Any, Any]


@pytest.fixture
def town(tmp_path: Any) -> Any:
    city = City(tmp_path)
    owner, other = departments(city, "人社局", "民政局")
    scanner = city.cast("扫描器")
    city.grant("drift", "scanner", scanner)
    register_people(city, owner)
    yield city, owner, other, scanner
    city.close()


def changed(city: City) -> tuple[list[Any], list[Any]]:
    """The structure and the columns of the table after a column was dropped."""
    columns = people_columns()[:-1]
    return structure(city, columns), columns


def drift(city: City, **changes: Any) -> dict[str, Any]:
    """A report's arguments."""
    facts: dict[str, Any] = {
        "table": "people",
        "system": "SI-SYS",
        "changes": [["column dropped", "registered", "date", "", "alert", "删了。"]],
        "structure": changed(city)[0][10],
    }
    return facts | changes


def again(city: City, **changes: Any) -> dict[str, Any]:
    facts = drift(city, **changes)
    return {name: facts[name] for name in ("changes", "structure")}


def test_an_appointed_scanner_reports_and_no_other(town: Town) -> None:
    city, owner, other, scanner = town
    facts = drift(city)
    city.refused("reporter.other", scanner, "drift", "report", "a1", **facts)
    city.refused("reporter.other", other, "drift", "report", "a1", **facts)
    city.call(owner, "drift", "appoint", scanner=scanner.account)
    city.call(scanner, "drift", "report", "a1", **facts)
    alert = city.record("drift", "a1")
    assert (alert["state"], alert["owner"]) == ("raised", owner.account)
    city.call(owner, "drift", "dismiss", scanner=scanner.account)
    city.refused("reporter.other", scanner, "drift", "see_again", "a1", **again(city))


def test_a_table_has_one_standing_alert(town: Town) -> None:
    city, owner, _, _ = town
    city.call(owner, "drift", "report", "a1", **drift(city))
    city.refused("drift.standing", owner, "drift", "report", "a2", **drift(city))
    city.call(owner, "drift", "see_again", "a1", **again(city))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"changes": []}, "drift.changes"),
        ({"system": "elsewhere"}, "entry.unknown"),
    ],
)
def test_a_report_says_what_and_where(town: Town, changes: Any, code: str) -> None:
    city, owner, _, _ = town
    city.refused(code, owner, "drift", "report", "a1", **drift(city, **changes))


def test_what_is_as_registered_is_no_drift(town: Town) -> None:
    city, owner, _, _ = town
    same = structure(city, people_columns())[10]
    city.refused(
        "drift.none", owner, "drift", "report", "a1", **drift(city, structure=same)
    )


def test_a_table_of_another_system_is_not_reported_on(town: Town) -> None:
    city, _, other, _ = town
    city.call(
        other, "directory", "register_duty", "D2",
        office="o", title="t", legal_source="l",
    )  # fmt: skip
    city.call(other, "directory", "register_system", "S2", duty="D2", title="t")
    city.refused(
        "drift.system", other, "drift", "report", "a1", **drift(city, system="S2")
    )


def test_acceptance_registers_what_the_scan_saw(town: Town) -> None:
    city, owner, other, _ = town
    city.call(owner, "drift", "report", "a1", **drift(city))
    city.refused("drift.unregistered", owner, "drift", "accept", "a1")
    city.refused("party.other", other, "drift", "accept", "a1")
    found, columns = changed(city)
    revise = call("library", "revise_table", "people", structure=found, columns=columns)
    assert city.submit(owner, revise, call("drift", "accept", "a1")).accepted
    assert city.record("drift", "a1")["state"] == "accepted"
    assert city.read("drift/current/people") is None
    assert city.read("library/tables/people")[7] == 2


def test_acceptance_of_another_structure_changes_nothing(town: Town) -> None:
    city, owner, _, _ = town
    city.call(owner, "drift", "report", "a1", **drift(city))
    columns = [*people_columns(), column("extra")]
    revise = call(
        "library", "revise_table", "people",
        structure=structure(city, columns), columns=columns,
    )  # fmt: skip
    assert city.submit(owner, revise, call("drift", "accept", "a1")).code == (
        "drift.unregistered"
    )
    assert city.read("library/tables/people")[7] == 1


def test_a_repair_is_believed_when_a_scan_saw_it(town: Town) -> None:
    city, owner, _, _ = town
    same = structure(city, people_columns())[10]
    city.call(owner, "drift", "report", "a1", **drift(city))
    city.refused("drift.note", owner, "drift", "repair", "a1", note="")
    city.call(owner, "drift", "repair", "a1", note="从备份恢复该列")
    city.refused(
        "drift.differs", owner, "drift", "confirm", "a1",
        structure=drift(city)["structure"],
    )  # fmt: skip
    city.call(owner, "drift", "see_again", "a1", **again(city))
    assert city.record("drift", "a1")["state"] == "raised"
    city.call(owner, "drift", "repair", "a1", note="再次恢复")
    city.call(owner, "drift", "confirm", "a1", structure=same)
    assert city.record("drift", "a1")["state"] == "repaired"
    city.call(owner, "drift", "report", "a2", **drift(city))


def test_a_dropped_table_is_accepted_by_retiring_it(town: Town) -> None:
    city, owner, _, _ = town
    city.call(owner, "drift", "report", "a1", **drift(city, structure=GONE))
    retire = call("library", "retire_table", "people")
    assert city.submit(owner, retire, call("drift", "accept", "a1")).accepted


def test_a_new_table_is_accepted_by_registering_it(town: Town) -> None:
    city, owner, _, _ = town
    columns = [column("a")]
    found = structure(city, columns, name="new")
    city.call(
        owner, "drift", "report", "a1",
        **drift(city, table="new", structure=found[10]),
    )  # fmt: skip
    register = call(
        "library", "register_table", "new", catalog="SI-PEOPLE", system="SI-SYS",
        structure=found, columns=columns,
    )  # fmt: skip
    assert city.submit(owner, register, call("drift", "accept", "a1")).accepted


def test_a_new_table_that_goes_away_again_is_no_drift(town: Town) -> None:
    city, owner, _, _ = town
    found = structure(city, [column("a")], name="new")
    city.call(
        owner, "drift", "report", "a1",
        **drift(city, table="new", structure=found[10]),
    )  # fmt: skip
    city.call(owner, "drift", "confirm", "a1", structure=GONE)
    assert city.record("drift", "a1")["state"] == "repaired"
