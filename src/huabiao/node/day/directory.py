"""
Duties, systems, catalogs; then the scanner reads each live database and registers its
tables. Later somebody alters a database, and the drift becomes an alert on chain.
"""

from huabiao.client.signing import call
from huabiao.node.day.cast import Cast, DayFailed
from huabiao.services import databases
from huabiao.services.databases import Cluster, DepartmentDatabase
from huabiao.services.databases.population import department_code
from huabiao.services.scanner import DatabaseScan, scan
from huabiao.services.scanner.registration import (
    accept_calls,
    drift_calls,
    register_calls,
    standing_alert,
    table_key,
)

LAW = "《中华人民共和国政府信息公开条例》及部门三定规定（演示）"
CONTRACTS = ("directory", "library", "drift", "sharing", "refused_fetch", "correction")


def play_directory(cast: Cast) -> None:
    """Register three departments, from duty to column."""
    for number, its in enumerate(databases.DEPARTMENTS, 1):
        cast.enrol(its.zh, department_code(number))
    for contract in CONTRACTS:
        cast.grant(contract, [("department", d.zh) for d in databases.DEPARTMENTS])
    for number, its in enumerate(databases.DEPARTMENTS, 1):
        found = scan(_url(cast, its))
        _register_levels(cast, its, number, found)
        digest = cast.keys(its.zh).suite.digest
        personal = 0
        for table in found.tables:
            calls = register_calls(
                found, table, f"{its.id}-catalog", f"{its.id}-system", digest
            )
            cast.do(its.zh, *calls)
            personal += sum(1 for column in table.columns if column.personal)
        cast.say(
            f"  {its.zh}：登记 {len(found.tables)} 张库表，建议 {personal} 个字段为个人"
            f"信息。 Registered {len(found.tables)} tables; {personal} columns look"
            " personal."
        )
    cast.say(f"  {cast.see('/directory')}")


def _register_levels(
    cast: Cast, its: DepartmentDatabase, number: int, found: DatabaseScan
) -> None:
    duty, system = f"{its.id}-duty", f"{its.id}-system"
    cast.do(
        its.zh,
        call(
            "directory", "register_duty", duty,
            office="信息中心", title=f"{its.system_zh}的建设和管理", legal_source=LAW,
        ),
        call(
            "directory", "register_system", system, duty=duty,
            title=f"{its.system_zh} · {its.system_en}",
        ),
        call(
            "directory", "register_catalog", f"{its.id}-catalog",
            duty=duty, resource=_resource(its, number, found),
        ),
    )  # fmt: skip


def _resource(
    its: DepartmentDatabase, number: int, found: DatabaseScan
) -> list[object]:
    """The national guide's metadata of a department's data, in stored form."""
    titles = dict.fromkeys(table.comment or table.name for table in found.tables)
    items = [[title[:200], "C", 0] for title in titles]
    personal = "sensitive" if its.id == "human_resources" else "none"
    return [
        f"303{number:03d}/1", f"{its.system_zh}数据 · {its.system_en} data",
        f"{its.zh}（{its.en}）履行职责产生的数据", "部门信息资源", its.zh,
        department_code(number), items, "conditional", "daily", "database",
        "按职责申请，经提供方审批", "接口", "", "not_open", "", "general", personal,
        False, 0, [],
    ]  # fmt: skip


def play_drift(cast: Cast) -> None:
    """Alter the transport database for real; report, show, accept."""
    its = databases.department("transport")
    cluster: Cluster = cast.services["cluster"]
    for said in databases.alter(cluster.url(its.database, its.owner)):
        cast.say(f"  有人改动了数据库：{said}")
    found = scan(_url(cast, its))
    digest, read = cast.keys(its.zh).suite.digest, cast.port.read
    known = _registered(cast, its)
    calls, drifts = drift_calls(found, f"{its.id}-system", known, read, digest)
    if not drifts:
        raise DayFailed("the scanner did not see the change")
    cast.do(its.zh, *calls)
    for each in drifts:
        cast.say(f"    漂移 drift · {each.sentence}")
    cast.say(f"  告警已上链：{cast.see('/directory')} The alerts are on chain.")
    for table in found.tables:
        key = table_key(found.database, table.schema, table.name)
        if key in known and standing_alert(key, read):
            cast.do(its.zh, *accept_calls(found, key, read, digest))
            cast.say(f"  {its.zh}接受了 {key} 的新结构。 Accepted by its owner.")
            break


def _registered(cast: Cast, its: DepartmentDatabase) -> list[str]:
    rows = cast.index.entries("library", "tables", f"{its.database}.", limit=1_000)
    return [key for key, _ in rows]


def _url(cast: Cast, its: DepartmentDatabase) -> str:
    cluster: Cluster = cast.services["cluster"]
    return cluster.url(its.database, its.reader)
