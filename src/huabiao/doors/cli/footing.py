"""
What scanned tables stand on: the department's roles, its duty, system and catalog.

Those that are named must exist. Otherwise a provisional duty, system and catalog are
registered under `<department>/<database>`; each says of itself that it is provisional,
and the department completes it by `revise_duty` and `revise_catalog`.
"""

from typing import Any

from huabiao.client.signing import call
from huabiao.client.wallets import names, open_identity
from huabiao.crypto.address import show
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.doors.cli.settings import Failed, Settings
from huabiao.services.scanner import DatabaseScan

OPERATOR = "operator"
PLATFORM = ("directory", "library", "drift", "sharing", "refused_fetch", "correction")
PROVISIONAL = "扫描时暂登，待补 · provisional, registered by a scan, to be completed"
NO_CREDIT_CODE = "0" * 18
"""Has the check character of GB 32100 and is nobody's: the code is to be added."""
MOST_ITEMS = 200


def entries(
    settings: Settings, scenario: str, part: str, prefix: str, stored: bool = False
) -> dict[str, Any]:
    """
    Every entry of a public part whose key has a prefix; `stored`: its bytes as they
    stand on the chain, else as a person reads it.
    """
    found: dict[str, Any] = {}
    after: str | None = None
    while True:
        path = f"/api/scenarios/{scenario}/parts/{part}"
        page = settings.city.get(
            path, prefix=prefix, after=after, limit=200, stored=stored or None
        )
        for each in page["entries"]:
            entry = bytes.fromhex(each["stored"]) if stored else each["entry"]
            found[each["key"]] = entry
        after = page["next"]
        if after is None:
            return found


def take_roles(settings: Settings, keys: Keys, department: str) -> list[str]:
    """
    The department's role in every contract of the platform; notes of what was granted.

    Who runs this in the home that holds the operator's key is the operator, so the
    roles are granted with it and said aloud; elsewhere the sentence says who may.
    """
    missing = [
        contract
        for contract in PLATFORM
        if not entries(
            settings,
            "governance",
            "roles",
            f"{contract}/department/{keys.account.hex()}",
        )
    ]
    if not missing:
        return []
    if OPERATOR not in names(settings.home):
        raise Failed(
            f"“{department}”还没有部门角色（{'、'.join(missing)}），请运维单位授予："
            f"账户 {show(keys.account)}。"
            f" {department!r} lacks the role `department` of {', '.join(missing)};"
            f" ask the operator to grant it to {show(keys.account)}."
        )
    operator = open_identity(settings.home, OPERATOR, settings.city.suite_name)
    grants = [
        call("governance", "grant_role", "scan", scenario=contract, role="department",
             account=keys.account)
        for contract in missing
    ]  # fmt: skip
    outcome = settings.city.send(operator, *grants)
    if not outcome.accepted:
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    return [
        f"以运维单位密钥授予“{department}”部门角色：{'、'.join(missing)}。"
        f" Granted {department!r} the role `department` with the operator's key."
    ]


def provisional_levels(
    settings: Settings, department: str, scan: DatabaseScan, system: bool, catalog: bool
) -> tuple[str, list[Call]]:
    """
    The code of the provisional entries, and the calls that register those of them that
    are wanted (`system`, `catalog`) and not there yet.
    """
    base = f"{department}/{scan.database}"[:150]
    calls = []
    if (system or catalog) and base not in entries(
        settings, "directory", "duties", base
    ):
        calls.append(
            call("directory", "register_duty", base, office=department,
                 title=scan.database, legal_source=PROVISIONAL)
        )  # fmt: skip
    if system and base not in entries(settings, "directory", "systems", base):
        calls.append(
            call("directory", "register_system", base, duty=base, title=scan.database)
        )
    if catalog and base not in entries(settings, "directory", "catalogs", base):
        resource = _resource(department, scan)
        calls.append(
            call("directory", "register_catalog", base, duty=base, resource=resource)
        )
    return base, calls


def _resource(department: str, scan: DatabaseScan) -> list[Any]:
    """The national guide's metadata as far as a scan knows them, in stored form."""
    columns = [column for table in scan.tables for column in table.columns]
    titles = dict.fromkeys((c.comment or c.name)[:200] for c in columns)
    items = [[title, "C", 0] for title in list(titles)[:MOST_ITEMS]]
    grades = {column.personal.grade for column in columns if column.personal}
    personal = next((g for g in ("sensitive", "personal") if g in grades), "none")
    return [
        "300000/1", scan.database, PROVISIONAL, "部门信息资源", department,
        NO_CREDIT_CODE, items or [[PROVISIONAL, "C", 0]], "conditional", "other",
        "database", "经提供方审批 · the owner approves", "", "", "not_open", "",
        "general", personal, False, 0, [],
    ]  # fmt: skip
