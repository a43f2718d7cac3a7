"""
The relay of a city of several chains, in the process that serves them all.

It is the relay that `huabiao relay` runs, in threads of its own, and it comes in by the
same doors: the same requests, which the apps answer in the process's event loop without
a socket between. So no certificate is asked for, whatever the doors speak outside, and
looking for a new block costs nothing: that is read from the node next door.
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import Any

import httpx

from huabiao.client.remote import Remote
from huabiao.client.signing import Signer
from huabiao.client.wallets import open_identity
from huabiao.node.level import CARRIER, Level
from huabiao.node.node import Say
from huabiao.node.serving import Doors
from huabiao.services.relay import Relay
from huabiao.services.relay.telling import Telling

ANSWER_S = 60.0
END_S = 2.0
TOLD_AGAIN_S = 3_600.0


class Relaying:
    """The relay between some levels; made, started and ended in the event loop."""

    def __init__(
        self, levels: Sequence[Level], doors: Sequence[Doors], say: Say
    ) -> None:
        self._levels = {level.node.port.chain: level for level in levels}
        self._doors = {each.url: each for each in doors}
        self._loop = asyncio.get_running_loop()
        self._stop = threading.Event()
        self._aloud = Telling(say, TOLD_AGAIN_S)
        self.relay = Relay(
            [*self._doors], self._signer, self.say, connect=self._connect
        )
        self._thread = threading.Thread(
            target=self.relay.run, args=(self._stop,), name="relay", daemon=True
        )

    def start(self) -> None:
        """Begin to carry, unless it was told to stop before."""
        if not self._stop.is_set():
            self._thread.start()

    def stop(self) -> None:
        """Carry no more; what is under way comes to its end."""
        self._stop.set()

    async def ended(self) -> None:
        """Wait until its threads have ended; those that have not then, do so with the
        event loop, whose answers they wait for."""
        self.stop()
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join, END_S)

    def say(self, about: str, line: str) -> None:
        if not self._stop.is_set():
            self._aloud.say(about, line)

    def _signer(self, chain: str, suite: str, founding: str, url: str) -> Signer:
        home = self._levels[chain].node.home
        return open_identity(home.folder, CARRIER, suite, True, founding)

    def _connect(self, url: str) -> Remote:
        return NextDoor(self._doors[url], self._loop, self._stop)


class NextDoor(Remote):
    """A city whose node is in this process."""

    def __init__(
        self, doors: Doors, loop: asyncio.AbstractEventLoop, stop: threading.Event
    ) -> None:
        super().__init__(doors.url, Within(doors.app, loop, stop))
        self._port = doors.node.port

    def height(self) -> int:
        return self._port.height


class Within(httpx.BaseTransport):
    """Takes requests of other threads to an app in its event loop, until `stop`."""

    def __init__(
        self, app: Any, loop: asyncio.AbstractEventLoop, stop: threading.Event
    ) -> None:
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._loop, self._stop = loop, stop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer; httpx.TransportError where none comes."""
        if self._stop.is_set():
            raise httpx.ConnectError("the city stops", request=request)
        asked = asyncio.run_coroutine_threadsafe(self._answer(request), self._loop)
        try:
            return asked.result(ANSWER_S)
        except (TimeoutError, CancelledError) as error:
            asked.cancel()
            raise httpx.ReadError("no answer came", request=request) from error

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._app.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        content = b"".join([part async for part in answer.stream])
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=httpx.ByteStream(content),
        )
