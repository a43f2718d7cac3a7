"""
The pictures in README.md, taken of a city that has played its day:

    make run                                                 # in one terminal
    .venv/bin/python docs/make_screenshots.py .home          # in another

Needs Debian's `chromium`, and `fonts-noto-cjk` for the Chinese characters.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from huabiao.client.remote import Remote
from huabiao.client.wallets import open_identity

LOAD = "/scenarios/hazardous_waste/京危废-2026-0001"
PICTURES = {
    "overview": ("/", None),
    "record": (LOAD, "某化工厂"),
}
IMAGES = Path(__file__).parent / "images"


def main(home: Path) -> None:
    """Take each picture as whom it belongs to."""
    url = json.loads((home / "run.json").read_text())["url"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for name, (path, identity) in PICTURES.items():
            page = browser.new_page(viewport={"width": 1180, "height": 820})
            if identity is not None:
                with Remote(url) as city:
                    keys = open_identity(home, identity, city.suite_name)
                    token = city.token(keys)["token"]
                page.goto(url + "/me")
                page.get_by_label("令牌").fill(token)
                page.get_by_role("button", name="登录").click()
            page.goto(url + path)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
