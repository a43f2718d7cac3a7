"""
Wires: every connection between two nodes goes through one, and can be cut or slowed.

A wire is a TCP relay of ours, one for each ordered pair of nodes: `a` dials `b` through
wire (a, b). It needs no privilege and no kernel feature, and the nodes cannot tell.
Cutting it also drops the connections that stand. Where the machine allows network
namespaces, cuts are made there, and wires only slow (namespaces.py).
"""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

CHUNK = 65_536


@dataclass
class Wire:
    """A relay from one node to another."""

    port: int
    target: tuple[str, int]
    cut: bool = False
    delay_s: float = 0.0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.cut:
            writer.close()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.close()
            return
        self.writers |= {writer, far_writer}
        await asyncio.gather(
            self._pump(reader, far_writer), self._pump(far_reader, writer)
        )
        self.writers -= {writer, far_writer}

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError, OSError):
            while chunk := await reader.read(CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(chunk)
                await writer.drain()
        writer.close()


class Wires:
    """All wires of a network, on a thread of their own."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.wires: dict[tuple[str, str], Wire] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="wires", daemon=True
        )
        self._thread.start()

    def lay(self, dialler: str, target: str, port: int, place: tuple[str, int]) -> None:
        """Open a wire to a place; the dialler finds the target at `port`."""
        wire = Wire(port, place)
        self.wires[dialler, target] = wire
        self._do(asyncio.start_server(wire.connection, self.host, port, limit=CHUNK))

    def cut(self, name: str) -> None:
        """Cut a node off from all others."""
        self._do(self._set(name, True))

    def mend(self, name: str) -> None:
        """Let it be reached again."""
        self._do(self._set(name, False))

    def slow(self, name: str, seconds: float) -> None:
        """Delay all that goes to or from a node; 0 ends it."""
        for ends, wire in self.wires.items():
            if name in ends:
                wire.delay_s = seconds

    async def _set(self, name: str, cut: bool) -> None:
        for ends, wire in self.wires.items():
            if name in ends:
                wire.cut = cut
                for writer in list(wire.writers) if cut else ():
                    writer.close()

    def _do(self, what: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    def close(self) -> None:
        for name in {end for ends in self.wires for end in ends}:
            self.cut(name)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
