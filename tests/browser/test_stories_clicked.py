"""
Each of the eight stories clicked through by its roles, in a real browser.

Every step of `huabiao.stories` is done through the pages, the refusals too. Two stories
with most kinds of fields between them are clicked in each run; `make test-network`
clicks the other six.
"""

import pytest
from clicked_ground import ClickedGround
from played_city import BareNode
from playwright.sync_api import Browser

from huabiao.stories import stories
from huabiao.testing.stage import Stage

EACH_TIME = ("e_bill", "relief_funds")
LATER = (
    "action_plan", "food_trace", "green_travel", "real_estate", "supply_chain_finance",
    "water_monitoring",
)  # fmt: skip


@pytest.mark.parametrize(
    "scenario",
    [*EACH_TIME, *(pytest.param(name, marks=pytest.mark.long) for name in LATER)],
)
def test_a_story_is_clicked_by_its_roles(
    scenario: str, bare_node: BareNode, browser: Browser
) -> None:
    ground = ClickedGround(bare_node, browser)
    stage = Stage(scenario, ground)
    stories()[scenario](stage)
    ground.close()
    done = {step.operation for step in stage.steps if step.code == "ok"}
    assert done, "a story without a step"
