"""A read model in PostgreSQL, and a read model built anew from the log."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.doors.cli import main
from huabiao.node.node import Node, start
from huabiao.services import databases
from huabiao.services.index import Index


@pytest.fixture
def server(tmp_path: Path) -> Iterator[databases.Cluster]:
    running = databases.start(tmp_path / "postgres")
    yield running
    databases.remove(running)


def notarise(node: Node, number: int) -> None:
    keys = open_identity(node.home.folder, "operator", "intl")
    digests = call("evidence", "notarize", digests=[number.to_bytes(32, "big")])
    raw = sign_envelope(node.port.chain, keys, [digests])
    (outcome,) = asyncio.run(node.port.submit([raw]))
    assert outcome.accepted, outcome


def up(home: Path) -> Node:
    return start(home, "intl", lambda line: None)


def rebuild(home: Path, *words: str, code: int = 0) -> dict[str, object]:
    command = ["index", "rebuild", "--home", str(home), "--json", *words]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == code, result.output
    return json.loads(result.output.splitlines()[-1]) if not code else {}


def test_a_node_follows_into_postgresql_and_builds_it_anew(
    tmp_path: Path, server: databases.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, url = tmp_path / "home", server.url()
    monkeypatch.setenv("HUABIAO_INDEX", url)
    node = up(home)
    notarise(node, 1)
    assert node.index.wait_for(1, 30), node.index.failure
    assert [each["code"] for each in node.index.latest()] == ["ok"]
    node.close()
    assert not list(home.glob("index.sqlite*"))
    spoiled = Index(url)
    spoiled.empty()
    spoiled.close()
    found = rebuild(home, "--index-url", url)
    assert found["height"] == 1 and found["envelopes"] == 1
    node = up(home)
    notarise(node, 2)
    assert node.index.wait_for(2, 30), node.index.failure
    assert len(node.index.latest()) == 2
    node.close()


def test_while_the_database_is_away_the_ledger_goes_on(
    tmp_path: Path, server: databases.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUABIAO_INDEX", server.url())
    node = up(tmp_path / "home")
    notarise(node, 1)
    assert node.index.wait_for(1, 30), node.index.failure
    databases.stop(server)
    notarise(node, 2)
    assert not node.index.wait_for(2, 1)
    assert node.port.height == 2
    databases.start(tmp_path / "postgres")
    assert node.index.wait_for(2, 60), node.index.failure
    assert len(node.index.latest()) == 2
    assert server.password() not in node.index.failure
    node.close()


def test_a_read_model_is_rebuilt_by_one_command(tmp_path: Path) -> None:
    home = tmp_path / "home"
    node = up(home)
    notarise(node, 1)
    assert node.index.wait_for(1, 30)
    before = node.index.latest()
    refused = CliRunner().invoke(main, ["index", "rebuild", "--home", str(home)])
    assert refused.exit_code == 1 and "already running" in refused.output
    node.close()
    index = Index(home / "index.sqlite")
    index.empty()
    index.close()
    assert rebuild(home)["height"] == 1
    again = Index(home / "index.sqlite")
    assert again.latest() == before
    assert again.entries("governance", "sources", limit=1), "founding is missing"
    again.close()
    rebuild(tmp_path / "nowhere", code=1)


def test_an_address_that_is_none_is_refused_without_repeating_its_password(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    up(home).close()
    for wrong in ("mysql://me:secret@host/db", "secret"):
        result = CliRunner().invoke(
            main, ["index", "rebuild", "--home", str(home), "--index-url", wrong],
            env={"HUABIAO_INDEX": None},
        )  # fmt: skip
        assert result.exit_code == 1 and "postgresql://" in result.output
        assert "secret" not in result.output
