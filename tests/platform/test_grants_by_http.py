"""
The same random acts through the doors: a real node, a real server, HTTP and sessions.

The model is that of the ledger's test. Beside the codes, each side reads its record as
its own account: the two sides see all of it, a third department does not.
"""

import socket
import threading
import time
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from civic import departments, register_people
from grant_model import ACTS, OTHERS, OWNER, Model, call_of
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys
from huabiao.doors.api import build_app
from huabiao.node.node import Node, start

PATH = "/api/scenarios/sharing/records/"


class Town:
    """A served city with the part of `City` that the valid case and the acts use."""

    def __init__(self, node: Node, home: Path, url: str) -> None:
        self.node, self.home, self.url, self.remote = node, home, url, Remote(url)
        self.now = int(time.time() * 1000)
        self.ledger = SimpleNamespace(digest=lambda data: sha256(data).digest())
        self.numbers = count(1)
        self.views: dict[str, Remote] = {}

    def cast(self, name: str) -> Keys:
        return open_identity(self.home, name, "intl", make=True)

    def submit(self, signer: Keys, *calls: Any) -> Any:
        return self.remote.send(signer, *calls)

    def grant(self, scenario: str, role: str, *holders: Keys) -> None:
        given = [
            call("governance", "grant_role", "test", scenario=scenario, role=role,
                 account=each.account)
            for each in holders
        ]  # fmt: skip
        assert self.submit(self.cast("operator"), *given).accepted

    def seen_by(self, name: str, path: str) -> Any:
        if name not in self.views:
            self.views[name] = Remote(self.url).as_(self.cast(name))
        return self.views[name].get(path)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("town")
    node = start(home, "intl", lambda line: None)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = build_app(node.port, node.index, node.services())
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    listener.listen()  # from here a client waits until the server takes it
    thread.start()
    made = Town(node, home, f"http://127.0.0.1:{listener.getsockname()[1]}")
    departments(made, OWNER, *OTHERS)  # type: ignore[arg-type]
    register_people(made, made.cast(OWNER))  # type: ignore[arg-type]
    yield made
    server.should_exit = True
    thread.join(10)
    listener.close()
    node.close()


@settings(max_examples=12, deadline=None)
@given(acts=st.lists(ACTS, max_size=15))
def test_random_acts_through_the_doors(town: Town, acts: list[Any]) -> None:
    model, before = Model(), f"e{next(town.numbers)}-"
    acts = [("revise", OWNER, "g1", ["id"], [], 0), *acts]  # as the model begins
    for act in acts:
        made = call_of(town, model, act, next(town.numbers), town.now, before)
        outcome = town.submit(town.cast(act[1]), made)
        assert outcome.code == model.expect(act), (act, outcome.sentence)
    for id_, grant in model.grants.items():
        for name in (OWNER, *OTHERS):
            shown = town.seen_by(name, PATH + before + id_)
            assert shown["state"] == grant[0]
            assert shown["complete"] == (name in (OWNER, grant[1]))
            if shown["complete"]:
                assert shown["fields"]["rows"] == grant[4]
                asked = shown["fields"]["asked"]
                assert asked["columns"] == grant[2][0]
    # A list tells what the read model has; on a busy machine it may be behind.
    assert town.node.index.wait_for(town.node.port.height, 60)
    path = "/api/scenarios/directory/parts/catalogs?prefix=SI-PEOPLE"
    (entry,) = town.remote.get(path)["entries"]
    assert entry["entry"]["resource"]["sharing"] == model.sharing
