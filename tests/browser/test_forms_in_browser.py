"""
Fields that help: a party found by name, a value sealed here and revealed later.

By keyboard alone, in one language or the other; what a page may ask stays as strict.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from clicked_ground import ClickedGround, Person
from played_city import BareNode
from playwright.sync_api import Browser, Page

from huabiao.client.remote import Remote
from huabiao.codec import (
    Bytes,
    Code,
    Count,
    Day,
    Digest,
    Fen,
    Flag,
    Instant,
    Kind,
    ListOf,
    Malformed,
    Maybe,
    Number,
    OneOf,
    Party,
    Record,
    Text,
    encode,
)
from huabiao.crypto.address import show

SCENE, CLAIM, PRICE = "supply_chain_finance", "密封-0001", 68_600_000
MAKER, BUYER, BANK, OTHER = "供应商甲", "核心企业乙", "资金方丙", "供应商丁"
TERMS = {"face": 100_000_000, "due": "2999-01-01", "invoice": "5a" * 32}
NUMBER = """(() => {
  const found = document.querySelectorAll("a[href], button, input, select, textarea,"
    + "summary, [tabindex='0']");
  const seen = [...found].filter((each) => each.checkVisibility() && !each.disabled);
  seen.forEach((each, number) => { each.dataset.number = number; });
  return seen.length;
})()"""
FOCUSED = """(() => {
  const at = document.activeElement;
  return [at.dataset.number, getComputedStyle(at).outlineStyle, at.outerHTML];
})()"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STORED = """asked => asked.map(written => {
  const { hex, encode, plain } = window.huabiao;
  try {
    return hex(encode(plain("Offer", written, KINDS)));
  } catch (error) {
    return error.message;
  }
})"""


class Item(Record):
    what: Code
    much: Number = -1


class Offer(Record):
    """One field of each kind that is sealed."""

    price: Fen
    note: Text
    code: Code
    change: Number
    firm: Flag
    day: Day
    at: Instant
    bytes_: Bytes
    plan: Digest
    to: Party
    way: OneOf["road", "rail"]  # noqa: F821
    limit: Maybe[Fen]
    counts: ListOf[Count]
    item: Item
    items: ListOf[Item]
    more: Maybe[Text] = None
    last: Day = 0


WHOLE = {
    "price": "97", "note": "价\n😀", "code": "A 1", "change": "-3", "firm": True,
    "day": "1969-12-30", "at": "2026-11-26T04:00:00Z", "bytes_": "00ff",
    "plan": "5a" * 32, "to": show(bytes(range(20))), "way": "rail", "limit": "",
    "counts": ["0", "127", "128", "70000", "5000000000"], "item": {"what": "x"},
    "items": [{"what": "y", "much": "-129"}, {"what": "z", "much": "-70000"}],
}  # fmt: skip
ALIKE: tuple[dict[str, Any], ...] = (
    {}, {"change": "-32"}, {"change": "-33"}, {"change": "-32769"},
    {"change": "-5000000000"}, {"limit": "1,000"}, {"more": "说明"}, {"items": []},
    {"last": "2026-11-26"}, {"note": "长" * 4_000}, {"counts": ["1"] * 20},
)  # fmt: skip
REFUSED: tuple[dict[str, Any], ...] = (
    {"price": "-1"}, {"price": "1.5"}, {"price": ""}, {"note": "长" * 4_001},
    {"code": ""}, {"code": " x"}, {"code": "a\nb"}, {"day": "2026-02-30"},
    {"day": "x"}, {"at": "never"}, {"bytes_": "0"}, {"plan": "5a"}, {"to": "hb1"},
    {"way": "air"}, {"counts": ["-1"]}, {"item": {}}, {"items": [{"much": "1"}]},
)  # fmt: skip


def described(*records: type[Record]) -> dict[str, Any]:
    """The fields of records, as a form tells them to its script."""
    return {
        each.name: {
            name: {"kind": kind.name, **default_of(each, name, kind)}
            for name, kind in each.fields.items()
        }
        for each in records
    }


def default_of(record: type[Record], name: str, kind: type[Kind]) -> dict[str, Any]:
    if name not in record.defaults:
        return {}
    value = record.defaults[name]
    return {"default": None if value is None else kind.show(value)}


@pytest.fixture(scope="module")
def ground(bare_node: BareNode, browser: Browser) -> Iterator[ClickedGround]:
    """A claim that waits for quotes, and everybody at his own browser."""
    made = ClickedGround(bare_node, browser)
    for role, name in (
        ("supplier", MAKER), ("supplier", OTHER), ("core", BUYER), ("funder", BANK),
    ):  # fmt: skip
        made.grant(SCENE, role, name)
    does(made, MAKER, "register", debtor=made.account(BUYER), **TERMS)
    does(made, BUYER, "acknowledge")
    yield made
    made.close()


def does(ground: ClickedGround, name: str, operation: str, **written: Any) -> None:
    with Remote(ground.node.url) as city:
        done = city.call(ground._key(name), SCENE, operation, CLAIM, written)
        assert done.accepted, done


def at_claim(ground: ClickedGround, person: Person, operation: str) -> Page:
    """The claim's page with one form open."""
    person.page.goto(f"{ground.node.url}/scenarios/{SCENE}/{CLAIM}")
    form = person.page.locator(f"#act-{operation}")
    form.evaluate("form => { form.closest('details').open = true; }")
    return person.page


def clean(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], each["nodes"][0]["html"][:120]) for each in found]


def test_a_value_is_stored_in_the_browser_as_the_chain_stores_it(
    ground: ClickedGround, bare_node: BareNode, browser: Browser
) -> None:
    """What a commitment is over: one byte otherwise, and it could not be revealed."""
    page = ground.enter(BANK).page
    page.goto(f"{bare_node.url}/scenarios/{SCENE}")
    page.wait_for_function("window.huabiao")
    kinds = json.dumps(described(Item, Offer), ensure_ascii=False)
    script = STORED.replace("KINDS", kinds)
    found = page.evaluate(script, [WHOLE | each for each in ALIKE])
    for changed, stored in zip(ALIKE, found, strict=True):
        assert stored == encode(Offer.parse(WHOLE | changed)).hex(), changed
    for spoiled, said in zip(
        REFUSED, page.evaluate(script, [WHOLE | each for each in REFUSED]), strict=True
    ):
        assert next(iter(spoiled)) in said, (spoiled, said)
        with pytest.raises(Malformed):
            Offer.parse(WHOLE | spoiled)


def test_a_party_is_found_by_keyboard_alone(
    ground: ClickedGround, bare_node: BareNode
) -> None:
    """The buyer is a contact of the maker's, by the claim that names him."""
    page = at_claim(ground, ground.enter(MAKER), "transfer")
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text))
    to, buyer = page.locator("#act-transfer [name=to]"), ground.account(BUYER)
    to.focus()
    listed = page.get_by_role("listbox")
    page.keyboard.press("ArrowDown")
    listed.get_by_text(f"{CLAIM} 的 debtor").wait_for()
    assert to.get_attribute("aria-expanded") == "true"
    page.keyboard.type("没有这个人")
    page.get_by_text("没有找到，可填账户").wait_for()
    to.fill("")
    page.keyboard.type("debtor")
    page.keyboard.press("ArrowDown")
    chosen = listed.get_by_role("option", selected=True)
    chosen.wait_for()
    assert to.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    for width in (360, 3_840, 1_280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(TOO_WIDE) <= 0, width
    clean(page)
    page.keyboard.press("Enter")
    assert to.input_value() == buyer and not listed.is_visible()
    assert faults == []
    # What is no account is not sent, and the field says so.
    to.fill("某公司")
    page.locator("#act-transfer button:not([type=button])").click()
    page.locator("#act-transfer [role=status]").get_by_text("不是账户").wait_for()
    # Escape closes the list and leaves what was written.
    to.fill("")
    page.keyboard.press("ArrowDown")
    listed.get_by_role("option").first.wait_for()
    page.keyboard.press("Escape")
    assert not listed.is_visible()


@pytest.mark.parametrize("path", ["/", "/keys", "/verify", f"/scenarios/{SCENE}"])
def test_a_page_is_walked_by_keyboard(ground: ClickedGround, path: str) -> None:
    """Tab comes to everything that can be used, in sight, and the first skips ahead."""
    page = ground._people[MAKER].page
    page.goto(ground.node.url + path)
    wanted, reached = page.evaluate(NUMBER), set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        number, outline, element = page.evaluate(FOCUSED)
        if number is not None:
            assert outline != "none", element[:120]
            reached.add(int(number))
    assert reached == set(range(wanted)), set(range(wanted)) - reached
    page.goto(ground.node.url + path)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_a_stranger_is_offered_nobody(
    ground: ClickedGround, bare_node: BareNode
) -> None:
    person = ground.enter(OTHER)
    told = person.page.evaluate(
        "fetch('/me/contacts?q=hb1&scenario=supply_chain_finance').then(a => a.text())"
    )
    assert ground.account(MAKER) not in told and ground.account(BUYER) not in told


def test_a_quote_is_sealed_here_and_revealed_in_another_browser(
    ground: ClickedGround, bare_node: BareNode, tmp_path: Path
) -> None:
    does(ground, MAKER, "invite")
    first = ground._people[BANK]
    page, asked = at_claim(ground, first, "quote"), []
    page.on("request", lambda each: asked.append(each.post_data or ""))
    form = page.locator("#act-quote")
    form.locator("[name=price]").fill(str(PRICE))
    with page.expect_download() as saved:
        form.locator("button:not([type=button])").click()
        ground._sign(page)
    file = tmp_path / "sealed.json"
    saved.value.save_as(file)
    page.wait_for_url(f"**/{SCENE}/**")
    assert not [body for body in asked if str(PRICE) in body]
    assert str(PRICE) not in file.read_text("utf-8"), "shut by the passphrase"
    does(ground, MAKER, "close")

    del ground._people[BANK]
    page = at_claim(ground, ground.enter(BANK), "reveal")
    form = page.locator("#act-reveal")
    assert form.locator("[name=salt]").is_visible()
    form.locator("[data-bring]").set_input_files(file)
    form.locator("[data-kept]").get_by_text("此浏览器里有您密封的值").wait_for()
    assert not form.locator("[name=salt]").is_visible()
    clean(page)
    form.locator("button:not([type=button])").click()
    with page.expect_response("**/api/envelopes/signed"):
        ground._sign(page)
    does(ground, MAKER, "finance", funder=ground.account(BANK))
    seen = ground.record(SCENE, CLAIM, MAKER)
    assert seen is not None and seen["fields"]["price"] == PRICE
    first.page.context.close()
