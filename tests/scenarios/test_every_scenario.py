"""
The refusals that all scenarios share, for each that ships and for one that governance
installed a minute ago: wrong role, malformed value, wrong state, replay.
"""

import re
import runpy
from pathlib import Path

import pytest

from huabiao.node.catalogue import founding_sources
from huabiao.stories import stories
from huabiao.testing import City, Stage
from huabiao.testing.spoiling import Spoiling

PAGE = Path(__file__).parents[2] / "docs/scenario.en.md"


def check_tried(ground: Spoiling, scenario: str) -> None:
    """Every kind of refusal that the Description makes possible was seen."""
    operations = ground.description(scenario)["operations"].values()
    expected = {"argument.malformed", "envelope.replayed"}
    if any("anyone" not in each["by"] for each in operations):
        expected.add("role.missing")
    if any(each["manner"] == "moves" for each in operations):
        expected.add("state.wrong")
    assert expected <= set(ground.tried), ground.tried


@pytest.mark.parametrize("scenario", stories())
def test_each_step_of_a_story_spoiled_is_refused(scenario: str, tmp_path: Path) -> None:
    city = City(tmp_path)
    ground = Spoiling(city)
    stories()[scenario](Stage(scenario, ground))
    ground.try_wrong_states()
    check_tried(ground, scenario)
    city.close()


def test_a_scenario_installed_a_minute_ago_is_tried_alike(tmp_path: Path) -> None:
    """The one of the documentation, on a chain that was founded without it."""
    files = dict(re.findall(
        r"<!-- file: (\S+) -->\n```python\n(.*?)^```$",
        PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL,
    ))  # fmt: skip
    story = tmp_path / "story.py"
    story.write_text(files["street_repair_story.py"], "utf-8")
    city = City(tmp_path / "city", sources=founding_sources())
    change = {"action": "install_contract", "source": files["street_repair.py"]}
    city.call(city.admin, "governance", "propose", "p", **change)
    city.call(city.admin, "governance", "approve", "p")
    ground = Spoiling(city)
    runpy.run_path(str(story))["walk"](Stage("street_repair", ground))
    ground.try_wrong_states()
    check_tried(ground, "street_repair")
    city.close()
