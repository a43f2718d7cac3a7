"""
The same log gives the same roots: under another order of hashes, on another Python.

Other interpreters are those on the path, and those that pyenv keeps. Each gets an
environment of its own with the kernel's dependencies in the versions of this one; where
a machine has no second Python, the test says so and is skipped.
"""

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from lived_city import live

import huabiao
from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.ledger.block import open_block, receipts_of
from huabiao.ledger.recovery import replay
from huabiao.testing import City

SOURCES = Path(huabiao.__path__[0]).parent
SCRIPT = Path(__file__).with_name("replaying.py")
UV = Path(sys.executable).with_name("uv")
NEEDED = (
    "msgspec", "lmdb", "PyNaCl", "cryptography", "cffi", "gmssl-pyx", "numba", "numpy",
    "pycryptodome",
)  # fmt: skip
OTHERS = [v for v in ("3.11", "3.12", "3.13") if v != f"3.{sys.version_info.minor}"]


def pyenv_pythons(version):
    """pyenv keeps more Pythons than it puts on the path."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return sorted(root.glob(f"versions/{version}.*/bin/python{version}"))


def says_its_version(path, version):
    """A name on the path may be a shim that runs nothing."""
    said = subprocess.run([path, "-V"], capture_output=True, text=True, timeout=30)
    return said.stdout.startswith(f"Python {version}.")


def other_python(version, folder):
    """An interpreter of another version that can run the kernel; None without one."""
    named = [shutil.which(f"python{version}"), *map(str, pyenv_pythons(version))]
    runs = [path for path in named if path and says_its_version(path, version)]
    if not runs:
        return None
    quiet = {"check": True, "capture_output": True, "timeout": 240}
    subprocess.run([UV, "venv", "--python", runs[0], folder], **quiet)
    pinned = [f"{name}=={metadata.version(name)}" for name in NEEDED]
    where = ["--python", folder / "bin/python", "--system-certs"]
    subprocess.run([UV, "pip", "install", *where, *pinned], **quiet)
    return folder / "bin/python"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A chain on which much has happened, refused calls of every sort among it."""
    city = City(tmp_path_factory.mktemp("lived") / "city")
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
    city.grant("directory", "department", cast[0])
    for number in range(5):
        city.call(
            cast[0], "directory", "register_duty", f"d{number}",
            office="处", title=f"职责{number}", legal_source="法",
        )  # fmt: skip
    proof = cast[1].sign(b"huabiao-account\x00" + cast[0].account)
    city.call(cast[0], "identity", "add_key", public=cast[1].public, proof=proof)
    city.call(city.admin, "suites", "plan", "p", suite="pq", start=9_999)
    city.call(city.admin, "suites", "approve", "p")
    live(city)
    (city.folder / "genesis").write_bytes(encode(city.genesis))
    end = f"{city.ledger.height} {city.ledger.state.root.hex()}"
    hash_ = city.ledger.hash.hex()
    city.close()
    return city, end, hash_


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
    return f"3.{first.split()[0]}"


def test_every_contract_that_ships_is_in_the_log(lived):
    city, _, _ = lived
    city.reopen()
    used = set()
    for _, logged in city.ledger.log.blocks(1):
        _, kept, envelopes = open_block(logged, city.ledger.digest)
        for envelope, receipt in zip(envelopes, receipts_of(kept), strict=True):
            if receipt.accepted:
                used |= {call.contract for call in envelope.body.calls}
                # Some are called by other contracts only.
                written = [key for each in receipt.results for key, _ in each.writes]
                used |= {key.partition("/")[0] for key in written}
    asked_only = {
        name
        for name, loaded in city.ledger.contracts.items()
        if all(
            o.manner == "answers" for o in loaded.scenario.drawing.operations.values()
        )
    }
    assert used == set(city.ledger.contracts) - asked_only
    city.close()


@pytest.mark.parametrize("seed", [0, 1, 42, 4_000_000_000])
def test_another_order_of_hashes_gives_the_same_roots(lived, tmp_path, seed):
    again(lived, tmp_path, sys.executable, seed)


@pytest.mark.parametrize("version", OTHERS)
def test_another_python_gives_the_same_roots(lived, tmp_path, version):
    interpreter = other_python(version, tmp_path / "python")
    if interpreter is None:
        pytest.skip(f"there is no Python {version} on this machine")
    assert again(lived, tmp_path, interpreter, 7) == version


def test_replay_in_this_process_agrees_as_well(lived):
    city, end, _ = lived
    height, root = replay(city.folder, city.genesis)
    assert f"{height} {root.hex()}" == end
