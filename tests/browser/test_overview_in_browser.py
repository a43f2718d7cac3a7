"""The overview in a real browser: its parts change with the chain, and may be held."""

from played_city import BareNode
from playwright.sync_api import Browser, expect

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity


def grant_somebody(node: BareNode) -> None:
    """One envelope, and so one block."""
    with Remote(node.url) as city:
        operator = open_identity(node.home, "operator", city.suite_name)
        words = {"scenario": "hazardous_waste", "role": "carrier"}
        granted = call("governance", "grant_role", "t", **words, account=bytes(20))
        assert city.send(operator, granted).accepted


def test_the_overview_keeps_up_with_the_chain(
    bare_node: BareNode, browser: Browser
) -> None:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(bare_node.url)
    box, height = page.get_by_label("随新区块更新"), page.locator(".facts b").first
    shown = int(height.inner_text())
    look = "document.dispatchEvent(new Event('visibilitychange'))"  # as every 5 s
    box.uncheck()
    grant_somebody(bare_node)
    page.evaluate(look)
    assert int(height.inner_text()) == shown
    box.check()
    page.evaluate(look)
    expect(height).not_to_have_text(str(shown))
    newest = page.locator("[data-moves=blocks] a").first
    assert int(newest.inner_text()) > shown
    page.route("**/api/status", lambda route: route.abort())
    page.evaluate(look)
    page.get_by_text("连不上节点").wait_for()
