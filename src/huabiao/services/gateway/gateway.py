"""
The owner's data gateway: serves what a grant allows, and nothing else.

1. The reader's signed request is checked against its grant on chain, as it is now.
2. The rows come from the owner's real database, by the structure that is registered.
3. They leave encrypted to the reader, and the receipt is durable on chain before they
   do: the reader's signature over the request, the owner's over the receipt.
4. A fetch that is refused is recorded on chain with its code and sentence.

The receipt carries the Merkle root over the subject tags of the rows, and its id is the
digest of the request in hexadecimal; the tags are kept before it is filed.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sqlalchemy import Engine

from huabiao.client.fetching import INFO, signed_message
from huabiao.client.port import Outcome
from huabiao.client.signing import call, sign_envelope
from huabiao.codec import decode, encode
from huabiao.crypto import by_key
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.services.gateway import query
from huabiao.services.gateway.filing import Entry, Filing
from huabiao.services.gateway.grant import Denied, Grant, check_terms, read_grant
from huabiao.services.gateway.refusals import Refusals
from huabiao.services.gateway.request import Fetch, Statement, read_fetch
from huabiao.services.gateway.subjects import distinct_tags, subjects_root
from huabiao.services.gateway.table import RegisteredTable, Tables
from huabiao.services.gateway.window import Window

WORKERS = 6


class Chain(Protocol):
    """What a gateway needs of a node; huabiao.client.port.Port has it."""

    @property
    def chain(self) -> str: ...
    def read(self, key: str) -> bytes | None: ...
    def account_of(self, public: bytes) -> bytes | None: ...
    async def submit(self, envelopes: list[bytes]) -> list[Outcome]: ...


class Delivery(NamedTuple):
    """Rows on their way: `document` is [[column, …], [row, …]] in canonical bytes."""

    document: bytes
    rows: int
    tags: list[bytes]
    sealed: bytes


def _nobody(delivered: Mapping[str, Sequence[bytes]]) -> None:
    """Nobody keeps the tags."""


@dataclass
class Gateway:
    """One owner's gateway before one database. Lives in one event loop.

    `keys` are the owner's, or a key that the owner's account added for it;
    `subject_columns` names an identity-number column by table key, beside those that
    the library says; `keep_tags` makes the tags of some receipts durable.
    """

    port: Chain
    keys: Keys
    engine: Engine
    tag_key: bytes
    subject_columns: dict[str, str] = field(default_factory=dict)
    keep_tags: Callable[[Mapping[str, Sequence[bytes]]], None] = _nobody

    def __post_init__(self) -> None:
        self.engine = query.guard(self.engine)
        self.window = Window()
        self._queries = query.Queries(self.engine)
        self.filing = Filing(self._submit)
        self.refusals = Refusals()
        self._tables = Tables(self.port.read)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="gateway")

    async def fetch(self, raw: bytes) -> bytes:
        """
        Serve one request: [receipt id, envelope id, sealed document].

        Raises BadFetch, or Denied, which is on chain by then.
        """
        fetch, asked = read_fetch(raw)
        request = self.keys.suite.digest(fetch.statement)
        reader = self._reader(fetch, asked, request)
        now = int(time.time() * 1000)
        try:
            grant = self._admit(asked, reader, now)
            try:
                return await self._serve(fetch, asked, request, grant, now)
            finally:
                self.window.settle(grant, asked)
        except Denied as denied:
            await self._record(asked, request, reader, denied, now)
            raise

    async def _serve(
        self, fetch: Fetch, asked: Statement, request: bytes, grant: Grant, now: int
    ) -> bytes:
        table = self._tables.get(grant.table)
        loop = asyncio.get_running_loop()
        delivery = await loop.run_in_executor(
            self._pool, self._deliver, table, grant, asked
        )
        receipt = self._receipt(fetch, asked, request, delivery, now)
        outcome = await self.filing.file(Entry(receipt, request.hex(), delivery.tags))
        if not outcome.accepted:
            raise Denied(outcome.code, outcome.sentence)
        return encode([request.hex(), outcome.envelope, delivery.sealed])

    def _reader(self, fetch: Fetch, asked: Statement, request: bytes) -> bytes:
        message = signed_message(asked.grant, request)
        holds = by_key.verify(fetch.public, message, fetch.signature)
        account = self._account(fetch.public, asked.grant) if holds else None
        if account is None:
            # Nothing goes on chain for a stranger without a valid key.
            raise Denied(
                "reader.signature",
                "读取方签名不符，或其密钥已停用。"
                " The reader's signature does not fit, or its key was retired.",
            )
        return account

    def _account(self, public: bytes, grant: str) -> bytes | None:
        """Whom a key signs for: a grant of a reader of another chain names its key."""
        named = self.port.read(f"remote_sharing/grants/{grant}")
        sides = self.port.read(f"sharing/sides/{grant}")
        if named is not None and sides is not None and decode(named)[2] == public:
            reader: bytes = decode(sides)[1]
            return reader
        return self.port.account_of(public)

    def _admit(self, asked: Statement, reader: bytes, now: int) -> Grant:
        if asked.chain != self.port.chain:
            raise Denied("chain.other", "请求属于另一条链。 Another chain's request.")
        stored = self.port.read(f"sharing/record/{asked.grant}")
        grant = read_grant(asked.grant, stored)
        if grant.owner != self._owner():
            raise Denied("owner.other", "此网关不提供该数据。 Not this owner's data.")
        check_terms(grant, reader, asked, now)
        self.window.admit(grant, asked, now)
        return grant

    def _owner(self) -> bytes | None:
        return self.port.account_of(self.keys.public)

    def _deliver(
        self, table: RegisteredTable, grant: Grant, asked: Statement
    ) -> Delivery:
        """Query, tag and seal; runs in a worker thread."""
        self._check_place(table)
        subjects = self._subject_columns(table)
        columns = [*asked.columns, *subjects]
        conditions = [*grant.conditions, *asked.conditions]
        rows = self._queries.rows(table, columns, conditions, asked.limit)
        width = len(asked.columns)
        tags = distinct_tags(self.tag_key, (n for row in rows for n in row[width:]))
        document = encode([asked.columns, [row[:width] for row in rows]])
        try:
            sealed = self.keys.suite.seal_to(asked.recipient, document, INFO)
        except ValueError as error:
            raise Denied("recipient", str(error)) from None
        return Delivery(document, len(rows), tags, sealed)

    def _check_place(self, table: RegisteredTable) -> None:
        dialect, database = self.engine.dialect.name, self.engine.url.database
        if dialect == "postgresql" and database != table.database:
            raise Denied(
                "table.elsewhere",
                f"此网关不接数据库“{table.database}”。"
                f" This gateway does not stand before {table.database!r}.",
            )

    def _subject_columns(self, table: RegisteredTable) -> list[str]:
        named = self.subject_columns.get(table.key)
        found = [named] if named else []
        return found + [name for name in table.subjects if name != named]

    # -- what goes on chain --------------------------------------------------------

    def _receipt(
        self,
        fetch: Fetch,
        asked: Statement,
        request: bytes,
        delivery: Delivery,
        now: int,
    ) -> Call:
        digest = self.keys.suite.digest
        return call(
            "sharing", "receipt", asked.grant,
            request=request,
            at=now,
            columns=asked.columns,
            rows=delivery.rows,
            result=digest(delivery.document),
            reader_key=fetch.public,
            reader_signature=fetch.signature,
            subjects=subjects_root(digest, delivery.tags),
            subject_count=len(delivery.tags),
        )  # fmt: skip

    async def _record(
        self, asked: Statement, request: bytes, reader: bytes, denied: Denied, now: int
    ) -> None:
        """A refusal of a grant of ours goes on chain; many alike go as one."""
        sides = self.port.read(f"sharing/sides/{asked.grant}")
        if sides is None or decode(sides)[0] != self._owner():
            return
        times = self.refusals.due(asked.grant, reader, denied.code, now)
        if times:
            entry = call(
                "refused_fetch", "record_refusal", asked.grant,
                request=request, reader=reader, code=denied.code,
                sentence=denied.sentence[:4_000], times=times,
            )  # fmt: skip
            await self.filing.file(Entry(entry))

    async def _submit(self, entries: Sequence[Entry]) -> Outcome:
        told = {each.receipt: each.tags for each in entries if each.tags}
        if told:
            # Before the receipt: a crash between the two leaves tags of no receipt,
            # which nobody is shown, never a use that its citizen cannot see.
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._pool, self.keep_tags, told)
        calls = [each.call for each in entries]
        envelope = sign_envelope(self.port.chain, self.keys, calls)
        return (await self.port.submit([envelope]))[0]
