"""The compiled contracts are their sources': by digest, and by compiling them again."""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "src/huabiao/services/foreign/contract"
COMPILER = Path(__file__).with_name("compiler")
NAMES = ("HuabiaoGateway", "HuabiaoLock")


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_bytecode_names_the_source_that_is_here(name):
    source = FOLDER.joinpath(f"{name}.sol").read_bytes()
    kept = json.loads(FOLDER.joinpath(f"{name}.json").read_text())
    assert kept["source"] == sha256(source).hexdigest(), "make gateway-contract"


def test_what_arrived_stands_where_our_contract_reads_it():
    kept = json.loads(FOLDER.joinpath("HuabiaoGateway.json").read_text())
    assert kept["slots"]["received"] == 0


@pytest.mark.long
def test_the_compiler_makes_the_same_again(tmp_path):
    subprocess.run(["npm", "ci", "--no-fund", "--no-audit"], cwd=COMPILER, check=True)
    subprocess.run(["node", "compile.js", tmp_path], cwd=COMPILER, check=True)
    for name in NAMES:
        made = tmp_path.joinpath(f"{name}.json").read_bytes()
        assert made == FOLDER.joinpath(f"{name}.json").read_bytes()
