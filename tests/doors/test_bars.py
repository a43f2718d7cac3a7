"""Long work on the command line says at a terminal how far it is."""

import contextlib
import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from served_city import Served

from huabiao.doors.cli.lists import export_rows

WASTE = "hazardous_waste"


def looked_at(served: Served, *words: str) -> tuple[str, str]:
    """What a command gives, and what it says at a terminal, its standard error."""
    mine, theirs = pty.openpty()
    environment = {
        **os.environ, "HUABIAO_HOME": str(served.home), "HUABIAO_URL": served.url,
        "COLUMNS": "100",
    }  # fmt: skip
    huabiao = Path(sys.executable).with_name("huabiao")
    done = subprocess.run(
        [huabiao, *words], env=environment, stdout=subprocess.PIPE,
        stderr=theirs, text=True, timeout=60, check=True,
    )  # fmt: skip
    os.close(theirs)
    said = os.read(mine, 65_536).decode()
    os.close(mine)
    return done.stdout, said


def test_an_export_shows_its_rows(served: Served, case: str) -> None:
    given, said = looked_at(served, "list", WASTE, "--csv")
    rows = given.count("\n") - 1
    assert rows >= 1 and f"{rows}/{rows}" in said
    given, said = looked_at(served, "list", WASTE, "--csv", "--own", "--as", "truck")
    assert given.count("\n") >= 2 and "export" in said


def test_files_that_are_hashed_show_their_octets(
    served: Served, tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(b"x" * 3_000_001)
    given, said = looked_at(
        served, "notarize", str(tmp_path / "large"), "--as", "plant"
    )
    assert str(tmp_path) in given and "3000001/3000001" in said


def test_a_scan_shows_its_tables(served: Served, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "bars.db")) as base:
        for number in range(3):
            base.execute(f"CREATE TABLE bars_{number} (id INTEGER PRIMARY KEY)")
        base.commit()
    url = f"sqlite:///{tmp_path / 'bars.db'}"
    served.keys("scanned bureau")
    words = ["directory", "scan", url, "--department", "scanned bureau"]
    given, said = looked_at(served, *words)
    assert given.count("registered") == 3
    assert "scan" in said and "3/3" in said


def test_an_export_that_ends_early_says_so(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """The node ends a list after MOST_EXPORTED rows; a line end may fall between parts,
    and one within a cell is none."""
    export_rows(3, iter([b'id\r\n"a\nb"\r', b"\nc\r\n"]))
    out, said = capfdbinary.readouterr()
    assert out == b'id\r\n"a\nb"\r\nc\r\n'
    assert "2 of 3 rows were exported" in said.decode()
