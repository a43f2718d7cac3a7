"""
Every page in a real browser: calm, reachable for all, and asking nobody else.

Held for each: no console error, no violation of the content policy, no request that
leaves this machine, no finding of axe (WCAG A and AA, and its best practices), one h1,
each language marked as what it is, no sideways scrolling on a telephone or on a wall,
and something to read on paper; the main ones are printed.
"""

import io
import zipfile
from pathlib import Path
from urllib.parse import quote

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from played_city import PlayedCity
from playwright.sync_api import Browser, BrowserContext, Page

RECORD = "/hazardous_waste/" + quote("京危废-2026-0001")
LOAD = "/scenarios" + RECORD
OPENED = "/supervision/hazardous_waste/" + quote("京危废-2026-0100")
OPEN = (
    "/", "/blocks", "/blocks?before=20", "/blocks/40", "/scenarios",
    "/events", "/events?scenario=hazardous_waste",
    "/envelopes?refused=true", "/accounts?scenario=hazardous_waste",
    "/scenarios/hazardous_waste", "/scenarios/hazardous_waste?state=disposed",
    "/scenarios/real_estate", "/scenarios/e_bill", "/scenarios/action_plan",
    "/scenarios/governance", "/scenarios/sharing", "/scenarios/drift", LOAD,
    "/directory", "/directory?q=" + quote("参保"), "/directory?q=airports",
    "/directory?q=nothing-of-this-name", "/find?q=" + quote("参保"),
    "/crossings", "/me", "/keys", "/verify",
    "/plan", "/bills",
    "/bills?number=11060126-0000000001&code=ffffff",
    "/t/01/09506000134369/10/Y-0001", "/t/01/09506000134352/10/MILK-A",
    "/verify?sha256=" + "5f" * 32,
)  # fmt: skip
AUDITOR = "总督查"
OWN = {
    LOAD: "某化工厂", "/paper" + RECORD: "某化工厂", "/me": "市民",
    "/blocks/40": "市人力资源社会保障局", "/directory": "市人力资源社会保障局",
    "/supervision": AUDITOR, "/supervision" + RECORD: AUDITOR, OPENED: AUDITOR,
    "/me/webhooks": "市民", "/accounts?register=actor": AUDITOR,
}  # fmt: skip
IN_ONE_LANGUAGE = ("/", "/scenarios/hazardous_waste")
TOO_WIDE = """(() => {
  const root = document.documentElement;
  return root.scrollWidth - root.clientWidth;
})()"""
MISMARKED = """[...document.querySelectorAll(".zh, .en")].filter((each) => {
  const spoken = each.closest("[lang]").getAttribute("lang");
  return !spoken.startsWith(each.classList.contains("zh") ? "zh" : "en");
}).map((each) => each.outerHTML.slice(0, 120))"""
TELEPHONE, DESK, WALL = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 900},
    {"width": 3840, "height": 2160},
)


class Watched:
    """A page, and what it did that it should not have done."""

    def __init__(self, visitor: BrowserContext, url: str) -> None:
        self.page: Page = visitor.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda asked: self._asked(asked.url, url))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(text)

    def _asked(self, address: str, url: str) -> None:
        if not address.startswith((url, "data:")):
            self.faults.append(f"asked {address}")


def check(watched: Watched, path: str) -> None:
    page = watched.page
    assert page.locator("h1").count() == 1 and page.locator("h1").inner_text().strip()
    for size in (TELEPHONE, WALL, DESK):
        page.set_viewport_size(size)
        beyond = page.evaluate(TOO_WIDE)
        assert beyond <= 0, f"{path} is {beyond} px too wide at {size['width']}"
    assert page.evaluate(MISMARKED) == [], path
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        told = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]
        assert not told, (path, scheme, told)
    page.emulate_media(media="print")
    assert page.locator("main").inner_text().strip()
    assert not page.locator("header nav").is_visible()
    page.emulate_media(media="screen")
    assert watched.faults == [], path


def sign_in(watched: Watched, city: PlayedCity, name: str) -> None:
    watched.page.context.clear_cookies()
    watched.page.goto(city.url + "/me")
    watched.page.get_by_label("令牌").fill(city.token(name))
    watched.page.get_by_role("button", name="登录").click()


def choose_language(watched: Watched, address: str, switch: str) -> None:
    """By the switch on a page, which leads back to it; the choice is kept."""
    watched.page.goto(address)
    watched.page.get_by_role("link", name=switch, exact=True).click()
    assert watched.page.url == address
    watched.page.goto(address)


@pytest.fixture(scope="module")
def supervised(city: PlayedCity) -> PlayedCity:
    """The city with somebody in it who supervises all of it."""
    city.grant("supervision", "supervisor", AUDITOR)
    return city


def test_every_open_page(city: PlayedCity, visitor: BrowserContext) -> None:
    watched = Watched(visitor, city.url)
    for path in OPEN:
        answer = watched.page.goto(city.url + path)
        assert answer is not None and answer.status == 200, path
        check(watched, path)


def test_every_page_of_ones_own(
    supervised: PlayedCity, visitor: BrowserContext
) -> None:
    for path, name in OWN.items():
        watched = Watched(visitor, supervised.url)
        sign_in(watched, supervised, name)
        answer = watched.page.goto(supervised.url + path)
        assert answer is not None and answer.status == 200, path
        check(watched, path)


@pytest.mark.parametrize(
    ("switch", "shown", "hidden"), [("English", "en", "zh"), ("中文", "zh", "en")]
)
def test_a_page_in_one_language(
    city: PlayedCity, browser: Browser, switch: str, shown: str, hidden: str
) -> None:
    with browser.new_context() as reader:
        watched = Watched(reader, city.url)
        for path in IN_ONE_LANGUAGE:
            choose_language(watched, city.url + path, switch)
            page = watched.page
            assert page.locator(f"h1 .{shown}, nav .{shown}").first.is_visible()
            assert page.locator(f".{hidden}:visible").count() == 0
            language = page.locator("html").get_attribute("lang") or ""
            assert language.startswith(shown)
            check(watched, path)


def test_a_page_is_printed(city: PlayedCity, browser: Browser) -> None:
    with browser.new_context() as reader:
        watched = Watched(reader, city.url)
        sign_in(watched, city, "某化工厂")
        pages = (("/paper" + RECORD, 2, "sha256="), (LOAD, 4, "900-041"))
        for path, most, said in pages:
            watched.page.goto(city.url + path)
            printed = pypdf.PdfReader(io.BytesIO(watched.page.pdf(format="A4")))
            text = "".join(each.extract_text() for each in printed.pages)
            assert said in text.replace("\n", "") and "2026-0001" in text
            assert "Take the proof" not in text, "what is pressed is not printed"
            assert len(printed.pages) <= most, path


def test_a_case_is_supervised(
    supervised: PlayedCity, browser: Browser, tmp_path: Path
) -> None:
    watched = Watched(browser.new_context(locale="zh-CN"), supervised.url)
    page = watched.page
    sign_in(watched, supervised, AUDITOR)
    page.get_by_role("link", name="督查").click()
    assert page.locator(".alert").count() >= 10
    page.goto(supervised.url + OPENED)
    assert "driver" in page.locator("ul.list").last.inner_text()  # who opened it
    with page.expect_download() as taken:
        page.get_by_role("link", name="取证据包").click()
    with zipfile.ZipFile(taken.value.path()) as archive:
        archive.extractall(tmp_path)
    page.goto(supervised.url + "/verify")
    page.get_by_label("证明文件").set_input_files(tmp_path / "proofs/record.proof")
    page.get_by_label("信任文件").set_input_files(tmp_path / "trust.json")
    page.get_by_role("button", name="核验").click()
    assert "成立" in page.locator(".notice.good").inner_text()


def test_an_export_says_how_far_it_is(city: PlayedCity, browser: Browser) -> None:
    watched = Watched(browser.new_context(locale="zh-CN"), city.url)
    page = watched.page
    for path, name, whole in (
        ("/scenarios/hazardous_waste", "hazardous_waste.csv", True),
        ("/events", "events.csv", False),
    ):
        page.goto(city.url + path)
        with page.expect_download() as taken:
            page.get_by_role("link", name="导出 CSV").click()
        assert taken.value.suggested_filename == name
        lines = Path(taken.value.path()).read_text("utf-8-sig").splitlines()
        said = page.locator("[data-export] ~ [role=status]").inner_text()
        rows = len(lines) - 1
        assert said == (f"{rows} / {rows}" if whole else f"{rows}") + " 行 · rows"
        assert not page.locator("progress").is_visible()
    watched.faults = [each for each in watched.faults if "blob:" not in each]
    assert watched.faults == []


def test_a_page_that_is_not_there(city: PlayedCity, visitor: BrowserContext) -> None:
    watched = Watched(visitor, city.url)
    answer = watched.page.goto(city.url + "/blocks/999999")
    assert answer is not None and answer.status == 404
    watched.faults = [fault for fault in watched.faults if "404" not in fault]
    check(watched, "404")


def test_the_directory_is_searched(city: PlayedCity, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    for words in ("参保人员", "Social insurance"):
        page.goto(city.url + "/directory")
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("button", name="搜索").click()
        found = page.locator("ul.list").first.inner_text()
        assert "human_resources" in found, found
    page.get_by_role("searchbox").fill("没有这样的数据")
    page.get_by_role("button", name="搜索").click()
    assert "没有找到" in page.locator("main").inner_text()


def test_a_record_tells_its_story(city: PlayedCity, visitor: BrowserContext) -> None:
    watched = Watched(visitor, city.url)
    page = watched.page
    page.goto(city.url + LOAD)
    assert "900-041-49" not in page.locator("main").inner_text()
    sign_in(watched, city, "某化工厂")
    page.goto(city.url + LOAD)
    told = page.locator("ol.history").inner_text()
    assert "某运输公司" in told and "过磅 1200 千克" in told and "已处置" in told
    assert page.locator("li.refused").count() == 9
    with page.expect_download() as proof:
        page.get_by_role("link", name="下载证明").click()
    assert Path(proof.value.path()).stat().st_size <= 6_144
    page.goto(city.url + "/me")
    page.get_by_role("button", name="退出").click()
    page.goto(city.url + LOAD)
    assert "900-041-49" not in page.locator("main").inner_text()


def test_a_citizen_reads_who_used_the_data(
    city: PlayedCity, visitor: BrowserContext
) -> None:
    watched = Watched(visitor, city.url)
    sign_in(watched, city, "市民")
    told = watched.page.locator("main").inner_text()
    for word in ("市市场监管局", "核查企业用工", "employer", "共享-2026-0001"):
        assert word in told


def test_a_wrong_token_is_a_sentence(city: PlayedCity, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto(city.url + "/me")
    page.get_by_label("令牌").fill("nobody")
    page.get_by_role("button", name="登录").click()
    assert page.locator(".notice.bad").inner_text().strip()


def test_a_proof_is_verified(
    city: PlayedCity, visitor: BrowserContext, tmp_path: Path
) -> None:
    page, day = visitor.new_page(), city.home / "day"
    altered = bytearray((day / "inspection.proof").read_bytes())
    altered[len(altered) // 2] ^= 1
    (tmp_path / "altered.proof").write_bytes(altered)
    good = (day / "inspection.proof", day / "inspection.txt", "good", "原文一致")
    other = (day / "inspection.proof", day / "trust.json", "bad", "原文与存证不符")
    broken = (tmp_path / "altered.proof", day / "inspection.txt", "bad", "")
    no_proof = (day / "inspection.txt", day / "inspection.txt", "bad", "")
    for proof, original, verdict, said in (good, other, broken, no_proof):
        page.goto(city.url + "/verify")
        page.get_by_label("证明文件").set_input_files(proof)
        page.get_by_label("原文").set_input_files(original)
        page.get_by_role("button", name="核验").click()
        assert said in page.locator(f".notice.{verdict}").inner_text()


def test_the_openapi_page_draws_itself_and_asks_nobody_else(
    visitor: BrowserContext, city: PlayedCity
) -> None:
    watched = Watched(visitor, city.url)
    watched.page.goto(city.url + "/api/docs")
    watched.page.get_by_text("/api/envelopes", exact=True).wait_for()
    assert watched.faults == []
