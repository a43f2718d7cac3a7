"""
A scan into the directory.

1. What the tables stand on: the department's system and catalog. Those that are named
   must exist; otherwise a provisional duty, system and catalog are registered, which
   say of themselves that they are to be completed.
2. A database that nobody registered: its tables are registered.
3. One that is registered: differences are reported as drift, and with `accept` the
   directory takes over what the database is now.
"""

from dataclasses import dataclass, field
from typing import Any

from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import names, open_identity
from huabiao.codec import encode
from huabiao.crypto.address import show
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.doors.cli.settings import Failed, Settings
from huabiao.services.scanner import DatabaseScan
from huabiao.services.scanner.registration import (
    accept_call,
    drift_calls,
    register_calls,
    registered_structures,
    table_key,
)

OPERATOR = "operator"
PROVISIONAL = "扫描时暂登，法定依据待补 · provisional, the legal source is to be added"
MOST_SENT = 100


@dataclass
class Scanning:
    """One scan on its way into the directory."""

    settings: Settings
    keys: Keys
    department: str
    scan: DatabaseScan = field(init=False)
    notes: list[str] = field(default_factory=list)

    def run(
        self, system: str | None, catalog: str | None, accept: bool
    ) -> dict[str, Any]:
        self._take_role()
        system, catalog = self._stand(system, catalog)
        known = self._registered()
        registered: list[str] = []
        drifts: list[str] = []
        if known:
            drifts = self._hold_against(known, system)
            if accept and drifts:
                registered = self._accept(known, catalog, system)
        else:
            registered = self._register(catalog, system)
        return {
            "database": self.scan.database,
            "tables": len(self.scan.tables),
            "system": system,
            "catalog": catalog,
            "registered": registered,
            "drift": drifts,
            "accepted": accept and bool(drifts),
            "personal": self._personal(),
            "notes": self.notes,
        }

    # -- sending -----------------------------------------------------------------

    def _send(self, calls: list[Call]) -> None:
        """Each call in an envelope of its own: a wide table fills one by itself."""
        city = self.settings.city
        for start in range(0, len(calls), MOST_SENT):
            part = calls[start : start + MOST_SENT]
            raw = [sign_envelope(city.chain, self.keys, [each]) for each in part]
            for each, outcome in zip(part, city.submit(raw), strict=True):
                if not outcome.accepted:
                    raise Failed(f"{each.key}：{outcome.sentence} [{outcome.code}]")

    def _take_role(self) -> None:
        """Where the operator's key lies in this home, the role is granted on the spot;
        elsewhere the operator or the lead unit must have granted it."""
        mark = f"directory/department/{self.keys.account.hex()}"
        if self._entries("governance", "roles", mark):
            return
        if OPERATOR not in names(self.settings.home):
            return
        city = self.settings.city
        operator = open_identity(self.settings.home, OPERATOR, city.suite_name)
        grants = [
            call("governance", "grant_role", "scan", scenario=scenario,
                 role="department", account=self.keys.account)
            for scenario in ("directory", "sharing")
        ]  # fmt: skip
        if city.send(operator, *grants).accepted:
            self.notes.append(
                f"已授予 {self.department} 部门角色。 Granted the department's role."
            )

    def _entries(self, scenario: str, part: str, prefix: str) -> dict[str, Any]:
        """Every entry of a public part whose key has this prefix."""
        found: dict[str, Any] = {}
        after: str | None = None
        while True:
            path = f"/api/scenarios/{scenario}/parts/{part}"
            page = self.settings.city.get(path, prefix=prefix, after=after, limit=200)
            found |= {each["key"]: each["entry"] for each in page["entries"]}
            after = page["next"]
            if after is None:
                return found

    # -- what tables stand on ------------------------------------------------------

    def _stand(self, system: str | None, catalog: str | None) -> tuple[str, str]:
        base = f"{self.department}/{self.scan.database}"[:180]
        calls = []
        if not (system and catalog) and base not in self._entries(
            "directory", "duties", base
        ):
            calls.append(
                call("directory", "register_duty", base, office=self.department,
                     title=self.scan.database, legal_source=PROVISIONAL)
            )  # fmt: skip
        if system is None and base not in self._entries("directory", "systems", base):
            calls.append(
                call("directory", "register_system", base, duty=base,
                     title=self.scan.database)
            )  # fmt: skip
        if catalog is None and base not in self._entries("directory", "catalogs", base):
            calls.append(self._catalog(base))
        if calls:
            self._send(calls)
            self.notes.append(
                f"暂登职责、系统或目录：{base}（待补）。 Provisional entries."
            )
        return system or base, catalog or base

    def _catalog(self, base: str) -> Call:
        grades = {each["grade"] for each in self._personal()}
        grade = next((g for g in ("sensitive", "personal") if g in grades), "general")
        titles = dict.fromkeys(
            (column.comment or column.name)[:200] for table in self.scan.tables
            for column in table.columns
        )  # fmt: skip
        return call(
            "directory", "register_catalog", base,
            duty=base,
            code="300000/1",
            title=self.scan.database,
            abstract=PROVISIONAL,
            classification="部门信息资源 · department",
            format="database",
            items=[[title, "C", 0] for title in list(titles)[:200]],
            sharing="conditional",
            cycle="other",
            condition="须经提供方审批 · the owner approves",
            grade=grade,
        )  # fmt: skip

    # -- tables ------------------------------------------------------------------

    def _registered(self) -> dict[str, str]:
        """The structures on chain of this department's tables of this database."""
        pieces = self._entries("directory", "structures", f"{self.scan.database}.")
        stored = {
            f"directory/structures/{key}": encode([entry["text"]])
            for key, entry in pieces.items()
        }
        own = show(self.keys.account)
        tables = self._entries("directory", "tables", f"{self.scan.database}.")
        keys = [
            key
            for key, entry in tables.items()
            if entry["owner"] == own and entry["database"] == self.scan.database
        ]
        return registered_structures(keys, stored.get)

    def _register(self, catalog: str, system: str) -> list[str]:
        digest = self.keys.suite.digest
        calls = [
            each
            for table in self.scan.tables
            for each in register_calls(self.scan, table, catalog, system, digest)
        ]
        self._send(calls)
        return [each.key for each in calls if each.operation == "register_table"]

    def _hold_against(self, known: dict[str, str], system: str) -> list[str]:
        calls, drifts = drift_calls(self.scan, system, known, self.keys.suite.digest)
        open_ = self._entries("directory", "alerts", f"{self.scan.database}.")
        telling = [c for c in calls if c.arguments["changes"] or c.key in open_]
        self._send(telling)
        return [each.sentence for each in drifts]

    def _accept(self, known: dict[str, str], catalog: str, system: str) -> list[str]:
        """Take over tables that changed or came, strike those that are gone."""
        digest, alerts = self.keys.suite.digest, self._entries(
            "directory", "alerts", f"{self.scan.database}."
        )  # fmt: skip
        calls: list[Call] = []
        live = {table_key(self.scan.database, t.schema, t.name): t
                for t in self.scan.tables}  # fmt: skip
        for key, alert in alerts.items():
            if alert["answered"] is not None:
                continue
            if key not in live:
                calls.append(call("directory", "retire", key, level="table"))
                continue
            whole = register_calls(self.scan, live[key], catalog, system, digest)
            if key in known:
                whole[0] = accept_call(self.scan, live[key], digest)
            calls += whole
        self._send(calls)
        return [each.key for each in calls if each.operation != "extend_table"]

    def _personal(self) -> list[dict[str, str]]:
        """Columns that look like a citizen's data; the owner decides."""
        return [
            {
                "table": f"{table.schema}.{table.name}",
                "column": column.name,
                "kind": column.personal.kind,
                "grade": column.personal.grade,
            }
            for table in self.scan.tables
            for column in table.columns
            if column.personal
        ]
