"""A ledger, an owner's scanned PostgreSQL table, and the gateway before it."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine

from huabiao.client.fetching import Rows, open_rows, sign_fetch
from huabiao.client.port import Outcome
from huabiao.client.signing import call
from huabiao.codec import decode
from huabiao.contracts import Refused
from huabiao.crypto.envelope import open_envelope
from huabiao.crypto.keys import Keys
from huabiao.services.databases.population import department_code
from huabiao.services.gateway import Denied, Gateway
from huabiao.services.scanner import scan
from huabiao.services.scanner.registration import register_calls, table_key
from huabiao.testing.city import DAY, City

CONTRACTS = ("directory", "library", "drift", "sharing", "refused_fetch")
PEOPLE = """
CREATE TABLE people (
    id integer PRIMARY KEY, identity_number text, full_name text, "姓 ""名" text,
    district text, born date, income numeric(12, 2), insured boolean, score float8)
"""
ROWS = """
INSERT INTO people SELECT i, lpad(i::text, 18, '0'), 'name_' || i, '王%' || i,
    CASE WHEN i % 3 = 0 THEN '110101' ELSE '110105' END, date '1980-01-01' + i,
    i * 10.25, i % 2 = 0, i / 2.0 FROM generate_series(1, 60) AS i
"""
COLUMNS = [
    "id", "identity_number", "full_name", '姓 "名', "district", "born", "income",
    "insured", "score",
]  # fmt: skip
RESOURCE = [
    "303001/12", "参保人员", "参加社会保险的人员", "主题/社会保障", "人社局",
    department_code(3), [["姓名", "C", 40]], "conditional", "daily", "database",
    "用于核对", "接口", "", "not_open", "", "important", "sensitive", False, 20_000, [],
]  # fmt: skip


class LedgerPort:
    """The four things that a gateway asks of a node, of a ledger in this process."""

    def __init__(self, city: City) -> None:
        self.city, self.chain = city, city.genesis.chain
        self.submitted: list[int] = []

    def read(self, key: str) -> bytes | None:
        return self.city.ledger.read(key)

    def account_of(self, public: bytes) -> bytes | None:
        try:
            return self.city.ledger.account_of(public)
        except Refused:
            return None

    async def submit(self, envelopes: list[bytes]) -> list[Outcome]:
        # the gateway's clock is the machine's; the ledger of the test follows it
        self.city.now = max(self.city.now, int(time.time() * 1000))
        digest = self.city.ledger.digest
        self.submitted += [len(open_envelope(e, digest).body.calls) for e in envelopes]
        block = self.city.block(*envelopes)
        return [
            Outcome(r.envelope.hex(), block.header.height, at, r.code, r.sentence)
            for at, r in enumerate(block.receipts)
        ]


@dataclass
class Town:
    """`tags` collects what the gateway hands to the read model."""

    city: City
    port: LedgerPort
    gateway: Gateway
    owner: Keys
    reader: Keys
    other: Keys
    table: str
    tags: dict[str, list[bytes]]

    def grant(self, id_: str, columns: list[str] | None = None, **changes: Any) -> str:
        """A request, and its grant: every column of district 110105 unless changed."""
        now = int(time.time() * 1000)
        self.city.now = max(self.city.now, now)
        facts = {
            "conditions": [["district", "eq", ["110105"]]],
            "since": now - 1_000,
            "until": now + DAY,
            "requests_a_minute": 1_000,
            "rows_a_request": 100,
            "rows_a_day": 10_000,
            "way": "interface",
        } | changes
        terms = [columns or COLUMNS, *facts.values()]
        self.city.call(
            self.reader, "sharing", "request", id_, table=self.table,
            purpose="社会救助核对", legal_basis="社会救助暂行办法", terms=terms,
        )  # fmt: skip
        self.city.call(self.owner, "sharing", "approve", id_, terms=terms)
        return id_

    def fetch(
        self, grant: str, columns: list[str], *conditions: Any, **how: Any
    ) -> Rows:
        """Sign as the reader (`by` another), ask the gateway, open what it seals."""
        keys, limit = how.get("by", self.reader), how.get("limit", 100)
        chain = how.get("chain", self.port.chain)
        raw = sign_fetch(chain, keys, grant, columns, conditions, limit)
        return open_rows(keys, asyncio.run(self.gateway.fetch(raw)))

    def refused(self, *asked: Any, **how: Any) -> str:
        """The code of a fetch that must be denied, with a sentence in two languages."""
        try:
            self.fetch(*asked, **how)
        except Denied as denied:
            assert not denied.sentence.isascii() and "。 " in denied.sentence
            return denied.code
        raise AssertionError("the gateway served it")

    def refusals(self, grant: str) -> list[list[Any]]:
        """What the chain keeps of refused fetches under a grant."""
        prefix = f"refused_fetch/refusals/{grant}/".encode()
        state = self.city.ledger.state
        state.flush()
        return [decode(stored) for _, stored in state.items(prefix)]


def build_town(city: City, url: str) -> Town:
    """Scan the database at an address and register its table on the ledger."""
    city.now = int(time.time() * 1000)
    owner, reader, other = (city.cast(name) for name in ("人社局", "民政局", "交通委"))
    for contract in CONTRACTS:
        city.grant(contract, "department", owner, reader, other)
    found = scan(url)
    (table,) = found.tables
    receipt = city.submit(
        owner,
        call("directory", "register_duty", "SI-1", office="社会保险处",
             title="社会保险登记", legal_source="社会保险法"),
        call("directory", "register_system", "SI-SYS", duty="SI-1", title="社保系统"),
        call("directory", "register_catalog", "SI-CAT", duty="SI-1", resource=RESOURCE),
        *register_calls(found, table, "SI-CAT", "SI-SYS", city.ledger.digest),
    )  # fmt: skip
    assert receipt.accepted, receipt.sentence
    key = table_key(found.database, table.schema, table.name)
    port, tags = LedgerPort(city), {}
    gateway = Gateway(
        port, owner, create_engine(url), b"tag key of the test",
        {key: "identity_number"}, tags.update,
    )  # fmt: skip
    return Town(city, port, gateway, owner, reader, other, key, tags)
