"""
Publishing: what happens on the chain, for a NATS JetStream of the operator's own.

    HUABIAO_NATS=nats://127.0.0.1:4222      where; HOME/nats.cursor says how far
    huabiao.CHAIN.SCENARIO.EVENT            the subject; the stream is named HUABIAO

1. Events after the cursor are published in order, each under the id CHAIN/CURSOR, by
   which JetStream tells a repeat.
2. When all of a batch are acknowledged, hence stored, the cursor moves on disk.

So a kill of the node or of the server at any moment loses nothing. Who listens there is
nobody in particular: no more is published than everybody may see.
"""

import asyncio
import json
import logging
import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import nats
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from huabiao.doors.city import City
from huabiao.doors.stream import Filter, Json, cursor_of, place_of, read_events
from huabiao.durable import write_whole

STREAM = "HUABIAO"
PAUSE_S, RETRY_S, ACKNOWLEDGED_S = 0.2, 1.0, 10.0
_NOT_IN_A_SUBJECT = re.compile(r"[^\w-]")
log = logging.getLogger("huabiao.doors")


class Publisher:
    """Publishes from a thread of its own until it is closed; `failure` is a sentence
    while it cannot, else ""."""

    def __init__(self, city: City, url: str, cursor: Path) -> None:
        self._city, self._url, self._file = city, url, cursor
        self.failure = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._keep()), name="nats", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(15)

    async def _keep(self) -> None:
        """Publish while there is a connection; make another where it is lost."""
        while not self._stop.is_set():
            try:
                await self._publish_all()
            except Exception as error:  # whatever the server or the index answers
                # The address may hold a password: it is not repeated.
                self.failure = (
                    f"NATS 不可用（{type(error).__name__}），稍后重试；事件不会丢失。"
                    f" NATS cannot be had ({type(error).__name__}), trying again; no"
                    " event is lost."
                )
                log.warning("%s", self.failure)
                await asyncio.sleep(RETRY_S)

    async def _publish_all(self) -> None:
        connection = await nats.connect(
            self._url, allow_reconnect=False, connect_timeout=5, name="huabiao"
        )
        try:
            stream = connection.jetstream(timeout=ACKNOWLEDGED_S)
            await _ensure_stream(stream)
            self.failure = ""
            while not self._stop.is_set():
                if not await self._publish_some(stream):
                    await asyncio.sleep(PAUSE_S)
        finally:
            with suppress(Exception):  # it may be gone already
                await connection.close()

    async def _publish_some(self, stream: JetStreamContext) -> bool:
        """One batch; whether there was any."""
        after = place_of(self._read_cursor())
        events, reached = await asyncio.to_thread(
            read_events, self._city, after, Filter(), None
        )
        if reached == after:
            return False
        sent = [self._publish(stream, event) for event in events]
        await asyncio.gather(*sent)
        self._write_cursor(cursor_of(reached))
        return True

    async def _publish(self, stream: JetStreamContext, event: Json) -> Any:
        chain = self._city.port.chain
        names = (chain, event["scenario"], event["event"])
        subject = ".".join(["huabiao", *(_token(name) for name in names)])
        body = json.dumps({"chain": chain, **event}, ensure_ascii=False).encode()
        headers = {"Nats-Msg-Id": f"{chain}/{event['cursor']}"}
        return await stream.publish(subject, body, headers=headers)

    def _read_cursor(self) -> str:
        """From the first block where nothing was published yet."""
        return self._file.read_text() if self._file.exists() else "0"

    def _write_cursor(self, cursor: str) -> None:
        write_whole(self._file, cursor.encode())


async def _ensure_stream(stream: JetStreamContext) -> None:
    """The operator's stream if there is one, else one on disk with the defaults."""
    try:
        await stream.stream_info(STREAM)
    except NotFoundError:
        await stream.add_stream(name=STREAM, subjects=["huabiao.>"])


def _token(name: str) -> str:
    return _NOT_IN_A_SUBJECT.sub("_", name) or "_"
