"""
People act with keys that only their browser has: made there, brought in, and signing.
"""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from clicked_ground import ClickedGround, click_through
from played_city import BareNode
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto import keystore
from huabiao.crypto.address import address
from huabiao.crypto.keys import Keys
from huabiao.crypto.suite import SUITES
from huabiao.crypto.suite import suite as suite_named
from huabiao.doors.cli import main

PASSPHRASE = "a passphrase of mine"
SIGN = """async ([file, passphrase, message]) => {
  const { hex, openKeyFile, parseKeyFile, unhex } = window.huabiao;
  const signer = await openKeyFile(parseKeyFile(file), passphrase);
  return hex(signer.sign(unhex(message)));
}"""
MAKE = """([suite, passphrase, founding]) =>
  huabiao.makeKeyFile(suite, '某人', passphrase, founding)"""


@pytest.fixture
def citizen(browser: Browser) -> BrowserContext:
    context = browser.new_context(locale="zh-CN", accept_downloads=True)
    yield context
    context.close()


def grant(node: BareNode, role: str, account: bytes) -> None:
    with Remote(node.url) as city:
        operator = open_identity(node.home, "operator", city.suite_name)
        outcome = city.send(
            operator,
            call(
                "governance", "grant_role", "test", scenario="hazardous_waste",
                role=role, account=account,
            ),
        )  # fmt: skip
        assert outcome.accepted, outcome


def sign(page: Page, passphrase: str = PASSPHRASE) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("口令").fill(passphrase)
    dialog.get_by_role("button", name="签署").click()


def enter(page: Page, node: BareNode) -> None:
    page.goto(f"{node.url}/keys")
    page.get_by_role("button", name="用密钥登录").click()
    sign(page)
    page.wait_for_url("**/me")


def test_a_key_is_made_in_the_browser_and_opens_in_python(
    citizen: BrowserContext, bare_node: BareNode, tmp_path: Path
) -> None:
    page = citizen.new_page()
    page.goto(f"{bare_node.url}/keys")
    page.get_by_label("名称").fill("某化工厂")
    page.get_by_label("口令（至少").fill(PASSPHRASE)
    with page.expect_download() as download:
        page.get_by_role("button", name="新建并另存").click()
    file = tmp_path / "plant.json"
    download.value.save_as(file)
    keys = keystore.load(file, PASSPHRASE)
    assert keys.name == "某化工厂"
    with pytest.raises(keystore.WrongPassphrase):
        keystore.load(file, "another")

    grant(bare_node, "generator", keys.account)
    enter(page, bare_node)
    draft(page, bare_node, "浏览器-1")
    assert page.get_by_role("heading", name="浏览器-1").is_visible()
    assert page.get_by_text("已填报").first.is_visible()


def draft(page: Page, node: BareNode, id_: str, code: str = "900-041-49") -> None:
    page.goto(f"{node.url}/scenarios/hazardous_waste")
    page.locator("summary", has_text="填报联单").click()
    form = page.locator("#act-draft")
    form.get_by_label("编号").fill(id_)
    form.locator("[name=waste_code]").fill(code)
    form.locator("[name=declared]").fill("1000")
    form.get_by_role("button").click()
    told = page.get_by_role("dialog").locator("dl").inner_text()
    assert "填报联单 · draft (hazardous_waste.draft)" in told
    assert "申报重量 · declared" in told
    sign(page)
    page.wait_for_url("**/scenarios/hazardous_waste/*")


def brought(
    page: Page, node: BareNode, name: str, tmp_path: Path, days: int = 730
) -> Keys:
    """A key file as the command line writes it, brought into the browser."""
    file = tmp_path / f"{name}.json"
    with Remote(node.url) as city:
        keys = keystore.create(file, city.suite_name, name, PASSPHRASE, days)
    page.goto(f"{node.url}/keys")
    bring_in(page, file, keys)
    return keys


def bring_in(page: Page, file: Path, keys: Keys) -> None:
    page.locator("#bring-file").set_input_files(file)
    page.get_by_role("button", name="带入").click()
    page.locator("#keys").get_by_text(keys.public.hex()[:24]).wait_for()


def test_the_last_thirty_days_of_a_key_are_told_with_a_way_that_works(
    citizen: BrowserContext, bare_node: BareNode, tmp_path: Path
) -> None:
    page, wallets = citizen.new_page(), tmp_path / "wallets"
    wallets.mkdir()
    told = page.locator("#keys .notice:visible")
    brought(page, bare_node, "还早", wallets, days=32)
    assert told.count() == 0
    old = brought(page, bare_node, "将到期", wallets, days=30)
    assert told.count() == 1
    for words in ("三十天内到期", "ends within thirty days"):
        assert words in told.inner_text()
    # What is told to do, done: another key for the same account, and no notice of it.
    given = {"HUABIAO_PASSPHRASE": PASSPHRASE, "HUABIAO_HOME": str(tmp_path)}
    rotate = ["key", "rotate", old.name, "--url", bare_node.url]
    done = CliRunner().invoke(main, rotate, env=given)
    assert done.exit_code == 0, done.output
    new = keystore.load(wallets / "将到期.json", PASSPHRASE)
    assert new.account == old.account and new.public != old.public
    bring_in(page, wallets / "将到期.json", new)
    assert told.count() == 1 and page.locator("#keys li").count() == 3


def test_what_is_not_open_says_why_and_a_refusal_says_what_to_do(
    citizen: BrowserContext, bare_node: BareNode, tmp_path: Path
) -> None:
    page = citizen.new_page()
    truck = brought(page, bare_node, "某运输公司", tmp_path)
    grant(bare_node, "generator", truck.account)
    enter(page, bare_node)
    draft(page, bare_node, "浏览器-2")
    page.locator("summary", has_text="还不能办的").click()
    assert page.get_by_text("须有角色“运输单位”").is_visible()

    grant(bare_node, "carrier", truck.account)
    page.reload()
    page.locator("summary", has_text="起运").click()
    form = page.locator("#act-collect")
    weigh_wrongly(page, form)
    form.locator("[name=weighed]").fill("1200")
    form.get_by_role("button").click()
    sign(page, "not this one")
    page.get_by_role("dialog").get_by_text("口令不对").wait_for()
    sign(page)
    form.get_by_text("超出申报").wait_for()
    form.locator("[name=weighed]").fill("1000")
    form.locator("[name=driver]").fill("张师傅 13800000000")
    form.get_by_role("button").click()
    sign(page)
    page.locator(".badge", has_text="运输中").first.wait_for()
    with Remote(bare_node.url) as city:
        seen = json.dumps(city.get("/api/scenarios/hazardous_waste/records/浏览器-2"))
    assert "张师傅" not in seen, "a personal value went to the vault, not on the chain"


def weigh_wrongly(page: Page, form: Locator) -> None:
    """A refusal is tied to its field; who thinks again keeps what he wrote."""
    weighed, button = form.locator("[name=weighed]"), form.get_by_role("button")
    weighed.fill("9" * 30)
    button.click()
    sign(page)
    said = form.get_by_role("status")
    said.filter(has_text="weighed").wait_for()
    expect(weighed).to_be_focused()
    expect(weighed).to_have_attribute("aria-invalid", "true")
    expect(weighed).to_have_attribute(
        "aria-describedby", said.get_attribute("id") or ""
    )
    weighed.fill("12")
    button.click()
    expect(weighed).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(button).to_be_focused()
    expect(weighed).to_have_value("12")


@pytest.mark.parametrize("suite", SUITES)
def test_key_files_go_both_ways(
    suite: str, citizen: BrowserContext, bare_node: BareNode, tmp_path: Path
) -> None:
    page = citizen.new_page()
    page.goto(f"{bare_node.url}/keys")
    page.wait_for_function("window.huabiao")
    file, message = tmp_path / "theirs.json", b"what is signed"
    keys = keystore.create(file, suite, "某人", PASSPHRASE)
    asked = [file.read_text("utf-8"), PASSPHRASE, message.hex()]
    signature = bytes.fromhex(page.evaluate(SIGN, asked))
    assert keys.suite.verify(keys.public, message, signature)
    if suite in ("intl", "sm"):
        own = tmp_path / "own.json"
        own.write_text(page.evaluate(MAKE, [suite, PASSPHRASE, suite]), "utf-8")
        made = keystore.load(own, PASSPHRASE)
        assert not made.stands_for, "the account is that of the key's own suite"
        sealed = keys.suite.seal_to(made.recipient_public, b"for you", b"")
        assert keys.suite.open_from(made.recipient_secret, sealed, b"") == b"for you"


def test_a_key_made_after_a_change_of_suite_says_its_account(
    citizen: BrowserContext, bare_node: BareNode, tmp_path: Path
) -> None:
    page = citizen.new_page()
    page.goto(f"{bare_node.url}/keys")
    page.wait_for_function("window.huabiao")
    file = tmp_path / "later.json"
    file.write_text(page.evaluate(MAKE, ["intl", PASSPHRASE, "sm"]), "utf-8")
    made = keystore.load(file, PASSPHRASE)
    assert made.account == address(suite_named("sm").digest, made.public)


def test_a_node_that_asks_for_another_signature_gets_none(
    citizen: BrowserContext, bare_node: BareNode, tmp_path: Path
) -> None:
    page = citizen.new_page()
    plant = brought(page, bare_node, "某工厂", tmp_path)
    grant(bare_node, "generator", plant.account)
    enter(page, bare_node)

    def lie(route: Route) -> None:
        asked = route.request.post_data_json
        asked["calls"][0]["arguments"]["declared"] = "1"
        asked["calls"].append(asked["calls"][0])
        route.continue_(post_data=json.dumps(asked))

    sent: list[str] = []
    page.route("**/api/prepare", lie)
    page.on("request", lambda each: sent.append(each.url))
    page.goto(f"{bare_node.url}/scenarios/hazardous_waste")
    page.locator("summary", has_text="填报联单").click()
    form = page.locator("#act-draft")
    form.get_by_label("编号").fill("浏览器-3")
    form.locator("[name=waste_code]").fill("900-041-49")
    form.locator("[name=declared]").fill("1000")
    form.get_by_role("button").click()
    sign(page)
    form.get_by_text("没有签署").wait_for()
    assert not [url for url in sent if url.endswith("/signed")]


def test_a_story_of_bills_is_clicked_through_by_its_roles(
    bare_node: BareNode, browser: Browser
) -> None:
    """One of the eight in each run; see `test_stories_clicked`."""
    click_through("e_bill", bare_node, browser)


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
