"""
A real Chromium while people are at work: when a page can be used.

    python -m bench.console_browser < {"url", "token", "records", "seconds"}

Debian's Chromium by Playwright, in a process of its own. Each page is opened by a
browser that has nothing in its cache, and once more by the same one. Told for each, in
seconds from the start of the navigation, by the browser's own clock (W3C Navigation
Timing, Paint Timing):

- answered  the page's last byte is there
- painted   the first of it is drawn
- usable    scripts have run and every form answers (the end of `DOMContentLoaded`)

and `typed`, by the clock of whoever drives the browser: a form was opened and its first
field holds what was typed.
"""

import json
import os
import random
import shutil
import sys
import time
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.console_city import SCENARIO
from bench.machine import percentiles

PAUSE_S = 1.0
PAGES = (
    ("overview", "/", ""),
    ("scenario with its form", f"/scenarios/{SCENARIO}", "#act-draft"),
    ("record with its form", f"/scenarios/{SCENARIO}/{{record}}", "#act-collect"),
    ("my page", "/me", ""),
    ("verify", "/verify", ""),
)
"""What it opens; a form's id where the page has one for this account."""
TIMES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  return {answered: page.responseEnd / 1000,
          usable: page.domContentLoadedEventEnd / 1000,
          painted: painted ? painted.startTime / 1000 : null};
}"""
Seen = dict[str, dict[str, list[float]]]


def browse(given: dict[str, Any]) -> dict[str, Any]:
    """Open page after page until the time is over; percentiles by page."""
    seen: Seen = {}
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    chance, end = random.Random(7), time.monotonic() + given["seconds"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=options
        )
        cookies = _signed_in(browser, given["url"], given["token"])
        while time.monotonic() < end:
            for kind, address, form in PAGES:
                if seen and time.monotonic() > end:
                    break  # nobody is at work any more
                number = 2 * chance.randrange(given["records"] // 2) + 1
                path = address.format(record=f"load-{number}")
                with browser.new_context() as visitor:
                    visitor.add_cookies(cookies)
                    for cache in ("cold", "warm"):
                        times = _open(visitor, given["url"] + path, form)
                        _keep(seen, f"{kind}, {cache}", times)
                time.sleep(PAUSE_S)
        browser.close()
    return {
        page: {name: percentiles(times) for name, times in by_name.items()}
        | {"opened": len(by_name["usable"])}
        for page, by_name in seen.items()
    }


def _signed_in(browser: Browser, url: str, token: str) -> Any:
    """The cookies of this browser's session: it serves no other browser."""
    with browser.new_context() as visitor:
        page = visitor.new_page()
        page.goto(url + "/me")
        page.get_by_label("令牌").fill(token)
        page.get_by_role("button", name="登录").click()
        page.wait_for_selector("#sessions")
        return visitor.cookies()


def _open(visitor: BrowserContext, address: str, form: str) -> dict[str, float]:
    page, started = visitor.new_page(), time.monotonic()
    page.goto(address)
    typed = _type(page, form) if form else 0.0
    times: dict[str, float] = page.evaluate(TIMES)
    if form:
        times["typed"] = typed - started
    page.close()
    return {name: spent for name, spent in times.items() if spent is not None}


def _type(page: Page, form: str) -> float:
    """When the form's first field held what was typed."""
    page.locator(f"details:has({form}) summary").click()
    written = page.locator(f"{form} input").first
    written.fill("1000")
    assert written.input_value() == "1000"
    return time.monotonic()


def _keep(seen: Seen, page: str, times: dict[str, float]) -> None:
    for name, spent in times.items():
        seen.setdefault(page, {}).setdefault(name, []).append(spent)


if __name__ == "__main__":
    print(json.dumps(browse(json.load(sys.stdin))))
