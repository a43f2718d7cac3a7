"""
Rows into tables: one transaction for a few blocks, or nothing of them.

Rows are inserted in the order of their keys, because a database then walks each tree
once and the pages that it touches stay few.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from huabiao.codec import decode
from huabiao.services.index.database import Address, Connection, Database
from huabiao.services.index.kept import KeptBlock
from huabiao.services.index.layouts import Layouts, Plan, indexed_values
from huabiao.services.index.postings import write_postings
from huabiao.services.index.questions import of_those
from huabiao.services.index.rows import Batch
from huabiao.services.index.tables import ACTOR, list_of
from huabiao.services.index.topics import SEARCHED, is_searched, write_topic

RECORDS_AT_ONCE = 1_000
Field = tuple[int, bytes, str]
"""A row of `fields`: number of the list, value, id of the record."""


class OutOfStep(Exception):
    """The block does not follow the blocks in the index; the sentence says how."""


def followed(connection: Connection) -> tuple[str, int, bytes]:
    """(chain, height, hash of the newest block); ("", 0, b"") of an empty index."""
    row = connection.execute("SELECT chain, height, hash FROM followed").fetchone()
    return row or ("", 0, b"")


def reach(address: Address) -> int:
    """How far an index is that nobody has open; 0 where there is none."""
    database = Database(address)
    try:
        with database.reading() as connection:
            return followed(connection)[1]
    except database.errors:
        return 0
    finally:
        database.close()


def read_layouts(connection: Connection) -> Layouts:
    """The Descriptions that the index knows."""
    rows = connection.execute("SELECT contract, document FROM descriptions")
    return Layouts(dict(rows.fetchall()))


def next_version(connection: Connection) -> int:
    """The number of the next write."""
    (newest,) = connection.execute("SELECT max(version) FROM versions").fetchone()
    return int(newest or 0) + 1


def hash_at(connection: Connection, height: int) -> bytes | None:
    """The hash of a block in the index."""
    rows = connection.execute("SELECT hash FROM blocks WHERE height = ?", (height,))
    return next((hash_ for (hash_,) in rows.fetchall()), None)


def check_follows(before: tuple[str, int, bytes], blocks: Sequence[KeptBlock]) -> None:
    """Raise OutOfStep unless each block stands on the one before it."""
    _, height, hash_ = before
    for block in blocks:
        header = block.header
        if header.height != height + 1:
            raise OutOfStep(
                f"索引到第 {height} 块，不能接第 {header.height} 块；"
                f"请从第 {height + 1} 块继续。"
                f" The index is at block {height} and cannot take block"
                f" {header.height}: go on from {height + 1}."
            )
        if height and header.previous != hash_:
            raise OutOfStep(
                f"第 {header.height} 块不接在索引中的第 {height} 块之后，属于另一条链；"
                f"请删除索引文件重建。 Block {header.height} does not stand on block"
                f" {height} of the index but on another chain; delete the index file."
            )
        height, hash_ = header.height, block.hash


def write_batch(connection: Connection, batch: Batch, layouts: Layouts) -> None:
    """All rows of a batch, within the caller's transaction."""
    connection.append("blocks", batch.blocks)
    connection.append("calls", batch.calls)
    connection.append("versions", batch.versions)
    connection.append("events", batch.events)
    write_postings(connection, batch.terms, batch.places)
    _write_records(connection, batch, layouts)
    _write_entries(connection, batch, layouts)


def write_followed(connection: Connection, block: KeptBlock) -> None:
    """How far the index is, in the transaction of the rows."""
    connection.execute(
        "INSERT INTO followed VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET"
        " chain = excluded.chain, height = excluded.height, hash = excluded.hash",
        (block.header.chain, block.header.height, block.hash),
    )


def _write_records(connection: Connection, batch: Batch, layouts: Layouts) -> None:
    rows: list[tuple[Any, ...]] = []
    added = [(list_of(c, ACTOR), sender, id_) for c, sender, id_ in batch.actors]
    gone: list[Field] = []
    states: Counter[tuple[str, str]] = Counter()
    records = [(*at, version, record_of(value))
               for at, (version, value) in sorted(batch.records.items())]  # fmt: skip
    before = _newest(connection, [
        (contract, id_) for contract, id_, _, stored in records
        if stored is None or stored[1] > 1
    ])  # fmt: skip
    for contract, id_, version, stored in records:
        plan, was = layouts.plans.get(contract, ()), before.get((contract, id_))
        if was is not None:
            states[contract, was[0]] -= 1
        if stored is None:
            gone += _fields(plan, id_, was and record_of(was[1]))
            connection.execute(
                "DELETE FROM records WHERE contract = ? AND id = ?", (contract, id_)
            )
            continue
        states[contract, stored[0]] += 1
        rows.append((contract, id_, stored[0], stored[1], version))
        fields = _fields(plan, id_, stored)
        if plan and was is not None:
            held = _fields(plan, id_, record_of(was[1]))
            gone += [each for each in held if each not in fields]
            fields = [each for each in fields if each not in held]
        added += fields
    _write_rows(connection, rows, states)
    _write_fields(connection, added, gone)


def _write_rows(
    connection: Connection,
    rows: list[tuple[Any, ...]],
    states: Mapping[tuple[str, str], int],
) -> None:
    """The newest of each record, and how many more are in each state."""
    connection.append(
        "records",
        rows,
        "ON CONFLICT (contract, id) DO UPDATE SET state = excluded.state,"
        " revision = excluded.revision, version = excluded.version",
    )
    connection.append(
        "states",
        [(*names, number) for names, number in sorted(states.items()) if number],
        "ON CONFLICT (contract, state)"
        " DO UPDATE SET records = states.records + excluded.records",
    )
    connection.execute("DELETE FROM states WHERE records = 0")


def _newest(
    connection: Connection, wanted: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, bytes]]:
    """State and value of records as the index has them, many in one question."""
    by_contract: dict[str, list[str]] = {}
    for contract, id_ in sorted(wanted):
        by_contract.setdefault(contract, []).append(id_)
    found = {}
    for contract, ids in by_contract.items():
        rows = of_those(
            connection,
            "SELECT r.id, r.state, v.value FROM records r JOIN versions v"
            " USING (version) WHERE r.contract = ? AND r.id IN", ids, (contract,),
        )  # fmt: skip
        found.update({(contract, id_): (state, v) for id_, state, v in rows})
    return found


def _fields(plan: Any, id_: str, stored: tuple[str, int, Any] | None) -> list[Field]:
    """The rows that a record is looked up by."""
    if not plan or stored is None:
        return []
    return [(listed, value, id_) for listed, value in indexed_values(plan, stored[2])]


def _write_fields(
    connection: Connection, added: list[Field], gone: Sequence[Field]
) -> None:
    connection.executemany(
        "DELETE FROM fields WHERE list = ? AND value = ? AND id = ?", sorted(gone)
    )
    added.sort()
    connection.append("fields", added, "ON CONFLICT DO NOTHING")


def record_of(value: bytes | None) -> tuple[str, int, Any] | None:
    """[state, revision, fields] taken apart; None for what is no record."""
    plain = None if value is None else decode(value)
    if type(plain) is not list or len(plain) != 3:
        return None
    state, revision, fields = plain
    if type(state) is not str or type(revision) is not int:
        return None
    return state, revision, fields


def _write_entries(connection: Connection, batch: Batch, layouts: Layouts) -> None:
    entries = sorted(batch.entries.items())
    connection.append(
        "entries",
        [(key, version) for key, (version, value) in entries if value is not None],
        "ON CONFLICT (key) DO UPDATE SET version = excluded.version",
    )
    connection.executemany(
        "DELETE FROM entries WHERE key = ?",
        [(key,) for key, (_, value) in entries if value is None],
    )
    for key, (_, value) in entries:
        if is_searched(key):
            write_topic(connection, key, value, layouts)
    for (contract, id_), (_, value) in sorted(batch.records.items()):
        if contract in SEARCHED:
            stored = record_of(value)
            key = f"{contract}/record/{id_}"
            write_topic(connection, key, stored and stored[2], layouts)


def change_layouts(
    connection: Connection, layouts: Layouts, documents: Mapping[str, str]
) -> Layouts:
    """Take in Descriptions; where other fields are indexed now, index them anew."""
    changed = {
        name: text
        for name, text in sorted(documents.items())
        if layouts.documents.get(name) != text
    }
    if not changed:
        return layouts
    after = layouts.with_changes(changed)
    connection.append(
        "descriptions",
        list(changed.items()),
        "ON CONFLICT (contract) DO UPDATE SET document = excluded.document",
    )
    for name in changed:
        if after.plans[name] != layouts.plans.get(name, ()):
            _forget_lists(connection, layouts.plans.get(name, ()))
            _index_again(connection, name, after)
    return after


def _forget_lists(connection: Connection, plan: Plan) -> None:
    connection.executemany(
        "DELETE FROM fields WHERE list = ?", [(listed,) for _, _, listed in plan]
    )


def _index_again(connection: Connection, contract: str, layouts: Layouts) -> None:
    last: str | None = ""
    while last is not None:
        rows = connection.execute(
            "SELECT r.id, v.value FROM records r JOIN versions v USING (version)"
            " WHERE r.contract = ? AND r.id > ? ORDER BY r.id LIMIT ?",
            (contract, last, RECORDS_AT_ONCE),
        ).fetchall()
        added: list[Field] = []
        for id_, value in rows:
            added += _fields(layouts.plans[contract], id_, record_of(value))
        _write_fields(connection, added, [])
        last = rows[-1][0] if rows else None
