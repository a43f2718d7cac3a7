"""Every story runs, in both suites, and walks the whole of its scenario."""

from importlib import resources
from pathlib import Path

import pytest

from huabiao.crypto.suite import SUITES
from huabiao.node.catalogue import shipped_sources
from huabiao.stories import stories
from huabiao.testing import City, CityGround, Stage, not_walked, unbalanced
from huabiao.testing.coverage import refusal_codes
from huabiao.testing.stage import Astray

SCENARIOS = {
    entry.name.removesuffix(".py"): entry.read_text("utf-8")
    for entry in resources.files("huabiao.scenarios").iterdir()
    if entry.name.endswith(".py") and not entry.name.startswith("_")
}
PLATFORM = [each for each in shipped_sources() if each not in SCENARIOS.values()]


def stage_for(scenario: str, folder: Path, suite: str = "intl") -> Stage:
    sources = [*PLATFORM, SCENARIOS[scenario]]
    return Stage(scenario, CityGround(City(folder, suite, sources)))


def test_each_scenario_has_a_story():
    assert set(stories()) == set(SCENARIOS) and SCENARIOS


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_story_walks_the_whole_of_its_scenario(scenario, suite, tmp_path):
    stage = stage_for(scenario, tmp_path, suite)
    stories()[scenario](stage)
    assert not_walked(stage, SCENARIOS[scenario]) == []
    assert unbalanced(stage.ground.city) == []


def test_a_story_that_was_cut_off_can_be_walked_again(tmp_path):
    stage = stage_for("hazardous_waste", tmp_path)
    plant = stage.actor("某化工厂", "generator")
    load = stage.case("京危废-2026-0001")
    plant.does("draft", load, waste_code="900-041-49", declared=5)
    stories()["hazardous_waste"](stage)
    assert [case.key for case in stage.cases][1:] == [
        "京危废-2026-0001-2", "京危废-2026-0002",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "scenario", ["action_plan", "e_bill", "one_stop", "real_estate"]
)
def test_what_is_no_record_is_not_in_a_second_walks_way(scenario, tmp_path):
    stage = stage_for(scenario, tmp_path)
    stories()[scenario](stage)
    stories()[scenario](stage)


def test_what_a_story_left_out_is_named(tmp_path):
    stage = stage_for("hazardous_waste", tmp_path)
    plant = stage.actor("某化工厂", "generator")
    load = stage.case("m1")
    plant.does("draft", load, waste_code="900-041-49", declared=5)
    missing = " ".join(not_walked(stage, SCENARIOS["hazardous_waste"]))
    for left_out in ("collect", "heavier", "party.other", "disposed", "state.wrong"):
        assert left_out in missing
    assert "draft" not in missing


def test_a_step_that_ends_otherwise_stops_the_story(tmp_path):
    stage = stage_for("hazardous_waste", tmp_path)
    plant = stage.actor("某化工厂", "generator")
    load = stage.case("m1")
    draft = {"waste_code": "900-041-49", "declared": 5}
    with pytest.raises(Astray, match="waste.code"):
        plant.refused("waste.code", "draft", load, **draft)
    with pytest.raises(Astray, match="record.exists"):
        plant.does("draft", load, **draft)
    with pytest.raises(Astray, match="drafted"):
        load.stands("moving")
    with pytest.raises(Astray, match="declared"):
        load.stands("drafted", declared=6)


def test_codes_are_read_from_every_form_of_refusal():
    source = (
        "require(a, 'x', code='one')\nrequire(a, 'x')\n"
        "refuse('x', code='two')\nself.refuse('x', code='three')\nother(code='no')\n"
    )
    assert refusal_codes(source) == {"one", "rule", "two", "three"}
