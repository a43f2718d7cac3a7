"""
The pictures in README.md and in these pages, taken of a city that has played its day:

    make run                                                 # in one terminal
    .venv/bin/python docs/make_screenshots.py .home          # in another

Needs Debian's `chromium`, and `fonts-noto-cjk` for the Chinese characters. What stands
in the pictures is the day's own, invented.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys

LOAD = "hazardous_waste/京危废-2026-0001"
AUDITOR, PLANT, CITIZEN = "总督查", "某化工厂", "市民"
PICTURES = {
    "overview": ("/", None),
    "scenario": ("/scenarios/hazardous_waste", PLANT),
    "record": (f"/scenarios/{LOAD}", PLANT),
    "form": ("/scenarios/e_bill#act-issue", "某博物馆"),
    "directory": ("/directory", None),
    "wallet": ("/me", CITIZEN),
    "supervision": (f"/supervision/{LOAD}", AUDITOR),
    "plan": ("/plan", None),
    "verify": ("/verify", None),
}
IMAGES = Path(__file__).parent / "images"
SIZE = {"width": 1180, "height": 820}
LARGEST = 250_000


def main(home: Path) -> None:
    """Take each picture as whom it belongs to."""
    url = json.loads((home / "run.json").read_text())["url"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for name, (path, identity) in PICTURES.items():
            file = IMAGES / f"{name}.png"
            take(browser, url, path, file, token_of(url, home, identity))
            size = file.stat().st_size
            assert size < LARGEST, f"{file.name} has {size} bytes, more than {LARGEST}"


def token_of(url: str, home: Path, identity: str | None) -> str:
    """A session of one of the day's identities; empty for anybody."""
    if identity is None:
        return ""
    with Remote(url) as city:
        keys = open_identity(home, identity, city.suite_name, make=identity == AUDITOR)
        if identity == AUDITOR:  # the day has none: the operator names one
            name_auditor(city, open_identity(home, "operator", city.suite_name), keys)
        return str(city.token(keys)["token"])


def name_auditor(city: Remote, operator: Keys, auditor: Keys) -> None:
    """The role that supervises the whole city."""
    role = {"scenario": "supervision", "role": "supervisor"}
    granted = call(
        "governance", "grant_role", "pictures", **role, account=auditor.account
    )
    assert city.send(operator, granted).accepted


def take(browser: Browser, url: str, path: str, file: Path, token: str) -> None:
    """One picture; a form that the path names is opened, with a row in its list."""
    page = browser.new_page(viewport=SIZE, locale="zh-CN")
    if token:
        page.goto(url + "/me")
        page.get_by_label("令牌").fill(token)
        page.get_by_role("button", name="登录").click()
    page.goto(url + path)
    _, _, form = path.partition("#")
    if form:
        page.locator(f"#{form}").evaluate("f => { f.closest('details').open = true; }")
        page.locator(f"#{form} [data-add]").first.click()
        page.locator(f"#{form}").scroll_into_view_if_needed()
    page.screenshot(path=file)
    page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
