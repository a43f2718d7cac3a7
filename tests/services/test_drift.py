"""Drift: what is said, in which order, and that nothing is missed."""

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from huabiao.services.scanner import (
    ColumnScan,
    DatabaseScan,
    ForeignKeyScan,
    TableScan,
    compare,
    scan,
    structure,
)

NAMES = st.sampled_from(["id", "姓名", "select", "{0}", "a b", "😀"])


def column(name: str, **changes: object) -> ColumnScan:
    plain = ColumnScan(name, "text", "M", None, True, "", None)
    return msgspec.structs.replace(plain, **changes)


def table(name: str, *columns: ColumnScan, **changes: object) -> TableScan:
    plain = TableScan("public", name, "table", "", 0, True, [], [], [], list(columns))
    return msgspec.structs.replace(plain, **changes)


def live(*tables: TableScan) -> DatabaseScan:
    return DatabaseScan("postgresql", "18", "x", list(tables))


columns = st.builds(
    column,
    NAMES,
    type=st.sampled_from(["text", "integer"]),
    standard_type=st.sampled_from(["M", "I"]),
    length=st.sampled_from([None, 3]),
    nullable=st.booleans(),
    comment=st.sampled_from(["", "注释"]),
)
tables = st.builds(
    lambda name, cols, changes: table(name, *cols, **changes),
    NAMES,
    st.lists(columns, max_size=4, unique_by=lambda c: c.name),
    st.fixed_dictionaries(
        {
            "schema": st.sampled_from(["public", "other"]),
            "kind": st.sampled_from(["table", "view"]),
            "comment": st.sampled_from(["", "表"]),
            "primary_key": st.sampled_from([[], ["id"], ["id", "姓名"]]),
            "unique": st.sampled_from([[], [["id"]], [["id"], ["a b"]]]),
            "foreign_keys": st.sampled_from(
                [[], [ForeignKeyScan(["id"], "public", "t", ["id"])]]
            ),
        }
    ),
)
databases = st.lists(tables, max_size=4, unique_by=lambda t: (t.schema, t.name))


def as_set(found: list[TableScan]) -> dict[tuple[str, str], object]:
    return {(t.schema, t.name): structure(t) for t in found}


@given(databases, databases)
def test_there_is_drift_exactly_when_structures_differ(before, after):
    assert bool(compare(before, live(*after))) == (as_set(before) != as_set(after))


@given(databases, databases, st.randoms())
def test_the_order_of_the_input_does_not_matter(before, after, chance: random.Random):
    told = compare(before, live(*after))
    chance.shuffle(before)
    chance.shuffle(after)
    assert compare(before, live(*after)) == told


@given(databases, databases)
def test_registered_structures_serve_as_well_as_scans(before, after):
    plain = [structure(t) for t in before]
    kept = msgspec.json.decode(msgspec.json.encode(plain))
    assert compare(kept, live(*after)) == compare(before, live(*after))


@given(databases, databases)
def test_every_drift_has_two_sentences_and_is_plain(before, after):
    for drift in compare(before, live(*after)):
        assert drift.zh.endswith("。")
        assert drift.en.endswith(".")
        assert drift.severity in ("alert", "notice")
        assert drift.table in drift.sentence
        msgspec.json.encode(drift)


def test_rows_matter_by_an_order_of_magnitude_only():
    def told(before: int, after: int) -> list[str]:
        old, new = table("t", rows=before), table("t", rows=after)
        return [(d.kind, d.severity) for d in compare([old], live(new))]

    assert told(1000, 9000) == []
    assert told(1000, 10_100) == [("rows changed", "notice")]
    assert told(10_100, 1000) == [("rows changed", "notice")]
    assert told(0, 8) == []
    assert told(0, 9) == [("rows changed", "notice")]


def test_the_days_alterations_are_told(fresh_database, connect):
    url = fresh_database(
        "CREATE TABLE firm (code char(18) PRIMARY KEY, phone text, size integer)",
        "CREATE TABLE gone (id int)",
    )
    registered = [structure(t) for t in scan(url).tables]
    assert compare(registered, scan(url)) == []
    with connect(url) as connection:
        for statement in (
            "ALTER TABLE firm DROP COLUMN phone",
            "ALTER TABLE firm ALTER COLUMN size TYPE numeric(9,1)",
            "ALTER TABLE firm ALTER COLUMN size SET NOT NULL",
            "ALTER TABLE firm DROP CONSTRAINT firm_pkey",
            "ALTER TABLE firm ADD COLUMN born date",
            "COMMENT ON TABLE firm IS '企业'",
            "DROP TABLE gone",
            "CREATE TABLE fresh (id int)",
        ):
            connection.execute(statement)
    told = [(d.kind, d.table, d.column) for d in compare(registered, scan(url))]
    assert told == [
        ("comment changed", "firm", None),
        ("primary key changed", "firm", None),
        ("column added", "firm", "born"),
        ("column dropped", "firm", "phone"),
        ("nullability changed", "firm", "size"),
        ("type changed", "firm", "size"),
        ("table added", "fresh", None),
        ("table dropped", "gone", None),
    ]
    alerts = [d for d in compare(registered, scan(url)) if d.severity == "alert"]
    assert len(alerts) == len(told) - 1
    changed = next(d for d in alerts if d.kind == "type changed")
    assert (changed.before, changed.after) == ("integer · I", "numeric(9,1) · N")
