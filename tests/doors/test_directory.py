"""A live database into the directory and out of it, by the command line alone."""

import sqlite3
from pathlib import Path

import httpx
from served_city import Served

BUREAU = "市文旅局"


def test_scan_search_drift_accept(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "museum.db"
    base = sqlite3.connect(file)
    base.executescript(
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, visitor_name TEXT, sfzh TEXT);"
        "CREATE TABLE hall (id INTEGER PRIMARY KEY, title TEXT);"
    )
    address = f"sqlite:///{file}"
    words = ("directory", "scan", address, "--department", BUREAU)

    first = served.json(*words)
    assert len(first["registered"]) == 2 and first["drift"] == []
    assert "sfzh" in [each["column"] for each in first["personal"]]
    found = served.json("directory", "search", "visit")["found"]
    assert any("visit" in each["key"] for each in found)
    assert served.json("directory", "drift")["alerts"] == []

    again = served.json(*words)
    assert again["registered"] == [] and again["drift"] == []

    base.executescript(
        "ALTER TABLE visit DROP COLUMN sfzh; DROP TABLE hall;"
        "CREATE TABLE shop (id INTEGER PRIMARY KEY);"
    )
    base.close()
    drifted = served.json(*words)
    assert len(drifted["drift"]) == 3
    alerts = served.json("directory", "drift")["alerts"]
    assert len(alerts) == 3 and all(each["owner_name"] for each in alerts)
    assert "漂移预警" in httpx.get(served.url + "/directory").text

    served.json(*words, "--accept")
    assert served.json("directory", "drift")["alerts"] == []
    assert served.json(*words)["drift"] == []


def test_a_database_that_cannot_be_read_is_a_sentence(served: Served) -> None:
    words = ("directory", "scan", "postgresql://nobody:secret@127.0.0.1:9/none")
    result = served.run(*words, "--department", BUREAU)
    assert result.exit_code == 1
    assert "secret" not in result.stderr and "Traceback" not in result.stderr
