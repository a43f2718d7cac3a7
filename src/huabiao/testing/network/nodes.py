"""A network's nodes as processes of their own, and what can be done to them."""

import resource
import shutil
import signal
import socket
from dataclasses import replace
from pathlib import Path

from huabiao.node.home import Home
from huabiao.node.network import Network, Organisation, lay_out
from huabiao.node.place import read_place, write_place
from huabiao.testing.network.double_vote import vote_twice
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.processes import Processes
from huabiao.testing.network.wires import Wires

ROOM_WHEN_FULL = 4096
NEWER = "newer"
"""Software that knows one protocol more (liar.py)."""


class Nodes(Processes):
    """The nodes of a manifest in a folder; `close` leaves nothing running."""

    def __init__(
        self, manifest: Manifest, folder: Path, sources: list[str], chain: str = ""
    ) -> None:
        super().__init__()
        self.manifest, self.folder = manifest, folder
        self.ports = {name: free_ports(3) for name in manifest.nodes}
        self.wires = Wires()
        self.upgraded: set[str] = set()
        self.homes = {name: folder / name for name in manifest.nodes}
        listed = [
            Organisation(name, p2p=p2p, rpc=rpc, door=door, votes=manifest.votes(name))
            for name, (p2p, rpc, door) in self.ports.items()
        ]
        network = Network(manifest.suite, chain, 1, listed)
        self.laid = lay_out(network, folder, sources)
        self._lay_wires()

    def _lay_wires(self) -> None:
        """Put a wire between each two nodes: peers are dialled through it."""
        for name, home in self.homes.items():
            place = read_place(Home(home))
            assert place is not None
            others = [other for other in self.ports if other != name]
            write_place(Home(home), replace(place, peers=self._wires_to(name, others)))

    def _wires_to(self, name: str, others: list[str]) -> list[str]:
        ids = {laid.organisation.name: laid.node_id for laid in self.laid}
        peers = []
        for other in others:
            (port,) = free_ports(1)
            self.wires.lay(name, other, port, self.ports[other][0])
            peers.append(f"{ids[other]}@127.0.0.1:{port}")
        return peers

    def start(self, name: str, full: bool = False) -> None:
        """Start a node, as a liar if the manifest says so; `full`: no disk is left."""
        lie = NEWER if name in self.upgraded else self.manifest.liars.get(name)
        words = [*self.command(name)]
        if lie:
            words[1:3] = ["huabiao.testing.network.liar", lie]
        self.launch(name, words, _no_room if full else None)

    def start_all(self) -> None:
        """Start every node that is not late, and wait until all of them serve."""
        early = [n for n in self.manifest.nodes if n not in self.manifest.late]
        for name in early:
            self.start(name)
        for name in early:
            self.wait_until_serving(name)

    def wipe(self, name: str) -> None:
        """Kill a node and take its blocks and state away; its keys stay."""
        self.kill(name)
        home = self.homes[name]
        for each in ("blocks", "state", "certificates"):
            shutil.rmtree(home / each, ignore_errors=True)
        for file in home.glob("index.sqlite*"):
            file.unlink()
        for each in (home / "engine" / "data").iterdir():
            # Without it the engine might vote twice at one height.
            if each.name != "priv_validator_state.json":
                shutil.rmtree(each) if each.is_dir() else each.unlink()

    def upgrade(self, name: str) -> None:
        """Replace a node's software by one that knows one protocol more."""
        self.stop(name)
        self.upgraded.add(name)
        self.start(name)
        self.wait_until_serving(name)

    def equivocate(self, name: str) -> None:
        """A node's voting key signs for two blocks; another member is told."""
        other = next(each for each in self.running if each != name)
        rpc = f"127.0.0.1:{self.ports[other][1]}"
        vote_twice(self.homes[name] / "engine", rpc, self.health_chain(other))

    def close(self) -> None:
        super().close()
        self.wires.close()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def _no_room() -> None:
    """No file may grow beyond a page: what a full disk does to a writer (EFBIG)."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_WHEN_FULL, resource.RLIM_INFINITY))
