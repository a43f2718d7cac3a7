"""
A scan into the directory.

1. The department's roles, and what its tables stand on (`footing`).
2. A database that nobody registered: its tables are registered.
3. One that is registered: differences are reported as drift, and with `accept` the
   library takes over what the database is now, table by table.
"""

from dataclasses import dataclass, field
from typing import Any

from huabiao.client.signing import sign_envelope
from huabiao.codec import decode
from huabiao.crypto.envelope import LARGEST_ENVELOPE, Call
from huabiao.crypto.keys import Keys
from huabiao.doors.cli.bars import bar
from huabiao.doors.cli.footing import entries, provisional_levels, take_roles
from huabiao.doors.cli.settings import Failed, Settings
from huabiao.services.scanner import DatabaseScan
from huabiao.services.scanner.registration import (
    accept_calls,
    drift_calls,
    key_prefixes,
    register_calls,
    standing_alert,
)

MOST_SENT = 100


@dataclass
class Scanning:
    """One scan on its way into the directory."""

    settings: Settings
    keys: Keys
    department: str
    scan: DatabaseScan
    notes: list[str] = field(default_factory=list)
    _stored: dict[str, bytes] = field(default_factory=dict)

    def run(
        self, system: str | None, catalog: str | None, accept: bool
    ) -> dict[str, Any]:
        self.notes += take_roles(self.settings, self.keys, self.department)
        self._read_chain()
        known = self._own_tables(system)
        if known:
            _, its_catalog, its_system = self._table(known[0])[:3]
            system, catalog = system or its_system, catalog or its_catalog
        system, catalog = self._stand(system, catalog)
        registered: list[str] = []
        drifts: list[str] = []
        if known:
            drifts = self._hold_against(known, system)
            if accept and drifts:
                registered = self._accept(catalog, system)
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

    # -- what the chain holds ------------------------------------------------------

    def _read_chain(self) -> None:
        """Tables, columns and standing alerts of this database, as they are stored."""
        self._stored.clear()
        parts = (("library", "tables"), ("library", "columns"), ("drift", "current"))
        for contract, part in parts:
            for prefix in key_prefixes(self.scan.database):
                found = entries(self.settings, contract, part, prefix, stored=True)
                self._stored |= {
                    f"{contract}/{part}/{key}": held for key, held in found.items()
                }

    def _table(self, key: str) -> list[Any]:
        return list(decode(self._stored[f"library/tables/{key}"]))

    def _own_tables(self, system: str | None) -> list[str]:
        """Keys of this department's tables of this database, in one system if named."""
        front = "library/tables/"
        keys = [k.removeprefix(front) for k in self._stored if k.startswith(front)]
        found = []
        for key in keys:
            owner, _, in_system, structure = self._table(key)[:4]
            own = owner == self.keys.account and structure[0] == self.scan.database
            if own and system in (None, in_system):
                found.append(key)
        return found

    def _alerts(self) -> list[str]:
        """Keys of this database's tables that an alert stands for."""
        front = "drift/current/"
        return [k.removeprefix(front) for k in self._stored if k.startswith(front)]

    def _stand(self, system: str | None, catalog: str | None) -> tuple[str, str]:
        base, calls = provisional_levels(
            self.settings, self.department, self.scan, system is None, catalog is None
        )
        if calls:
            self._send([calls])
            kinds = "、".join(
                call.operation.removeprefix("register_") for call in calls
            )
            self.notes.append(
                f"暂登 {kinds}：{base}，请补全后用 revise 修订。"
                f" Registered provisionally: {kinds} {base}; complete them."
            )
        return system or base, catalog or base

    # -- sending -----------------------------------------------------------------

    def _send(self, together: list[list[Call]]) -> None:
        """Each list in an envelope of its own; one too large goes call by call."""
        city = self.settings.city
        raw = []
        for calls in together:
            whole = sign_envelope(city.chain, self.keys, calls)
            if len(whole) <= LARGEST_ENVELOPE:
                raw.append((calls[0].key, whole))
            else:
                raw += [
                    (each.key, sign_envelope(city.chain, self.keys, [each]))
                    for each in calls
                ]
        with bar("登记 · register", len(raw)) as shown:
            for start in range(0, len(raw), MOST_SENT):
                part = raw[start : start + MOST_SENT]
                outcomes = city.submit([envelope for _, envelope in part])
                for (key, _), outcome in zip(part, outcomes, strict=True):
                    if not outcome.accepted:
                        raise Failed(f"{key}：{outcome.sentence} [{outcome.code}]")
                shown.update(len(part))

    # -- tables ------------------------------------------------------------------

    def _register(self, catalog: str, system: str) -> list[str]:
        digest = self.keys.suite.digest
        together = [
            register_calls(self.scan, table, catalog, system, digest)
            for table in self.scan.tables
        ]
        self._send(together)
        return [calls[0].key for calls in together]

    def _hold_against(self, known: list[str], system: str) -> list[str]:
        names = dict.fromkeys([*known, *self._alerts()])
        calls, drifts = drift_calls(
            self.scan, system, names, self._stored.get, self.keys.suite.digest
        )
        self._send([[each] for each in calls])
        return [each.sentence for each in drifts]

    def _accept(self, catalog: str, system: str) -> list[str]:
        """Take over tables that changed or came, strike those that are gone."""
        self._read_chain()
        together = [
            accept_calls(
                self.scan,
                key,
                self._stored.get,
                self.keys.suite.digest,
                catalog,
                system,
            )
            for key in self._alerts()
            if standing_alert(key, self._stored.get)
        ]
        self._send(together)
        return [calls[0].key for calls in together]

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
