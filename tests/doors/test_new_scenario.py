"""`huabiao new scenario`: what it writes runs at once, in a checkout of one's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from huabiao.doors.cli import main

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sources and the tests of stories, as a developer has them."""
    folder = tmp_path_factory.mktemp("checkout")
    kept = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "src", folder / "src", ignore=kept)
    shutil.copytree(PROJECT / "tests/stories", folder / "tests/stories", ignore=kept)
    for name in ("pyproject.toml", ".importlinter"):
        shutil.copy(PROJECT / name, folder)
    return folder


def in_checkout(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=checkout, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_what_it_writes_runs_and_is_well_formed(checkout: Path) -> None:
    words = ["new", "scenario", "waste_oil", "--title", "废油回收"]
    made = CliRunner().invoke(main, [*words, "--into", str(checkout)])
    assert made.exit_code == 0, made.output
    paths = [Path(line) for line in made.output.splitlines()[:3]]
    assert [path.relative_to(checkout).as_posix() for path in paths] == [
        "src/huabiao/scenarios/waste_oil.py",
        "src/huabiao/stories/waste_oil.py",
        "tests/scenarios/test_waste_oil.py",
    ]
    tests = made.output.split("-m pytest ")[1].split()
    ran = in_checkout(checkout, "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert ran.returncode == 0, ran.stdout
    for check in (("ruff", "check"), ("ruff", "format", "--check")):
        clean = in_checkout(checkout, *check, *(str(path) for path in paths))
        assert clean.returncode == 0, clean.stdout
    assert "废油回收" in paths[0].read_text("utf-8")


def test_nothing_is_written_over(checkout: Path) -> None:
    words = ["new", "scenario", "hazardous_waste", "--into", str(checkout)]
    before = (checkout / "src/huabiao/scenarios/hazardous_waste.py").read_bytes()
    again = CliRunner().invoke(main, words)
    assert again.exit_code == 1 and "已存在" in again.stderr
    after = (checkout / "src/huabiao/scenarios/hazardous_waste.py").read_bytes()
    assert after == before


@pytest.mark.parametrize("name", ["Bad-Name", "ünder", "1st", "a__b", "class", "../x"])
def test_a_name_that_cannot_be_one_is_a_sentence(checkout: Path, name: str) -> None:
    words = ["new", "scenario", name, "--into", str(checkout)]
    bad = CliRunner().invoke(main, words)
    assert bad.exit_code == 1 and "waste_oil" in bad.stderr, bad.output


def test_a_folder_of_ones_own_needs_no_checkout(tmp_path: Path) -> None:
    words = ["new", "scenario", "waste_oil", "--into", str(tmp_path)]
    made = CliRunner().invoke(main, words)
    assert made.exit_code == 0, made.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"waste_oil.py", "waste_oil_story.py", "test_waste_oil.py"}
    assert "source=@waste_oil.py" in made.output
    tests = made.output.split("-m pytest ")[1].split()[0]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests],
        cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout


def test_inside_a_checkout_it_is_found_from_any_folder(checkout: Path) -> None:
    (checkout / "docs").mkdir()
    words = ["new", "scenario", "from_docs", "--into", str(checkout / "docs")]
    made = CliRunner().invoke(main, words)
    assert str(checkout / "src/huabiao/scenarios/from_docs.py") in made.output
    assert list((checkout / "docs").iterdir()) == []


@pytest.mark.parametrize("title", ['say "no"', "a\\b", "", " ", "two\nlines", "x" * 31])
def test_a_title_that_breaks_the_source_is_a_sentence(
    checkout: Path, title: str
) -> None:
    words = ["new", "scenario", "quoted", "--title", title, "--into", str(checkout)]
    bad = CliRunner().invoke(main, words)
    assert bad.exit_code == 1 and "--title" in bad.stderr
    assert not (checkout / "src/huabiao/scenarios/quoted.py").exists()
