"""The whole day, through the front door: `huabiao up` in a process of its own."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from huabiao.proofs.verify import verify
from huabiao.services import databases
from huabiao.stories import stories
from huabiao.testing import City, CityGround, Stage
from huabiao.testing.ports import free_port

PLAYED = "城市继续服务"


class WorldsTime(CityGround):
    """As in a city that is being served: no day passes because a story says so."""

    def pass_days(self, days: int) -> bool:
        return False


def refused_in_stories(folder: Path) -> int:
    """How often the stories are refused, by walking them in a city of their own."""
    city, refused = City(folder), 0
    for name, walk in stories().items():
        stage = Stage(name, WorldsTime(city))
        walk(stage)
        refused += sum(step.code != "ok" for step in stage.steps)
    city.close()
    return refused


def up(home: Path) -> tuple["subprocess.Popen[str]", list[str]]:
    """Start the city; returns when the day has been played, with what it said."""
    command = [
        str(Path(sys.executable).with_name("huabiao")),
        "up",
        "--home",
        str(home),
    ]
    node = subprocess.Popen(
        [*command, "--port", str(free_port()), "--story", "day"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert node.stdout is not None
    said = []
    for line in node.stdout:
        said.append(line)
        if PLAYED in line:
            return node, said
    raise AssertionError("".join(said))


def stop(node: "subprocess.Popen[str]", home: Path) -> None:
    node.send_signal(signal.SIGTERM)
    assert node.wait(60) == 0
    assert not (home / "run.json").exists()


def test_a_day_is_played_once_and_its_proofs_travel(tmp_path):
    home = tmp_path / "home"
    try:
        node, said = up(home)
        text = "".join(said)
        assert "[7/7]" in text
        refused = refused_in_stories(tmp_path / "stories")
        assert text.count("拒绝 refused") == 6 + refused
        assert text.count("漂移 drift") == 3
        stop(node, home)
        trust = json.loads((home / "day" / "trust.json").read_text())
        original = (home / "day" / "inspection.txt").read_bytes()
        proof = (home / "day" / "inspection.proof").read_bytes()
        receipt = (home / "day" / "receipt.proof").read_bytes()
        assert verify(proof, trust, original).ok and len(proof) <= 2_048
        erased = verify((home / "day" / "erased.proof").read_bytes(), trust)
        assert erased.ok and erased.statement["kept"]["erased_at"]
        assert verify(receipt, trust).ok and len(receipt) <= 2_048
        assert not verify(proof, trust, original + b" ").ok

        node, said = up(home)
        assert "[1/" not in "".join(said)
        stop(node, home)
    finally:
        databases.remove(databases.start(home / "databases"))
