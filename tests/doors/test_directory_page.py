"""The directory as a tree and as a graph, and what waits for a department."""

import re
import sqlite3
from pathlib import Path

import httpx
import pytest
from served_city import Served

from huabiao.crypto.address import show
from huabiao.doors.directory_graph import MOST_IN_COLUMN, graph
from huabiao.doors.directory_levels import Node

OWNER, READER, OTHER = "市卫健委", "市医保局", "市体育局"
DUTY = Node("duty", "d", "监管 <b>", "hb1")
CATALOG = Node("catalog", "c", "目录", "hb1", ("d",))
TABLE = Node("table", "t", "库表", "hb1", ("c", "elsewhere"))


@pytest.fixture(scope="module")
def asked(served: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A scanned database of OWNER's, and a request of READER's that waits."""
    file: Path = tmp_path_factory.mktemp("owner") / "clinic.db"
    base = sqlite3.connect(file)
    base.executescript("CREATE TABLE clinic (id INTEGER PRIMARY KEY, title TEXT)")
    base.close()
    words = ("directory", "scan", f"sqlite:///{file}", "--department", OWNER)
    (table,) = served.json(*words)["registered"]
    for name in (READER, OTHER):
        served.grant("sharing", "department", name)
    request = served.json(
        "share", "request", table, "-c", "title", "--purpose", "核对机构",
        "--legal-basis", "某法第二条", "--as", READER,
    )  # fmt: skip
    assert request["accepted"], request
    return str(request["id"])


def seen_by(served: Served, name: str) -> str:
    return served.browser(name).get("/directory").text


def test_the_levels_hang_below_each_other(served: Served, asked: str) -> None:
    page = httpx.get(served.url + "/directory").text
    tree = page[page.index(f"<summary>{show(served.keys(OWNER).account)}") :]
    tree = re.sub(r"<[^>]+>", " ", tree[: tree.index("</details>")])
    duty, catalog, table = (tree.index(word) for word in ("duty", "catalog", "table"))
    assert duty < catalog < table and "clinic" in tree


def test_the_department_that_was_chosen_is_drawn(served: Served, asked: str) -> None:
    account = show(served.keys(OWNER).account)
    page = httpx.get(f"{served.url}/directory?department={account}").text
    drawn = page[page.index('<svg class="graph"') :]
    drawn = drawn[: drawn.index("</svg>")]
    assert f"{account}：" in drawn and drawn.count('class="node ') == 4
    assert drawn.count('class="depends"') == 4  # system, catalog; the table on both


def test_a_request_waits_for_its_owner_alone(served: Served, asked: str) -> None:
    assert asked in seen_by(served, OWNER) and "核对机构" in seen_by(served, OWNER)
    for name in (READER, OTHER):
        assert asked not in seen_by(served, name)
    assert asked not in httpx.get(served.url + "/directory").text


def test_a_grant_shows_to_both_sides_and_to_nobody_else(
    served: Served, asked: str
) -> None:
    words = ("share", "approve", asked, "-c", "title", "--as", OWNER)
    assert served.json(*words)["accepted"]
    assert asked in seen_by(served, OWNER) and asked in seen_by(served, READER)
    assert asked not in seen_by(served, OTHER)


def test_a_graph_draws_what_it_has_escaped_and_bounded() -> None:
    drawn = graph("名 <i>", [DUTY, CATALOG, TABLE])
    assert "<b>" not in drawn and "<i>" not in drawn
    assert drawn.count('class="depends"') == 2  # what is not shown has no line
    many = [Node("table", str(n), "表", "hb1", ("c", "s")) for n in range(200)]
    assert graph("名", many).count('class="node ') == MOST_IN_COLUMN
    assert graph("名", []) == ""
