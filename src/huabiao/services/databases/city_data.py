"""
Three departments, each with a database of its own on one real PostgreSQL server.

`build` creates a department's database, its owner and its reader, fills it by COPY in
one transaction and marks it as whole. A second call finds the mark and is done; a
killed load leaves an empty database, which the next call fills.

Public data and their licences are listed in `SOURCES`; people and enterprises are
synthetic. Credit codes of the departments are invented and checksum-valid (GB 32100).
"""

from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from huabiao.services.databases import human_resources, market, transport
from huabiao.services.databases.cluster import Cluster
from huabiao.services.databases.population import department_code
from huabiao.services.databases.tables import Table, View, create, create_view

SEED = 20230401
MARK = "华表演示数据 1 · Huabiao demo data 1"


class DepartmentDatabase(msgspec.Struct, frozen=True):
    """A department and the database that it keeps; `code` is its GB 32100 code."""

    id: str
    zh: str
    en: str
    code: str
    database: str
    system_zh: str
    system_en: str
    tables: Callable[[int], tuple[Table, ...]]
    views: tuple[View, ...]

    @property
    def owner(self) -> str:
        """The database role that owns the tables, as the department's own system."""
        return f"{self.id}_owner"

    @property
    def reader(self) -> str:
        """The role that may only SELECT: for the scanner and the gateway."""
        return f"{self.id}_reader"


class BuiltDatabase(msgspec.Struct, frozen=True):
    """A database that is there; `rows` by table, empty when it was there before.

    The roles' addresses come from `cluster.url(database, role)`.
    """

    department: str
    database: str
    owner: str
    reader: str
    loaded: bool
    rows: dict[str, int]


class UnknownDepartment(Exception):
    """No such department has a demo database; the sentence lists those that do."""


DEPARTMENTS: tuple[DepartmentDatabase, ...] = (
    DepartmentDatabase(
        "market",
        "市市场监管局",
        "Municipal Administration for Market Regulation",
        department_code(1),
        "market_supervision",
        "企业登记系统",
        "Enterprise registration system",
        market.tables,
        market.VIEWS,
    ),
    DepartmentDatabase(
        "transport",
        "市交通委",
        "Municipal Commission of Transport",
        department_code(2),
        "transport",
        "航班运行监测系统",
        "Flight operations monitoring system",
        lambda seed: transport.TABLES,
        transport.VIEWS,
    ),
    DepartmentDatabase(
        "human_resources",
        "市人力资源社会保障局",
        "Municipal Human Resources and Social Security Bureau",
        department_code(3),
        "human_resources",
        "社会保险系统",
        "Social insurance system",
        human_resources.tables,
        human_resources.VIEWS,
    ),
)


def department(department_id: str) -> DepartmentDatabase:
    """The department of that id. Raises UnknownDepartment."""
    for found in DEPARTMENTS:
        if found.id == department_id:
            return found
    known = ", ".join(each.id for each in DEPARTMENTS)
    raise UnknownDepartment(
        f"没有部门 {department_id}；可用：{known}。"
        f" There is no department {department_id}; known are: {known}."
    )


def build(
    cluster: Cluster,
    department_id: str,
    *,
    seed: int = SEED,
    on_progress: Callable[[str], None] | None = None,
) -> BuiltDatabase:
    """Create and fill the department's database, or find it filled.

    `on_progress` gets each table's name as its load begins. Raises UnknownDepartment,
    MissingData (a data package is not installed) or psycopg.Error.
    """
    its = department(department_id)
    _create_database(cluster, its)
    tell = on_progress or (lambda table: None)
    with _connected(cluster, its.database, its.owner) as connection:
        if _is_marked(connection):
            return _built(its, loaded=False, rows={})
        rows = {}
        for table in its.tables(seed):
            tell(table.name)
            rows[table.name] = create(connection, table)
        for view in its.views:
            tell(view.name)
            create_view(connection, view)
        _open_to_reader(connection, its)
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(its.database), sql.Literal(MARK)
            )
        )
    with _connected(cluster, its.database, its.owner) as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")
    return _built(its, loaded=True, rows=rows)


def _built(
    its: DepartmentDatabase, *, loaded: bool, rows: dict[str, int]
) -> BuiltDatabase:
    return BuiltDatabase(its.id, its.database, its.owner, its.reader, loaded, rows)


def _connected(
    cluster: Cluster, database: str, role: str
) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host="127.0.0.1",
        port=cluster.port,
        user=role,
        password=cluster.password(role),
        dbname=database,
    )


def _create_database(cluster: Cluster, its: DepartmentDatabase) -> None:
    """Roles and an empty database that only they may enter."""
    with _connected(cluster, "postgres", "huabiao") as connection:
        connection.autocommit = True
        for role in (its.owner, its.reader):
            known = connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)
            ).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                    verb, sql.Identifier(role), sql.Literal(cluster.password(role))
                )
            )
        there = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (its.database,)
        ).fetchone()
        if there is None:
            name, owner = sql.Identifier(its.database), sql.Identifier(its.owner)
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner)
            )
            connection.execute(
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name)
            )
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    name, sql.Identifier(its.reader)
                )
            )


def _is_marked(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        " WHERE datname = current_database()"
    ).fetchone()
    return row is not None and row[0] == MARK


def _open_to_reader(
    connection: psycopg.Connection[Any], its: DepartmentDatabase
) -> None:
    """The reader sees the tables of today and those that are added later."""
    reader = sql.Identifier(its.reader)
    for grant in (
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}",
    ):
        connection.execute(sql.SQL(grant).format(reader))
