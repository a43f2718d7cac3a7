"""
Each of the eight stories clicked through by its roles, in a real browser.

Every step of `huabiao.stories` is done through the pages, the refusals too. A step
takes seconds on a busy machine: seven are clicked by `make test-network`, the eighth in
each run, in `test_acting_in_browser`, where a node and a browser stand already.
"""

import pytest
from clicked_ground import click_through
from played_city import BareNode
from playwright.sync_api import Browser

LATER = (
    "action_plan", "food_trace", "green_travel", "real_estate", "relief_funds",
    "supply_chain_finance", "water_monitoring",
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("scenario", LATER)
def test_a_story_is_clicked_by_its_roles(
    scenario: str, bare_node: BareNode, browser: Browser
) -> None:
    click_through(scenario, bare_node, browser)
