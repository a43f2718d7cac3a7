"""One real city for the tests of this room: a node, its doors, an address."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from served_city import Served

from huabiao.doors.api import build_app
from huabiao.node.node import start


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("city")
    node = start(home, "intl", lambda line: None)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    node.index.latest(1)  # waits for the read model's process
    services = node.services()
    app = build_app(node.port, node.index, services)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield Served(node, home, url, services)
    server.should_exit = True
    thread.join(10)
    listener.close()
    node.close()


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def case(served: Served) -> str:
    """A manifest that `plant` drafted and `truck` collected; strangers see little."""
    served.grant("hazardous_waste", "generator", "plant")
    served.grant("hazardous_waste", "carrier", "truck")
    served.grant("hazardous_waste", "supervisor", "bureau")
    drafted = served.remote().call(
        served.keys("plant"), "hazardous_waste", "draft", "m1",
        {"waste_code": "900-041-49", "declared": "1000"},
    )  # fmt: skip
    assert drafted.accepted, drafted
    collected = served.remote().call(
        served.keys("truck"), "hazardous_waste", "collect", "m1", {"weighed": 990}
    )
    assert collected.accepted, collected
    return "m1"
