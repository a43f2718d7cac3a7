"""Chains and relays as processes: where each lies, and the wires between them."""

import contextlib
import json
import sys
import time
from pathlib import Path

import httpx

from huabiao.node.catalogue import shipped_sources
from huabiao.testing.crossing.manifest import Chain, Manifest, RelayOf
from huabiao.testing.crossing.program import Clock
from huabiao.testing.founding import found_home
from huabiao.testing.network.manifest import Manifest as Network
from huabiao.testing.network.nodes import LOOPBACK, Nodes
from huabiao.testing.network.processes import Processes
from huabiao.testing.network.wires import Wires
from huabiao.testing.ports import free_ports

LINKED_S = 240.0
PROGRAM = [sys.executable, "-m", "huabiao.testing.crossing.program"]


class Alone(Processes):
    """A chain of one node on the embedded engine, with a clock that can be set."""

    def __init__(
        self, chain: Chain, folder: Path, sources: list[str], clock: Path
    ) -> None:
        super().__init__()
        home = found_home(folder / "org-1", chain.name, chain.suite, sources)
        self.homes["org-1"], self.ports["org-1"] = home.folder, free_ports(1)
        self._clock = clock

    def command(self, name: str) -> list[str]:
        port, home = self.ports[name][0], self.homes[name]
        return [
            *PROGRAM, str(self._clock), "0", "up", "--home", str(home), "--port",
            str(port),
        ]  # fmt: skip

    def start_all(self) -> None:
        self.start("org-1")
        self.wait_until_serving("org-1")


class Relays(Processes):
    """`huabiao relay`, each behind wires of its own to every door."""

    def __init__(
        self, relays: dict[str, RelayOf], folder: Path, doors: dict[str, int],
        clock: Path,
    ) -> None:  # fmt: skip
        """`doors` are ports by the nodes' full names."""
        super().__init__()
        self._relays, self._clock, self.wires = relays, clock, Wires()
        for name in relays:
            self.homes[name], self.ports[name] = folder / name, free_ports(1)
            self.homes[name].mkdir(parents=True)
            self._write_file(name, doors)

    def _write_file(self, name: str, doors: dict[str, int]) -> None:
        urls: dict[str, list[str]] = {}
        for (node, door), port in zip(
            doors.items(), free_ports(len(doors)), strict=True
        ):
            self.wires.lay(name, node, port, (LOOPBACK, door))
            chain = node.partition("/")[0]
            urls.setdefault(chain, []).append(f"http://127.0.0.1:{port}")
        lines = [f"[[chain]]\nurls = {json.dumps(each)}\n" for each in urls.values()]
        (self.homes[name] / "relay.toml").write_text("\n".join(lines), "utf-8")

    def command(self, name: str) -> list[str]:
        home = self.homes[name]
        return [
            *PROGRAM, str(self._clock), str(self._relays[name].lies), "relay",
            "--file", str(home / "relay.toml"), "--home", str(home),
            "--metrics-port", str(self.ports[name][0]), "--json",
        ]  # fmt: skip

    def wait_until_linked(self, links: int) -> None:
        """Until each tells figures of so many links."""
        deadline, mark = time.monotonic() + LINKED_S, "huabiao_relay_troubled{"
        for name in self.homes:
            text = ""
            while text.count(mark) < links:
                if time.monotonic() > deadline:
                    log = (self.homes[name] / "node.log").read_text("utf-8")
                    raise AssertionError(f"{name} has too few links: {log[-1500:]}")
                with contextlib.suppress(httpx.HTTPError):
                    text = httpx.get(f"{self.url(name)}/metrics", timeout=5).text
                time.sleep(0.2)

    def close(self) -> None:
        super().close()
        self.wires.close()


class Places:
    """Everything that a manifest names, as processes in a folder."""

    def __init__(
        self, manifest: Manifest, folder: Path, sources: list[str], clock: Path
    ) -> None:
        self.manifest = manifest
        self.chains: dict[str, Alone | Nodes] = {}
        for chain in manifest.chains:
            at = folder / chain.name
            if chain.members == 1:
                self.chains[chain.name] = Alone(chain, at, sources, clock)
            else:
                network = Network(chain.suite, chain.members)
                whole = [*shipped_sources(), *sources]
                self.chains[chain.name] = Nodes(network, at, whole, chain.name)
        doors = {
            node: self.of(node)[0].ports[self.of(node)[1]][-1]
            for chain in manifest.chains
            for node in chain.nodes
        }
        named = {each.name: each for each in manifest.relays}
        self.relays = Relays(named, folder / "relays", doors, clock)

    def of(self, node: str) -> tuple[Processes, str]:
        """Where a node runs, and its name there; a relay's name is one already."""
        chain, _, name = node.partition("/")
        return (self.chains[chain], name) if name else (self.relays, chain)

    def nodes(self, chain: str) -> list[str]:
        (found,) = [each for each in self.manifest.chains if each.name == chain]
        return found.nodes

    def close(self) -> None:
        for part in (self.relays, *self.chains.values()):
            part.close()


def clock_of(folder: Path) -> tuple[Clock, Path]:
    """One clock for all programs of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Clock(folder / "clock"), folder / "clock"
