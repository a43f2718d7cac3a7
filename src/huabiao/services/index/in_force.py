"""
Which Descriptions are in force, as governance says it on the chain.

    governance/installed                       [newest name, releases, highest start]
    governance/installed/<name>                [before, newest, [[version, start], …]]
    governance/descriptions/<name>@<version>   [document, [role, …]]

A version that waits for its height is indexed by from the block before that height on,
as it is run from there on: docs/formats/governed-state.md.
"""

from typing import Any

from huabiao.codec import decode
from huabiao.services.index.database import Connection
from huabiao.services.index.rows import Batch

INSTALLED, DESCRIPTIONS = "governance/installed", "governance/descriptions"


def documents_after(
    connection: Connection, batch: Batch, before: int, height: int
) -> dict[str, str]:
    """The Descriptions in force for the block after a height, by contract; none where
    they are those that were in force after the block `before`."""
    newest = _entry(connection, INSTALLED)
    if newest is None or (INSTALLED not in batch.entries and before + 1 >= newest[2]):
        return {}
    rows = connection.execute(
        "SELECT e.key, v.value FROM entries e JOIN versions v USING (version)"
        " WHERE e.key >= ? AND e.key < ?",
        (f"{INSTALLED}/", f"{INSTALLED}0"),
    ).fetchall()
    found = {}
    for key, value in rows:
        name = key[len(INSTALLED) + 1 :]
        # version 0 is there of no contract: nothing of this one is in force yet
        started = [v for v, start in decode(value)[2] if start <= height + 1] or [0]
        described = _entry(connection, f"{DESCRIPTIONS}/{name}@{started[-1]}")
        if described is not None:
            found[name] = described[0]
    return found


def _entry(connection: Connection, key: str) -> Any:
    row = connection.execute(
        "SELECT v.value FROM entries e JOIN versions v USING (version) WHERE e.key = ?",
        (key,),
    ).fetchone()
    return None if row is None else decode(row[0])
