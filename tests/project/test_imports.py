"""Imports go one way: `.importlinter` holds it, and names every room that there is."""

from configparser import ConfigParser
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

PROJECT = Path(__file__).parents[2]
CONFIGURATION = PROJECT / ".importlinter"
ROOMS = {path.parent.name for path in (PROJECT / "src/huabiao").glob("*/__init__.py")}
KERNEL = {"codec", "crypto", "proofs", "state", "contracts", "ledger", "engines"}


def read_rule(name: str) -> ConfigParser:
    parser = ConfigParser()
    parser.read(CONFIGURATION, encoding="utf-8")
    return parser[f"importlinter:contract:{name}"]


def rooms_in(text: str) -> set[str]:
    words = text.replace("|", " ").split()
    return {word.removeprefix("huabiao.") for word in words}


def test_every_import_goes_the_allowed_way(monkeypatch):
    monkeypatch.chdir(PROJECT)
    found = lint_imports(config_filename=str(CONFIGURATION), no_cache=True)
    assert found == EXIT_STATUS_SUCCESS, (
        "An import goes against the direction of the rooms: run lint-imports to see it."
    )


def test_the_layers_are_the_whole_kernel():
    assert rooms_in(read_rule("kernel")["layers"]) == KERNEL


def test_a_new_room_must_be_named_in_the_rules():
    outside = rooms_in(read_rule("kernel_alone")["forbidden_modules"])
    assert outside == ROOMS - KERNEL, (
        "A room came or went: say in .importlinter who may import it."
    )


def test_contracts_are_forbidden_everything_but_their_library():
    rule = read_rule("inside_a_block")
    forbidden = rooms_in(rule["forbidden_modules"])
    assert forbidden == ROOMS - {"contracts", "platform", "scenarios"}


def test_stories_know_the_stage_alone():
    forbidden = rooms_in(read_rule("stories_on_a_stage")["forbidden_modules"])
    assert forbidden == ROOMS - {"stories", "contracts", "scenarios", "testing"}
