"""The scanner against a real PostgreSQL and SQLite, odd names and bad addresses."""

import sqlite3

import msgspec
import pytest

from huabiao.services import databases
from huabiao.services.scanner import CannotScan, counting, scan, structure

ODD_NAMES = [
    "select",
    'quo"te',
    "it's",
    "😀",
    "姓名",
    "per%cent",
    "a:b",
    "back\\slash",
    " ",
    "%(x)s",
    "x;drop",
    "CamelCase",
    "{brace}",
]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def odd_table(table: str) -> str:
    columns = ", ".join(f"{quoted(name)} text" for name in ODD_NAMES)
    return f"CREATE TABLE {table} ({columns})"


@pytest.fixture
def sqlite_file(tmp_path):
    def make(*statements: str, name: str = "city.db") -> str:
        path = tmp_path / name
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return f"sqlite:///{path}"

    return make


def test_an_empty_database_has_no_tables(fresh_database, sqlite_file):
    assert scan(fresh_database()).tables == []
    assert scan(sqlite_file()).tables == []


def test_a_postgresql_table_is_read_whole(fresh_database):
    url = fresh_database(
        "CREATE TABLE unit (code char(18) PRIMARY KEY)",
        "CREATE TABLE person (id int, part int, unit char(18) REFERENCES unit,"
        " card varchar(20) NOT NULL UNIQUE, PRIMARY KEY (part, id))",
        "COMMENT ON TABLE person IS '人员'",
        "COMMENT ON COLUMN person.card IS '编号'",
        "INSERT INTO person SELECT n, 1, NULL, n::text FROM generate_series(1, 42) n",
    )
    found = scan(url)
    assert found.dialect == "postgresql"
    assert found.server_version.startswith("18")
    assert [table.name for table in found.tables] == ["person", "unit"]
    person = found.tables[0]
    assert (person.schema, person.kind, person.comment) == ("public", "table", "人员")
    assert (person.rows, person.rows_exact) == (42, True)
    assert person.primary_key == ["part", "id"]
    assert person.unique == [["card"]]
    key = person.foreign_keys[0]
    assert (key.columns, key.to_schema, key.to_table) == (["unit"], "public", "unit")
    card = person.columns[3]
    assert (card.type, card.length) == ("character varying(20)", 20)
    assert (card.standard_type, card.nullable, card.comment) == ("C", False, "编号")


def test_an_sqlite_table_is_read_whole(sqlite_file):
    url = sqlite_file(
        "CREATE TABLE unit (code TEXT PRIMARY KEY)",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, unit TEXT REFERENCES unit(code),"
        " card VARCHAR(20) NOT NULL UNIQUE, odd WHATEVER(3), bare)",
        "CREATE VIEW v AS SELECT id FROM person",
        "INSERT INTO person VALUES (1, NULL, 'a', 2, 3)",
        name="名 字#%.db",
    )
    found = scan(url)
    assert found.database == "名 字#%.db"
    person, unit, view = found.tables
    assert (person.schema, person.rows, person.primary_key) == ("main", 1, ["id"])
    assert person.unique == [["card"]]
    assert person.foreign_keys[0].to_table == "unit"
    assert [column.type for column in person.columns] == [
        "INTEGER",
        "TEXT",
        "VARCHAR(20)",
        "WHATEVER(3)",
        "",
    ]
    assert [column.standard_type for column in person.columns] == list("IMCGG")
    assert (view.kind, view.rows) == ("view", 1)


def test_odd_names_survive_on_both(fresh_database, sqlite_file):
    name = "表😀 '%s:y"
    values = ", ".join(["'x'"] * len(ODD_NAMES))
    made = (odd_table(quoted(name)), f"INSERT INTO {quoted(name)} VALUES ({values})")
    for url in (fresh_database(*made), sqlite_file(*made)):
        (table,) = scan(url).tables
        assert table.name == name
        assert [column.name for column in table.columns] == ODD_NAMES
        assert (table.rows, table.rows_exact) == (1, True)


def test_two_schemas_may_hold_the_same_table(fresh_database):
    url = fresh_database(
        'CREATE SCHEMA "a b""c"',
        "CREATE TABLE same (id int)",
        'CREATE TABLE "a b""c".same (id int, more text)',
        'INSERT INTO "a b""c".same VALUES (1, NULL)',
    )
    found = scan(url).tables
    assert [(t.schema, t.name, t.rows) for t in found] == [
        ('a b"c', "same", 1),
        ("public", "same", 0),
    ]
    assert [len(table.columns) for table in found] == [2, 1]
    assert [t.schema for t in scan(url, schemas=["public"]).tables] == ["public"]
    with pytest.raises(CannotScan, match="nowhere") as refused:
        scan(url, schemas=["nowhere"])
    assert refused.value.reason == "schema"


def test_a_unique_index_is_a_law_unless_it_is_partial(fresh_database):
    url = fresh_database(
        "CREATE TABLE t (a int, b int, c int UNIQUE, PRIMARY KEY (a))",
        "CREATE UNIQUE INDEX whole ON t (a, b)",
        "CREATE UNIQUE INDEX part ON t (b) WHERE c > 0",
        "CREATE UNIQUE INDEX reckoned ON t ((a + b))",
    )
    assert scan(url).tables[0].unique == [["a", "b"], ["c"]]


def test_views_partitions_and_tables_without_columns_or_key(fresh_database):
    url = fresh_database(
        "CREATE TABLE nothing ()",
        "CREATE TABLE part (id int, at date) PARTITION BY RANGE (at)",
        "CREATE TABLE part_1 PARTITION OF part FOR VALUES"
        " FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE VIEW v AS SELECT id FROM part",
        "COMMENT ON VIEW v IS '视图'",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one",
    )
    kinds = {table.name: table.kind for table in scan(url).tables}
    assert kinds == {
        "m": "materialized view",
        "nothing": "table",
        "part": "table",
        "part_1": "table",
        "v": "view",
    }
    view = scan(url).tables[-1]
    assert (view.comment, view.primary_key) == ("视图", [])


def test_types_that_sqlalchemy_does_not_know(fresh_database, recwarn):
    url = fresh_database(
        "CREATE EXTENSION vector",
        "CREATE TYPE mood AS ENUM ('a', 'b')",
        "CREATE DOMAIN short AS varchar(7)",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE TABLE t (v vector(3), m mood, d short, p pair, a int[], pt point)",
        "INSERT INTO t (d) VALUES ('x')",
    )
    (table,) = scan(url).tables
    seen = [(c.type, c.standard_type, c.length) for c in table.columns]
    assert seen == [
        ("vector(3)", "G", None),
        ("mood", "C", None),
        ("short", "C", 7),
        ("pair", "G", None),
        ("integer[]", "G", None),
        ("point", "G", None),
    ]
    assert not [w for w in recwarn if "recognize" in str(w.message)]


def test_thousands_of_columns(fresh_database, sqlite_file):
    wide = ", ".join(f"c{n} text" for n in range(1600))  # PostgreSQL's limit
    (table,) = scan(fresh_database(f"CREATE TABLE wide ({wide})")).tables
    assert len(table.columns) == 1600
    wider = ", ".join(f"c{n} text" for n in range(2000))  # SQLite's limit
    (table,) = scan(sqlite_file(f"CREATE TABLE wide ({wider})")).tables
    assert len(table.columns) == 2000


def test_a_view_that_fails_is_listed_all_the_same(fresh_database):
    url = fresh_database(
        "CREATE TABLE t (id int)",
        "INSERT INTO t VALUES (0)",
        "CREATE VIEW broken AS SELECT (1 / id)::text AS boom FROM t",
        "CREATE VIEW zz AS SELECT id FROM t",
    )
    found = {table.name: table for table in scan(url).tables}
    assert found["broken"].columns[0].name == "boom"
    assert found["zz"].rows == 1


def test_what_is_not_granted_is_listed_with_an_estimate(
    cluster, fresh_database, connect
):
    url = fresh_database(
        "CREATE TABLE open (id int)",
        "CREATE TABLE closed AS SELECT n, n::text AS t FROM generate_series(1, 99) n",
        "ANALYZE closed",
        "DROP ROLE IF EXISTS guest",
        f"CREATE ROLE guest LOGIN PASSWORD '{cluster.password('guest')}'",
        "GRANT SELECT ON open TO guest",
    )
    name = url.rpartition("/")[2]
    closed, opened = scan(cluster.url(name, "guest")).tables
    assert (closed.rows, closed.rows_exact) == (99, False)
    assert (opened.rows, opened.rows_exact) == (0, True)


def test_beyond_the_limit_the_planner_is_asked(fresh_database, monkeypatch):
    url = fresh_database(
        "CREATE TABLE many AS SELECT n FROM generate_series(1, 5000) n", "ANALYZE many"
    )
    monkeypatch.setattr(counting, "EXACT_LIMIT", 1000)
    (table,) = scan(url).tables
    assert (table.rows, table.rows_exact) == (5000, False)


def test_progress_names_each_table_and_order_is_stable(fresh_database):
    url = fresh_database("CREATE TABLE b (id int)", "CREATE TABLE a (id int)")
    told: list[str] = []
    found = scan(url, on_progress=told.append)
    assert told == ["public.a", "public.b"]
    assert scan(url) == found


def test_a_scan_writes_nothing(fresh_database, sqlite_file, connect):
    url = fresh_database(
        "CREATE TABLE t (id int)",
        "CREATE FUNCTION sneak() RETURNS text LANGUAGE sql AS"
        " $$ INSERT INTO t VALUES (1) RETURNING id::text $$",
        "CREATE VIEW trap AS SELECT sneak() AS name",
    )
    scan(url)
    with connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_scan_is_plain_json(fresh_database):
    found = scan(fresh_database("CREATE TABLE 人 (姓名 varchar(20))"))
    raw = msgspec.json.encode(found)
    assert msgspec.json.decode(raw, type=type(found)) == found
    plain = structure(found.tables[0])
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(plain)) == plain
    assert "rows" not in plain


def test_the_departments_people_are_found_and_their_values_are_not_kept(
    cluster, connect
):
    its = databases.department("human_resources")
    databases.build(cluster, its.id)
    url = cluster.url(its.database, its.reader)
    found = scan(url)
    people = next(table for table in found.tables if table.name == "people")
    proposed = {c.name: c.personal for c in people.columns if c.personal}
    assert set(proposed) == {
        "identity_number",
        "full_name",
        "mobile",
        "email",
        "home_address",
        "bank_card",
    }
    assert all(proposal.confidence == "high" for proposal in proposed.values())
    others = [t for t in found.tables if t.name in ("monthly_employment", "employers")]
    assert not [c for t in others for c in t.columns if c.personal]
    text = msgspec.json.encode(found).decode()
    with connect(url) as connection:
        query = "SELECT identity_number, full_name, mobile FROM people LIMIT 50"
        for row in connection.execute(query):
            assert not [value for value in row if value in text]


def test_flights_and_airlines_are_not_people(cluster):
    its = databases.department("transport")
    databases.build(cluster, its.id)
    found = scan(cluster.url(its.database, its.reader))
    assert not [c for t in found.tables for c in t.columns if c.personal]
    flights = next(table for table in found.tables if table.name == "flights")
    assert (flights.rows, flights.rows_exact) == (336_776, True)
