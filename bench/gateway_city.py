"""
The city that bench/gateway.py measures, in a process of its own: a node, a PostgreSQL
server with one table of many rows, and the owner's gateway beside the node.

    python -m bench.gateway_city HOME PORT ROWS
"""

import contextlib
import sys
from pathlib import Path

import psycopg
import uvicorn
from sqlalchemy import create_engine

from huabiao.client.wallets import open_identity
from huabiao.doors.api import build_app
from huabiao.node.node import start
from huabiao.services import databases
from huabiao.services.gateway import Gateway

OWNER, DATABASE = "owner", "residents"
TABLE = "residents.public.residents"
FILL = """
CREATE TABLE residents AS
SELECT i AS id, '110105' || lpad(i::text, 12, '0') AS identity_number,
       'resident ' || i AS full_name, (i %% 16)::text AS district,
       date '1950-01-01' + i %% 20000 AS born, repeat('x', 80) AS home_address
FROM generate_series(1, %d) AS i
"""


def fill(cluster: databases.Cluster, rows: int) -> None:
    """The table, its primary key, and statistics for the planner."""
    plain = cluster.url().replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    plain = cluster.url(DATABASE).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute((FILL % rows).encode())
        connection.execute("ALTER TABLE residents ADD PRIMARY KEY (id)")
        connection.execute("VACUUM ANALYZE residents")


def main() -> None:
    home, port, rows = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    cluster = databases.start(home / "databases")
    try:
        fill(cluster, rows)
        (home / "database.url").write_text(cluster.url(DATABASE))
        node = start(home)
        keys = open_identity(home, OWNER, "intl", make=True)
        engine = create_engine(cluster.url(DATABASE), pool_size=8, max_overflow=0)
        gateway = Gateway(
            node.port, keys, engine, b"tag key of a benchmark",
            {TABLE: "identity_number"}, node.tags.keep,
        )  # fmt: skip
        services = node.services() | {"gateways": {keys.account: gateway}}
        app = build_app(node.port, node.index, services)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                # As the node serves: asyncio's own loop accepts a crowd at once,
                # libuv's one connection an iteration.
                uvicorn.run(
                    app, port=port, log_level="warning", access_log=False,
                    loop="asyncio",
                )  # fmt: skip
        finally:
            node.close()
    finally:
        databases.stop(cluster)


if __name__ == "__main__":
    main()
