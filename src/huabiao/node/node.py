"""
The composition root: opens a home, wires ledger, engine, read model and doors, serves.

`start` brings up a node in this process, `run` is what `huabiao up` calls: it prints
what it does, serves until it is told to stop, and stops in order.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import uvicorn

from huabiao.client.remote import LOCAL_SOCKET
from huabiao.doors.api import build_app
from huabiao.doors.webhooks import Hooks
from huabiao.engines.engine import Engine
from huabiao.engines.verification import Verification
from huabiao.ledger.adoption import begin_again
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger
from huabiao.node.certificate import DoorCertificate, door_certificate, door_url
from huabiao.node.ending_keys import EndingKeys
from huabiao.node.engine_of import make_engine
from huabiao.node.following import ReadModel
from huabiao.node.header_keys import AMONG_OTHERS_S, HeaderKeys
from huabiao.node.home import (
    Home,
    lock_home,
    name_signer,
    open_home,
    suite_of,
    write_run_file,
)
from huabiao.node.joining import introduction
from huabiao.node.local_port import LocalPort
from huabiao.node.national_tls import SOCKET, NationalFront, inner_listener
from huabiao.node.place import read_place
from huabiao.node.progress import every_second
from huabiao.node.sending import Sending
from huabiao.services.attempts import DRAWING, Attempts
from huabiao.services.credentials.publisher import open_publisher
from huabiao.services.did.city_reader import city_resolver
from huabiao.services.index import FollowedIndex
from huabiao.services.licences import Codes, open_codes
from huabiao.services.pairwise import Pairwise
from huabiao.services.sign_in import SignIn, open_sign_in
from huabiao.services.subject_tags import SubjectTags
from huabiao.services.vault import Vault, open_vault
from huabiao.services.vault.erasing import Eraser

GOODBYE_S = 5
Say = Callable[[str], None]


@dataclass
class Node:
    """A running node; `close` stops it in order."""

    home: Home
    ledger: Ledger
    engine: Engine
    port: LocalPort
    read_model: ReadModel
    verification: Verification
    lock: IO[bytes]
    tags: SubjectTags
    vault: Vault
    eraser: Eraser
    codes: Codes
    attempts: Attempts
    draws: Attempts
    hooks: Hooks
    sign_in: SignIn
    certificate: DoorCertificate | None = None
    """The doors speak HTTPS with it."""

    @property
    def index(self) -> FollowedIndex:
        return self.read_model.index

    def services(self) -> dict[str, Any]:
        """What its doors reach beside the ledger; the day adds gateways to it."""
        return {
            "gateways": {},
            "tags": self.tags,
            "vault": self.vault,
            "dids": city_resolver(self.port, self.index),
            "pairwise": Pairwise(self.home.folder),
            "status_lists": open_publisher(self.home.folder, self.port.suite_name),
            "codes": self.codes,
            "attempts": self.attempts,
            "draws": self.draws,
            "webhooks": self.hooks,
            "sign_in": self.sign_in,
        }

    def close(self) -> None:
        self.eraser.close()
        self.engine.stop()
        self.read_model.close()
        self.verification.close()
        self.ledger.close()
        self.tags.close()
        self.attempts.close()
        self.draws.close()
        self.hooks.close()
        self.sign_in.close()
        self.home.run_file.unlink(missing_ok=True)
        self.lock.close()


def start(
    folder: Path, suite: str | None = None, say: Say = print, on_step: Any = None
) -> Node:
    """Open or found a home and bring up everything but the doors."""
    home = Home(folder)
    lock = lock_home(home)
    now = int(time.time() * 1000)
    place = read_place(home)
    genesis, _ = open_home(home, suite or suite_of(home) or "intl", now)
    many = place is not None and place.engine == "cometbft"
    if begin_again(folder):
        say("上次加入未完成，重新开始。 The last try to join did not end: again.")
    ledger = Ledger(folder, genesis, on_step, certified_later=many)
    for notice in ledger.log.notices:
        say(notice)
    again = open_ledger(ledger, every_second(say, "重放区块", "replaying blocks"))
    if again:
        say(f"由日志重放了 {again} 个区块。 Replayed {again} blocks from the log.")
    verification = Verification(genesis.suite)
    signers = HeaderKeys(folder, AMONG_OTHERS_S if many else None)
    engine = make_engine(folder, place, ledger, signers, verification)
    port = LocalPort(engine, verification)
    port.warnings.append(lambda: " ".join(signers.warnings()))
    port.alerts.extend(ledger.log.notices)
    port.warnings.append(EndingKeys(folder, ledger.read, ledger.digest).warning)
    if many and place is not None:
        port.introduction = introduction(folder, place, genesis)
    read_model = ReadModel(folder, port)
    tags = SubjectTags(folder / "subjects.sqlite")
    vault = open_vault(folder, genesis.suite, os.environ.get("HUABIAO_VAULT"))
    eraser = Eraser(vault, port, read_model.index)
    verification.start()
    engine.start()
    read_model.start()
    eraser.start()
    return Node(
        home, ledger, engine, port, read_model, verification, lock, tags, vault, eraser,
        *_open_licences(folder, genesis.suite), Hooks(folder / "webhooks.sqlite"),
        open_sign_in(folder, genesis.suite),
    )  # fmt: skip


def _open_licences(folder: Path, suite: str) -> tuple[Codes, Attempts, Attempts]:
    """What the authorisation codes of licences need: keys, and bounds on guessing."""
    codes = open_codes(folder, suite)
    attempts = Attempts(folder / "codes" / "attempts.sqlite")
    return codes, attempts, Attempts(folder / "codes" / "draws.sqlite", DRAWING)


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
    say: Say = (
        (lambda line: None) if as_json else (lambda line: print(line, flush=True))
    )
    if signer:
        name_signer(Home(home), signer)
    place = read_place(Home(home))
    certificate = door_certificate(Home(home), place)
    host, _, known = (place.door if place else "127.0.0.1:8080").rpartition(":")
    port = port or int(known)
    listener = _listen(host, port)
    node = start(home, suite, say)
    node.certificate = certificate
    if certificate is not None:
        node.port.warnings.append(certificate.warning)
        node.port.measured["certificate_days"] = certificate.days
    url = door_url(host, port, certificate)
    try:
        asyncio.run(_serve(node, listener, url, story, as_json, say))
    finally:
        listener.close()
        node.close()
    return 0


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


async def _serve(
    node: Node, listener: socket.socket, url: str, story: str, as_json: bool, say: Say
) -> None:
    services = node.services()
    app = build_app(node.port, node.index, services)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on",
        # TLS waits half a minute for an idle client to say goodbye; a stop does not.
        timeout_graceful_shutdown=GOODBYE_S,
    )  # fmt: skip
    config.load()
    front, listener = _in_front(node, listener)
    if node.certificate and front is None:
        config.ssl = node.certificate.context()
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    sending = Sending(app.state.city, node.hooks, node.home.folder)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    fronting = asyncio.create_task(front.serve()) if front else None
    facts = {"url": url, "chain": node.port.chain, "suite": node.port.suite_name}
    local = f"{LOCAL_SOCKET}{node.home.folder.resolve() / SOCKET}" if front else url
    write_run_file(node.home, {**facts, "url": local})
    if as_json:
        print(json.dumps({**facts, "height": node.port.height}), flush=True)
    say(f"华表已启动：{url} · 链 {node.port.chain} · 高度 {node.port.height}")
    say(f"Huabiao serves at {url} · chain {node.port.chain}")
    try:
        if story != "none":
            await asyncio.to_thread(_play, node, local, say, services)
            say(f"城市继续服务：{url}（Ctrl-C 停止）。 The city keeps serving.")
        await serving
    finally:
        if fronting:
            fronting.cancel()
        sending.close()
        _stop_services(services)


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


def _stop_services(services: dict[str, Any]) -> None:
    if "cluster" in services:
        from huabiao.node.day.databases import close_databases

        close_databases(services)


def _play(node: Node, url: str, say: Say, services: dict[str, Any]) -> None:
    from huabiao.node.day.play import play

    play(node.home.folder, url, say, node.port, node.index, services)


__all__ = ["Node", "run", "start"]
