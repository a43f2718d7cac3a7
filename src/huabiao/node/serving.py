"""
A node's doors: opened, served until the process is told to stop, closed in order.

`run` is what `huabiao up` calls for one node; huabiao.node.levels serves several.
"""

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import uvicorn

from huabiao.client.remote import LOCAL_SOCKET
from huabiao.doors.api import build_app
from huabiao.node import collector
from huabiao.node.certificate import DoorCertificate, door_certificate, door_url
from huabiao.node.home import Home, name_signer, write_run_file
from huabiao.node.national_tls import SOCKET, NationalFront, inner_listener
from huabiao.node.node import Node, Say, start
from huabiao.node.place import read_place
from huabiao.node.sending import Sending

GOODBYE_S = 5
IDLE_S = 75
"""Longer than the pools of clients (5 s) and proxies (60 s) keep a connection: whoever
closes first must be the one that sends, or a request meets a closed door."""
DEFAULT_DOOR = "127.0.0.1:8080"


def run(
    home: Path,
    port: int | None = None,
    suite: str | None = None,
    story: str = "none",
    as_json: bool = False,
    signer: str | None = None,
) -> int:
    """
    Serve a city until it is told to stop; returns the exit code. `signer` names where
    the member's key is (huabiao.crypto.stores.reference), if not in this home.
    """
    say = silent if as_json else aloud
    if signer:
        name_signer(Home(home), signer)
    listener, url, certificate = listen_at(home, port)
    try:
        node = start(home, suite, say)
    except BaseException:
        listener.close()
        raise
    doors = Doors(node, listener, url, certificate)

    async def then() -> None:
        if as_json:
            print(json.dumps(doors.facts()), flush=True)
        doors.say_where(say)
        await doors.play(story, say)

    try:
        asyncio.run(serve([doors], then))
    finally:
        doors.close()
    return 0


def aloud(line: str) -> None:
    """Say a line to whoever started the node."""
    print(line, flush=True)


def silent(line: str) -> None:
    """Say nothing: what is printed is for a program."""


def listen_at(
    home: Path, port: int | None
) -> tuple[socket.socket, str, DoorCertificate | None]:
    """A home's listener, its address, and the certificate of its doors if any."""
    place = read_place(Home(home))
    certificate = door_certificate(Home(home), place)
    host, _, known = (place.door if place else DEFAULT_DOOR).rpartition(":")
    port = port or int(known)
    return _listen(host, port), door_url(host, port, certificate), certificate


class Doors:
    """The doors of one node; `close` ends them and the node."""

    def __init__(
        self, node: Node, listener: socket.socket, url: str,
        certificate: DoorCertificate | None = None,
    ) -> None:  # fmt: skip
        self.node, self.url = node, url
        self._listener = listener
        if certificate is not None:
            node.certificate = certificate
            node.port.warnings.append(certificate.warning)
            node.port.measured["certificate_days"] = certificate.days
        self.services = node.services()
        self.app = build_app(node.port, node.index, self.services)
        self.local = url
        """Where programs on this machine reach it."""

    def facts(self) -> dict[str, Any]:
        port = self.node.port
        return {"url": self.url, "chain": port.chain, "suite": port.suite_name,
                "height": port.height}  # fmt: skip

    def say_where(self, say: Say) -> None:
        port = self.node.port
        say(f"华表已启动：{self.url} · 链 {port.chain} · 高度 {port.height}")
        say(f"Huabiao serves at {self.url} · chain {port.chain}")

    async def open(self) -> None:
        """Serve; returns when the first request can come."""
        config = uvicorn.Config(
            self.app, log_level="warning", access_log=False, lifespan="on",
            # TLS waits half a minute for an idle client's goodbye; a stop does not.
            timeout_graceful_shutdown=GOODBYE_S, timeout_keep_alive=IDLE_S,
        )  # fmt: skip
        config.load()
        front, listener = _in_front(self.node, self._listener)
        if self.node.certificate and front is None:
            config.ssl = self.node.certificate.context()
        self._server = _Server(config)
        home = self.node.home
        self._sending = Sending(self.app.state.city, self.node.hooks, home.folder)
        self.serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started and not self.serving.done():
            await asyncio.sleep(0.01)
        self._fronting = asyncio.create_task(front.serve()) if front else None
        if front:
            self.local = f"{LOCAL_SOCKET}{home.folder.resolve() / SOCKET}"
        facts = {k: v for k, v in self.facts().items() if k != "height"}
        write_run_file(home, {**facts, "url": self.local})

    def stop(self) -> None:
        """Take no more requests; `serving` ends when those under way have."""
        self._server.should_exit = True

    def end(self) -> None:
        """What ran beside the doors ends with them."""
        if self._fronting:
            self._fronting.cancel()
        self._sending.close()
        if "cluster" in self.services:
            from huabiao.node.day.databases import close_databases

            close_databases(self.services)

    async def play(self, story: str, say: Say) -> None:
        """Play the day through the doors, if it is asked for."""
        if story != "none":
            await asyncio.to_thread(_play, self, say)
            say(f"城市继续服务：{self.url}（Ctrl-C 停止）。 The city keeps serving.")

    def close(self) -> None:
        self._listener.close()
        self.node.close()


def nothing() -> None:
    """Nothing runs beside the doors."""


async def serve(
    all_doors: Sequence[Doors],
    then: Callable[[], Coroutine[Any, Any, None]],
    stop_beside: Callable[[], None] = nothing,
) -> None:
    """Open every door, do what comes next, and serve until a signal or a failure; what
    comes in from beside is stopped before the doors are."""
    opened: list[Doors] = []
    stopping = asyncio.Event()

    def stop() -> None:
        stopping.set()
        stop_beside()
        for each in opened:
            each.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        for doors in all_doors:
            if not stopping.is_set():
                await doors.open()
                opened.append(doors)
        collector.settle()
        await _unless(stopping, then)
        await asyncio.gather(*(each.serving for each in opened))
    finally:
        stop_beside()
        for doors in opened:
            doors.stop()
        await asyncio.gather(*(each.serving for each in opened), return_exceptions=True)
        for doors in opened:
            doors.end()


async def _unless(
    stopping: asyncio.Event, then: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Do what comes next, but no longer than until the process is told to stop."""
    told, doing = asyncio.ensure_future(stopping.wait()), asyncio.create_task(then())
    await asyncio.wait((told, doing), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if stopping.is_set():
        doing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await doing


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise SystemExit(
            f"端口 {port} 不可用（{error.strerror}）；用 --port 或 PORT= 选另一端口。"
            f" Port {port} cannot be had ({error.strerror}): choose another with"
            " --port or PORT=."
        ) from None
    return listener


def _in_front(
    node: Node, listener: socket.socket
) -> tuple[NationalFront | None, socket.socket]:
    """What ends national TLS, and where the doors listen behind it."""
    if node.certificate is None or not node.certificate.national:
        return None, listener
    context, home = node.certificate.national_context(), node.home.folder
    return NationalFront(context, listener, home), inner_listener(home)


class _Server(uvicorn.Server):
    """uvicorn ends the process by the signal it caught; a node stops in order first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _play(doors: Doors, say: Say) -> None:
    from huabiao.node.day.play import play

    node = doors.node
    folder = node.home.folder
    play(folder, doors.local, say, node.port, node.index, doors.services)


__all__ = ["Doors", "aloud", "listen_at", "run", "serve", "silent"]
