"""
The documentation says what is so: its examples run, its links lead somewhere.

A Python block runs when the line above it is `<!-- test -->`; the blocks of a page
share their names, in an empty folder. `<!-- file: NAME -->` writes a block to a file
there first, so that a page can show a whole module and then use it.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from huabiao.stories import stories

PROJECT = Path(__file__).parents[2]
PAGES = sorted(
    [*PROJECT.glob("*.md"), *PROJECT.joinpath("docs").rglob("*.md")],
    key=lambda path: path.as_posix(),
)
BLOCK = re.compile(
    r"^<!-- (?P<mark>test|file: (?P<name>[\w.]+)) -->\n```python\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
COMMAND = re.compile(r"(?:^|`|/bin/)huabiao ([a-z]+)", re.MULTILINE)
LOADED = re.compile(
    r"<(?:script|img|iframe)[^>]+src=\"?https?://"
    r"|<link[^>]+rel=\"?(?:stylesheet|preconnect|icon)[^>]+href=\"?https?://"
)


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


WITH_EXAMPLES = [path for path in PAGES if BLOCK.search(text_of(path))]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=name_of)
def test_examples_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = text_of(path)
    names = {"__name__": "example"}
    for block in BLOCK.finditer(text):
        code = block["code"]
        if block["name"]:
            Path(block["name"]).write_text(code, encoding="utf-8")
            continue
        before = "\n" * line_of(text, block.start("code"))
        exec(compile(before[1:] + code, name_of(path), "exec"), names)


def test_no_example_is_forgotten():
    mute = [
        f"{name_of(path)}:{line_of(text, found.start())}"
        for path in PAGES
        for text in [text_of(path)]
        for found in re.finditer(r"^```python", text, re.MULTILINE)
        if not re.search(r"<!-- (test|file: [\w.]+) -->\n$", text[: found.start()])
    ]
    assert not mute, f"Put <!-- test --> above these, or write them as text: {mute}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path):
    prose = FENCE.sub("", text_of(path))
    for link in LINK.finditer(prose):
        target = link["target"].partition("#")[0]
        if not target or target.startswith(("http://", "https://", "mailto:")):
            continue
        assert (path.parent / target).exists(), f"{name_of(path)} links to {target}"


def test_named_commands_exist():
    from click import Context

    from huabiao.doors.cli import main

    known = main.list_commands(Context(main))

    named = {
        (command, name_of(path))
        for path in PAGES
        for command in COMMAND.findall(text_of(path))
    }
    unknown = {pair for pair in named if pair[0] not in known}
    assert not unknown, f"There is no such command: {sorted(unknown)}"


def test_the_site_builds_and_loads_nothing_from_outside(tmp_path):
    site = tmp_path / "site"
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    pages = list(site.rglob("*.html"))
    assert any(page.parts[-2] == "en" for page in pages), "There is no English site."
    asking = [
        page.name for page in pages if LOADED.search(page.read_text(encoding="utf-8"))
    ]
    for scene in stories():
        for place in ("scenes", "en/scenes"):
            drawn = site.joinpath(place, scene, "index.html").read_text("utf-8")
            assert "<svg" in drawn and "role.missing" in drawn
    assert not asking, f"These pages ask another server for something: {asking}"
