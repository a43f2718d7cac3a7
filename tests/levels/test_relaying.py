"""
Requests of the relay's threads to an app of the same process: answered whole, and cut
short when the city stops.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from huabiao.client.remote import Answered, Remote, Unreachable
from huabiao.node.relaying import Within


class App:
    """An ASGI app: /echo gives the body back, /fails fails, /hangs never answers."""

    def __init__(self):
        self.hanging = threading.Event()

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/fails":
            raise RuntimeError("it fails")
        if scope["path"] == "/hangs":
            self.hanging.set()
            await asyncio.Event().wait()
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        half = len(message["body"]) // 2
        for part, more in ((message["body"][:half], True),
                           (message["body"][half:], False)):  # fmt: skip
            await send({"type": "http.response.body", "body": part, "more_body": more})


@contextmanager
def city():
    """A client of an app whose loop runs in another thread; what ends the loop."""
    app, stop = App(), threading.Event()
    started, ending = threading.Event(), []

    async def run():
        ending.extend((asyncio.get_running_loop(), asyncio.Event()))
        started.set()
        await ending[1].wait()

    loop = threading.Thread(target=asyncio.run, args=(run(),))
    loop.start()
    assert started.wait(10)

    def end():
        ending[0].call_soon_threadsafe(ending[1].set)
        loop.join(10)
        assert not loop.is_alive()

    with Remote("http://city", Within(app, ending[0], stop)) as remote:
        yield remote, app, stop, end
    if loop.is_alive():
        end()


def test_an_answer_comes_whole():
    with city() as (remote, *_):
        content = bytes(range(256)) * 1_000
        assert remote.post_octets("/echo", content) == content


def test_an_app_that_fails_is_an_answer():
    with city() as (remote, *_), pytest.raises(Answered) as answered:
        remote.get("/fails")
    assert answered.value.status == 500


def test_nothing_is_asked_of_a_city_that_stops():
    with city() as (remote, _, stop, _):
        assert remote.post_octets("/echo", b"before") == b"before"
        stop.set()
        with pytest.raises(Unreachable):
            remote.post_octets("/echo", b"after")


def test_what_waits_for_an_answer_ends_with_the_loop():
    with city() as (remote, app, _, end), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(remote.get, "/hangs")
        assert app.hanging.wait(10)
        end()
        with pytest.raises(Unreachable):
            waiting.result(10)
