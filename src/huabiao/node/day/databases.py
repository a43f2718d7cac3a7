"""
The departments' real databases and their gateways: brought up at every start, filled
once. The key of the subject tags lies in HOME/tag.key and never leaves the machine.
"""

import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from huabiao.client.wallets import open_identity
from huabiao.durable import write_new
from huabiao.node.day.cast import Say
from huabiao.node.local_port import LocalPort
from huabiao.services import databases
from huabiao.services.gateway import Gateway

PEOPLE = "human_resources.public.people"
SUBJECTS = {PEOPLE: "identity_number"}


def open_databases(
    folder: Path, port: LocalPort, services: dict[str, Any], say: Say
) -> None:
    """Start PostgreSQL, fill what is empty, open a gateway for each department."""
    say("启动三个部门的 PostgreSQL… Starting three departments' databases…")
    cluster = databases.start(folder / "databases")
    services["cluster"] = cluster
    gateways: dict[bytes, Gateway] = services["gateways"]
    for its in databases.DEPARTMENTS:
        built = databases.build(cluster, its.id)
        if built.loaded:
            rows = sum(built.rows.values())
            say(f"  {its.zh}：{its.database}，{rows:,} 行。 {its.en}: {rows:,} rows.")
        keys = open_identity(folder, its.zh, port.suite_name, make=True)
        engine = create_engine(
            cluster.url(its.database, its.reader), pool_size=8, max_overflow=8
        )
        gateways[keys.account] = Gateway(
            port, keys, engine, tag_key(folder), SUBJECTS, services["tags"].keep
        )


def close_databases(services: dict[str, Any]) -> None:
    """Stop the server that `open_databases` started."""
    cluster = services.pop("cluster", None)
    if cluster is not None:
        databases.stop(cluster)


def tag_key(folder: Path) -> bytes:
    """The city's key of subject tags, 32 bytes; made at first use."""
    path = folder / "tag.key"
    if not path.exists():
        write_new(path, secrets.token_bytes(32))
    return path.read_bytes()
