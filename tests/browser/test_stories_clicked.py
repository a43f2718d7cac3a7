"""
Each of the eight stories clicked through by its roles, in a real browser.

Every step of `huabiao.stories` is done through the pages, the refusals too. Two stories
with most kinds of fields between them are clicked in each run; `make test-network`
clicks the other six.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
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


def test_an_open_form_with_rows_is_for_everybody(
    bare_node: BareNode, browser: Browser
) -> None:
    """No finding of axe, and no wider than a telephone."""
    ground = ClickedGround(bare_node, browser)
    ground.grant("e_bill", "issuer", "表单馆")
    page = ground.enter("表单馆").page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{bare_node.url}/scenarios/e_bill")
    page.locator("summary", has=page.locator("code:text-is('issue')")).click()
    rows = page.locator("#act-issue [data-widget=rows]")
    for _ in range(2):
        rows.locator("[data-add]").click()
    assert rows.locator("[data-row]").count() == 2
    rows.locator("[data-drop]").first.click()
    assert rows.locator("[data-row]").count() == 1
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], each["nodes"][0]["html"][:120]) for each in found]
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0
    ground.close()
