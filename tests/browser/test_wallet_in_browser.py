"""A wallet on a telephone: a code made by the browser's key, redeemed, objected to."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from played_city import BareNode
from playwright.sync_api import Browser, Page

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto import keystore
from huabiao.crypto.address import show
from huabiao.crypto.keys import Keys

PASSPHRASE = "a passphrase of mine"
TELEPHONE = {"width": 360, "height": 740}
PURPOSE = "开户"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="zh-CN", viewport=TELEPHONE, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def sign(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("口令").fill(PASSPHRASE)
    dialog.get_by_role("button", name="签署").click()


def licensed(node: BareNode, holder: Keys) -> Keys:
    """A licence of the holder's; the office that may redeem its codes."""
    with Remote(node.url) as city:
        operator = open_identity(node.home, "operator", city.suite_name)
        bureau, office = (
            open_identity(node.home, name, city.suite_name, make=True)
            for name in ("bureau", "office")
        )
        for role, keys in (("department", bureau), ("clerk", office)):
            granted = call(
                "governance", "grant_role", "test", scenario="licences", role=role,
                account=keys.account,
            )  # fmt: skip
            assert city.send(operator, granted).accepted
        written = {
            "licence_type": "营业执照", "holder": show(holder.account),
            "entries": ["name", "scope"], "until": "2099-01-01T00:00:00Z",
            "content": json.dumps({"name": "某小店", "scope": "食品"}),
        }  # fmt: skip
        issued = city.call(
            bureau, "licences", "issue", "L-1", written, subject=holder.account
        )
        assert issued.accepted, issued
    return office


def enter(page: Page, node: BareNode, tmp_path: Path) -> Keys:
    """A key brought into the browser, and signed in with."""
    with Remote(node.url) as city:
        keys = keystore.create(
            tmp_path / "me.json", city.suite_name, "某店主", PASSPHRASE
        )
    page.goto(f"{node.url}/keys")
    page.locator("#bring-file").set_input_files(tmp_path / "me.json")
    page.get_by_role("button", name="带入").click()
    page.locator("#keys").get_by_text("某店主").wait_for()
    page.get_by_role("button", name="用密钥登录").click()
    sign(page)
    page.wait_for_url("**/me")
    return keys


def redeemed(node: BareNode, office: Keys, digits: str) -> dict[str, object]:
    """What the office sees for the digits that it was told."""
    with Remote(node.url) as city:
        city = city.as_(office)
        asked = {"code": digits, "purpose": PURPOSE}
        told = city.post("/api/licences/redeem", asked)
        written = {"secret": told["secret"], "purpose": PURPOSE}
        outcome = city.call(office, "licences", "redeem", "", written)
        assert outcome.accepted, outcome
        return city.get("/api/licences/shown", use=told["use"])["fields"]


def make_code(page: Page) -> str:
    page.locator("summary", has_text="生成授权码").click()
    form = page.locator("#code-1")
    form.get_by_label("用途").fill(PURPOSE)
    form.get_by_label("name").check()
    form.get_by_role("button").click()
    sign(page)
    code = form.locator("output")
    code.filter(has_text=" ").wait_for()
    return code.inner_text().replace(" ", "")


def test_a_code_is_made_shown_and_its_use_objected_to(
    telephone: Page, bare_node: BareNode, tmp_path: Path
) -> None:
    page, faults = telephone, []
    page.on("pageerror", lambda error: faults.append(str(error)))
    office = licensed(bare_node, enter(page, bare_node, tmp_path))
    page.reload()
    digits = make_code(page)
    assert len(digits) == 8 and digits.isdigit()
    page.reload()
    assert page.locator("#take-back-1").is_visible()
    assert digits not in page.content(), "the digits are shown once"
    assert redeemed(bare_node, office, digits) == {"name": "某小店"}

    page.reload()
    page.locator("summary", has_text="提出异议").click()
    page.locator("#object-1-1").get_by_label("原因").select_option("not_me")
    page.locator("#object-1-1").get_by_role("button").click()
    sign(page)
    page.get_by_text("已提异议").wait_for()

    assert page.evaluate(TOO_WIDE) <= 0
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], each["nodes"][0]["html"][:120]) for each in found]
    assert faults == []

    page.get_by_role("button", name="全部结束").click()
    page.get_by_label("令牌").wait_for()


def test_an_unused_code_is_taken_back(
    telephone: Page, bare_node: BareNode, tmp_path: Path
) -> None:
    page = telephone
    me = enter(page, bare_node, tmp_path)
    office = open_identity(bare_node.home, "office", me.suite.name)
    with Remote(bare_node.url) as city:
        bureau = open_identity(bare_node.home, "bureau", me.suite.name)
        written = {
            "licence_type": "食品经营许可证", "holder": show(me.account),
            "entries": ["name"], "until": "2099-01-01T00:00:00Z", "content": "{}",
        }  # fmt: skip
        assert city.call(bureau, "licences", "issue", "L-2", written).accepted
    page.reload()
    digits = make_code(page)
    page.reload()
    page.locator("#take-back-1").get_by_role("button").click()
    sign(page)
    page.locator("#take-back-1").wait_for(state="detached")
    with Remote(bare_node.url) as city, pytest.raises(Exception, match="cannot be"):
        asked = {"code": digits, "purpose": PURPOSE}
        city.as_(office).post("/api/licences/redeem", asked)
