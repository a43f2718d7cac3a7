"""
Catalogs of two levels, docked: locked, told of changes, put back, withdrawn.

Start from a docked catalog, do one thing, expect one outcome on both chains.
"""

import ast

import pytest
from two_levels import CITY, DISTRICT, LOCKED, TwoLevels, catalog_calls, resource

from huabiao.codec import encode


@pytest.fixture
def levels(tmp_path):
    made = TwoLevels(tmp_path)
    for name, code in ((CITY, "C-UP"), (DISTRICT, "C-DOWN")):
        city = made[name]
        receipt = city.submit(city.cast("dept"), *catalog_calls(code, resource()))
        assert receipt.accepted, receipt.sentence
    made.act(CITY, "docking", "delegate", "D1", route=DISTRICT, catalog="C-UP",
             locked=LOCKED)  # fmt: skip
    made.carry_all()
    yield made
    made.close()


@pytest.fixture
def docked(levels):
    levels.act(DISTRICT, "docking", "dock", "D1", catalog="C-DOWN")
    levels.carry_all()
    return levels


def revise(levels, name, **changes):
    code = "C-UP" if name == CITY else "C-DOWN"
    levels.act(name, "directory", "revise_catalog", code, resource=resource(**changes))
    levels.carry_all()


def drifts(levels, name):
    found = levels.docking(name)
    return found["theirs"] != found["agreed"]


def test_what_is_delegated_waits_and_is_docked(levels):
    assert levels.docking(CITY)["state"] == "delegated"
    assert levels.docking(DISTRICT)["state"] == "waiting"
    levels.act(DISTRICT, "docking", "dock", "D1", catalog="C-DOWN")
    levels.carry_all()
    up, down = levels.docking(CITY), levels.docking(DISTRICT)
    assert up["state"] == down["state"] == "docked"
    assert (up["other"], down["other"]) == ("C-DOWN", "C-UP")
    assert up["theirs"] == down["told"] == encode(resource())


def test_a_catalog_that_differs_in_a_locked_field_is_not_docked(levels):
    for changes in (
        {"title": "其他"}, {"items": [["姓名", "N", 40]]}, {"grade": "general"},
    ):  # fmt: skip
        revise(levels, DISTRICT, **changes)
        levels.refused("docking.locked", DISTRICT, "docking", "dock", "D1",
                       catalog="C-DOWN")  # fmt: skip


def test_locked_fields_stay_and_others_are_the_districts_own(docked):
    changed = resource(title="改名")
    docked.refused("docking.locked", DISTRICT, "directory", "revise_catalog", "C-DOWN",
                   resource=changed)  # fmt: skip
    more = [["姓名", "C", 40], ["街道", "C", 20]]
    revise(docked, DISTRICT, items=more, cycle="weekly")
    assert drifts(docked, CITY) and not drifts(docked, DISTRICT)
    docked.act(CITY, "docking", "accept", "D1")
    docked.carry_all()
    assert not drifts(docked, CITY)
    digest = docked[DISTRICT].ledger.digest
    told = docked.docking(DISTRICT)
    assert told["accepted"] == docked[CITY].ledger.digest(told["told"])
    assert told["accepted"] != digest(b"")


def test_a_docked_catalog_is_not_retired(docked):
    for name, code in ((CITY, "C-UP"), (DISTRICT, "C-DOWN")):
        docked.refused("docked", name, "directory", "retire", code, level="catalog")


def test_the_district_follows_what_the_city_changed(docked):
    revise(docked, CITY, grade="core")
    assert drifts(docked, DISTRICT)
    docked.refused("docking.locked", DISTRICT, "docking", "accept", "D1")
    docked.refused("docking.locked", DISTRICT, "directory", "revise_catalog", "C-DOWN",
                   resource=resource(grade="general"))  # fmt: skip
    revise(docked, DISTRICT, grade="core")
    docked.act(DISTRICT, "docking", "accept", "D1")
    docked.carry_all()
    assert not drifts(docked, DISTRICT)
    docked.refused("docking.locked", DISTRICT, "directory", "revise_catalog", "C-DOWN",
                   resource=resource())  # fmt: skip


def test_what_is_put_back_is_no_drift(docked):
    revise(docked, CITY, grade="core")
    assert drifts(docked, DISTRICT)
    docked.act(DISTRICT, "docking", "ask_other", "D1", note="请恢复 put it back")
    docked.carry_all()
    assert docked.docking(CITY)["note"] == "请恢复 put it back"
    revise(docked, CITY)
    assert not drifts(docked, DISTRICT)
    docked.refused("docking.none", DISTRICT, "docking", "accept", "D1")


def test_an_older_change_that_comes_later_is_passed_over(docked):
    for grade in ("core", "general"):
        docked.act(CITY, "directory", "revise_catalog", "C-UP",
                   resource=resource(grade=grade))  # fmt: skip
    first = docked.numbers[CITY] + 1
    docked.carry(CITY, DISTRICT, first + 1)
    docked.carry(CITY, DISTRICT, first)
    assert docked.docking(DISTRICT)["theirs"] == encode(resource(grade="general"))


def test_only_the_city_withdraws_and_both_are_free(docked):
    docked.refused("docking.upper", DISTRICT, "docking", "withdraw", "D1")
    docked.act(CITY, "docking", "withdraw", "D1")
    docked.refused("docking.upper", CITY, "docking", "withdraw", "D1")
    docked.carry_all()
    assert docked.docking(CITY) == docked.docking(DISTRICT) == {}
    for name, code in ((CITY, "C-UP"), (DISTRICT, "C-DOWN")):
        docked.act(name, "directory", "retire", code, level="catalog")


def test_what_did_not_arrive_is_undone(levels):
    levels.act(DISTRICT, "docking", "dock", "D1", catalog="C-DOWN")
    levels.act(CITY, "docking", "withdraw", "D1")
    levels.carry(CITY, DISTRICT, 2)  # gone there, while its docking is under way
    levels.carry(DISTRICT, CITY, 1)
    assert levels.docking(CITY) == levels.docking(DISTRICT) == {}
    levels.act(DISTRICT, "directory", "retire", "C-DOWN", level="catalog")


def test_a_change_that_cannot_be_told_is_announced_later(docked):
    city = docked[CITY]
    city.grant("routes", "guard", city.admin)
    city.call(city.admin, "routes", "pause", DISTRICT, why="演练 drill")
    revise(docked, CITY, grade="core")
    assert not drifts(docked, DISTRICT)
    city.call(city.admin, "routes", "resume", DISTRICT)
    docked.act(CITY, "docking", "announce", "D1")
    docked.carry_all()
    assert drifts(docked, DISTRICT)
    docked.refused("docking.told", CITY, "docking", "announce", "D1")


def test_only_recognised_levels_delegate_and_only_their_owners(docked):
    docked.refused("entry.unknown", CITY, "docking", "delegate", "D2", route="tianjin",
                   catalog="C-UP", locked=LOCKED)  # fmt: skip
    docked.refused("docking.level", DISTRICT, "docking", "delegate", "D2", route=CITY,
                   catalog="C-DOWN", locked=LOCKED)  # fmt: skip
    docked.refused("docking.fields", CITY, "docking", "delegate", "D2", route=DISTRICT,
                   catalog="C-UP", locked=["provider"])  # fmt: skip
    city = docked[CITY]
    other = city.cast("other")
    city.grant("docking", "department", other)
    city.refused("owner.other", other, "docking", "accept", "D1")
    city.refused("owner.other", other, "docking", "delegate", "D2", route=DISTRICT,
                 catalog="C-UP", locked=LOCKED)  # fmt: skip


def test_the_fields_are_in_the_directorys_order(docked):
    contracts = docked[CITY].ledger.contracts
    records = contracts["directory"].description["records"]
    fields = ast.parse(contracts["locks"].source).body
    (named,) = [
        ast.literal_eval(each.value)
        for each in fields
        if isinstance(each, ast.Assign) and each.targets[0].id == "FIELDS"
    ]
    assert tuple(records["Resource"]["fields"]) == named
