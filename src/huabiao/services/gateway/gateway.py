"""
The owner's data gateway: serves what a grant allows, and nothing else.

1. The reader's signed request is checked against its grant on chain.
2. The rows come from the owner's real database.
3. They leave encrypted to the reader, and the receipt is on chain before they do: the
   reader's signature over the request, the owner's over the receipt.
4. A fetch that is refused is recorded on chain with its code and sentence.

Whose data it was: each row's subject tag is a keyed digest of the identity number. The
receipt carries the Merkle root over the sorted tags; the tags go to the read model.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio.to_thread
from sqlalchemy import Engine, Table

from huabiao.client.port import Outcome, Port
from huabiao.client.signing import call, sign_envelope
from huabiao.codec import decode, encode
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.proofs import merkle
from huabiao.services.gateway import query
from huabiao.services.gateway.grant import (
    Denied,
    Grant,
    Window,
    check_terms,
    read_grant,
)
from huabiao.services.gateway.request import Fetch, Statement, read_fetch

INFO = b"huabiao gateway rows"


@dataclass
class Gateway:
    """One owner's gateway. `subject_columns` are the identity numbers, by table key."""

    port: Port
    keys: Keys
    engine: Engine
    tag_key: bytes
    subject_columns: dict[str, str]
    on_subjects: Callable[[str, list[bytes]], None] = lambda receipt, tags: None
    window: Window = field(default_factory=Window)
    _tables: dict[tuple[str, bytes], Table] = field(default_factory=dict)

    async def fetch(self, raw: bytes) -> bytes:
        """Serve one request; raises BadFetch or Denied, which is on chain by then."""
        fetch, asked = read_fetch(raw)
        reader = self._reader(fetch)
        try:
            grant = self._admit(fetch, asked, reader)
            rows, tags = await anyio.to_thread.run_sync(self._rows, grant, asked)
        except Denied as denied:
            await self._file(self._refusal(asked, reader, denied))
            raise
        document = encode([asked.columns, rows])
        sealed = self.keys.suite.seal_to(asked.recipient, document, INFO)
        receipt = secrets.token_hex(12)
        outcome = await self._file(self._receipt(receipt, fetch, asked, document, tags))
        if not outcome.accepted:
            raise Denied(outcome.code, outcome.sentence)
        self.on_subjects(receipt, tags)
        return encode([receipt, outcome.envelope, sealed])

    def _reader(self, fetch: Fetch) -> bytes:
        holds = self.keys.suite.verify(fetch.public, fetch.statement, fetch.signature)
        account = self.port.account_of(fetch.public) if holds else None
        if account is None:
            # Nothing goes on chain for a stranger without a valid key.
            raise Denied(
                "reader.signature",
                "读取方签名不符，或其密钥已停用。"
                " The reader's signature does not fit, or its key was retired.",
            )
        return account

    def _admit(self, fetch: Fetch, asked: Statement, reader: bytes) -> Grant:
        now = int(time.time() * 1000)
        if asked.chain != self.port.chain:
            raise Denied("chain.other", "请求属于另一条链。 Another chain's request.")
        stored = self.port.read(f"sharing/record/{asked.grant}")
        grant = read_grant(asked.grant, stored)
        if grant.owner != self.port.account_of(self.keys.public):
            raise Denied("owner.other", "此网关不提供该数据。 Not this owner's data.")
        check_terms(grant, reader, asked, now)
        self.window.admit(grant, asked, now)
        return grant

    def _rows(self, grant: Grant, asked: Statement) -> tuple[list[Any], list[bytes]]:
        table = self._table(grant.table)
        subject = self.subject_columns.get(grant.table)
        columns = list(asked.columns) + ([subject] if subject else [])
        statement = query.build(
            table, columns, [*grant.conditions, *asked.conditions], asked.limit
        )
        rows = query.run(self.engine, statement)
        if subject is None:
            return rows, []
        tags = {self.tag_of(str(row[-1])) for row in rows if row[-1] is not None}
        return [row[:-1] for row in rows], sorted(tags)

    def _table(self, key: str) -> Table:
        stored = self.port.read(f"directory/tables/{key}")
        if stored is None:
            raise Denied("table.unknown", "目录中已没有此表。 The table is gone.")
        fields = decode(stored)
        structure = fields[8]
        held = self._tables.get((key, structure))
        if held is None:
            held = query.reflect(self.engine, fields[4], fields[5])
            self._tables = {(key, structure): held, **self._tables}
        return held

    def tag_of(self, identity_number: str) -> bytes:
        """A person's subject tag; without the key it cannot be tried out."""
        return subject_tag(self.tag_key, identity_number)

    # -- what goes on chain --------------------------------------------------------

    def _receipt(
        self,
        receipt: str,
        fetch: Fetch,
        asked: Statement,
        document: bytes,
        tags: list[bytes],
    ) -> Call:
        digest = self.keys.suite.digest
        leaves = [merkle.leaf_hash(digest, tag) for tag in tags]
        return call(
            "sharing", "receipt", receipt,
            grant=asked.grant,
            statement=fetch.statement,
            reader_key=fetch.public,
            reader_signature=fetch.signature,
            columns=asked.columns,
            rows=len(decode(document)[1]),
            result=digest(document),
            subjects=merkle.root(digest, leaves),
            subject_count=len(tags),
        )  # fmt: skip

    def _refusal(self, asked: Statement, reader: bytes, denied: Denied) -> Call:
        return call(
            "sharing", "refusal", secrets.token_hex(12),
            grant=asked.grant[:200].strip() or "—", reader=reader, code=denied.code,
            sentence=denied.sentence[:4_000],
        )  # fmt: skip

    async def _file(self, what: Call) -> Outcome:
        envelope = sign_envelope(self.port.chain, self.keys, [what])
        return (await self.port.submit([envelope]))[0]


def subject_tag(tag_key: bytes, identity_number: str) -> bytes:
    """HMAC-SHA-256 of an identity number under the city's tag key."""
    return hmac.digest(tag_key, identity_number.strip().upper().encode(), "sha256")
