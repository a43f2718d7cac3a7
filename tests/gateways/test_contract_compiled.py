"""The compiled contract is the source's: by its digest, and by compiling it again."""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "src/huabiao/services/foreign/contract"
COMPILER = Path(__file__).with_name("compiler")
KEPT = FOLDER / "HuabiaoGateway.json"


def test_the_kept_bytecode_names_the_source_that_is_here():
    source = FOLDER.joinpath("HuabiaoGateway.sol").read_bytes()
    kept = json.loads(KEPT.read_text())
    assert kept["source"] == sha256(source).hexdigest(), "make gateway-contract"
    assert kept["slots"]["received"] == 0  # foreign_messages.py reads it there


@pytest.mark.long
def test_the_compiler_makes_the_same_again(tmp_path):
    subprocess.run(["npm", "ci", "--no-fund", "--no-audit"], cwd=COMPILER, check=True)
    made = subprocess.run(
        ["node", "compile.js"], cwd=COMPILER, check=True, capture_output=True
    )
    assert made.stdout == KEPT.read_bytes()
