"""The verifier alone: three folders, the installed libraries, no node, no network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import huabiao

VECTORS = Path(__file__).parents[1] / "vectors" / "proof.json"
SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import huabiao
assert huabiao.__path__[0].startswith(sys.argv[1]), huabiao.__path__
import socket
def none(*_, **__): raise AssertionError("the verifier opened a socket")
socket.socket = none
from huabiao.proofs.verify import verify
vectors = json.load(open(sys.argv[2]))
for each in vectors["proofs"]:
    original = bytes.fromhex(each["original"]) if each["original"] else None
    raw = bytes.fromhex(each["proof"])
    assert verify(raw, vectors["trust"], original).ok, each["of"]
    assert not verify(raw[:-1], vectors["trust"], original).ok
above = ("state", "contracts", "ledger", "engines", "node", "doors", "client")
print(json.dumps([n for n in sys.modules if n.startswith("huabiao.")
                  and n.split(".")[1] in above]))
"""


def test_proofs_verify_where_nothing_else_of_the_project_is(tmp_path):
    home = Path(huabiao.__path__[0])
    room = tmp_path / "alone" / "huabiao"
    room.mkdir(parents=True)
    (room / "__init__.py").write_text("")
    for name in ("codec", "crypto", "proofs"):
        shutil.copytree(home / name, room / name)
    script = tmp_path / "check.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(room.parent), str(VECTORS)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
