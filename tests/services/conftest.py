"""One real PostgreSQL server for the session, and empty databases on it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from huabiao.services import databases
from huabiao.services.index import Index

Connect = Callable[[str], psycopg.Connection[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def connect() -> Connect:
    """Open an SQLAlchemy address with psycopg; each statement commits by itself."""

    def opened(url: str) -> psycopg.Connection[tuple[Any, ...]]:
        plain = url.replace("postgresql+psycopg://", "postgresql://")
        return psycopg.connect(plain, autocommit=True)

    return opened


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Cluster]:
    """A server in a home of its own; removed at the end."""
    home: Path = tmp_path_factory.mktemp("postgres")
    running = databases.start(home)
    yield running
    databases.remove(running)


@pytest.fixture
def fresh_database(cluster: databases.Cluster, connect: Connect) -> Callable[..., str]:
    """Make an empty database, run statements in it, return its address."""
    made = []

    def make(*statements: str) -> str:
        name = f"fresh_{len(made)}"
        made.append(name)
        named = sql.Identifier(name)
        with connect(cluster.url()) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named)
            connection.execute(drop)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(named))
        with connect(cluster.url(name)) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement))
        return cluster.url(name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where an index can lie: a file, or a database of a real server, emptied."""
    if request.param == "sqlite":
        return tmp_path / "index.sqlite"
    url: str = request.getfixturevalue("cluster").url()
    emptied = Index(url)
    emptied.empty()
    emptied.close()
    return url
