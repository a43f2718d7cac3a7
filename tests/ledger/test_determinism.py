"""
The same log gives the same roots: under another order of hashes, on another Python.

Other interpreters are those named python3.12 and python3.13 on the path; one counts
where it can import the kernel's dependencies. Where there is none, the hash seeds of
this interpreter are what is compared, and `test_interpreters` says which were tried.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import huabiao
from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.ledger.recovery import replay

SOURCES = Path(huabiao.__path__[0]).parent
SCRIPT = Path(__file__).with_name("replaying.py")
NEEDED = "import msgspec, lmdb, nacl, cryptography"


def interpreters():
    """Every Python at hand that can run the kernel, this one first."""
    found = [sys.executable]
    for name in ("python3.11", "python3.12", "python3.13"):
        path = shutil.which(name)
        if path and _runs(path):
            found.append(path)
    return found


def _runs(path):
    done = subprocess.run([path, "-c", NEEDED], capture_output=True, timeout=30)
    return done.returncode == 0


@pytest.fixture
def lived(city):
    """A chain on which much has happened, refused calls of every sort among it."""
    cast = [city.cast(name) for name in ("plant", "truck", "kiln")]
    for who, role in zip(cast, ("generator", "carrier", "facility"), strict=True):
        city.grant("hazardous_waste", role, who)
    for number in range(20):
        key, load = f"m{number}", {"waste_code": "900-041-49", "declared": number}
        draft = Call("hazardous_waste", "draft", key, load)
        weighed = {"weighed": max(number - number % 3, 1)}
        collect = Call("hazardous_waste", "collect", key, weighed)
        unknown = Call("hazardous_waste", "draft", key, {**load, "zz": 1, "aa": 2})
        nowhere = Call("nowhere", "x", "", {})
        city.block(
            city.envelope(cast[0], draft),
            city.envelope(cast[1], collect, collect),
            city.envelope(cast[1], collect),
            city.envelope(cast[2], unknown),
            city.envelope(cast[2], nowhere),
        )
    joined = b"".join(bytes([n]) * 32 for n in range(50))
    city.call(cast[0], "evidence", "notarize", digests=[joined])
    (city.folder / "genesis").write_bytes(encode(city.genesis))
    end = f"{city.ledger.height} {city.ledger.state.root.hex()}"
    hash_ = city.ledger.hash.hex()
    city.close()
    yield city, end, hash_
    city.reopen()


def again(lived, tmp_path, interpreter, seed):
    city, end, hash_ = lived
    folder = tmp_path / f"again {seed}"
    folder.mkdir()
    shutil.copy(city.folder / "genesis", folder / "genesis")
    shutil.copytree(city.folder / "blocks", folder / "blocks")
    done = subprocess.run(
        [interpreter, str(SCRIPT), str(SOURCES), str(folder)],
        env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.split(" ", 1)[1] == end
    assert second == hash_


@pytest.mark.parametrize("seed", [0, 1, 42, 4_000_000_000])
def test_another_order_of_hashes_gives_the_same_roots(lived, tmp_path, seed):
    again(lived, tmp_path, sys.executable, seed)


def test_interpreters(lived, tmp_path):
    tried = interpreters()
    print("replayed by:", ", ".join(map(os.path.basename, tried)))
    for seed, interpreter in enumerate(tried):
        again(lived, tmp_path, interpreter, seed)


def test_replay_in_this_process_agrees_as_well(lived):
    city, end, _ = lived
    height, root = replay(city.folder, city.genesis)
    assert f"{height} {root.hex()}" == end
