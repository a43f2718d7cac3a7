"""
Sharing: requests, grants and receipts (政务数据共享).

1. A department asks for columns and rows of a registered table, with a purpose, a legal
   basis, a period and a rate.
2. The owner grants the same or less, or refuses; what is shared unconditionally the
   reader may claim at once; what is not shared is refused with its legal basis.
3. The owner's gateway serves what the grant allows, and files a receipt: the reader's
   signature stands over the request, the owner's over the receipt.
4. A fetch that was refused is recorded too. The owner may revoke a grant.
"""

from huabiao.contracts import (
    Bytes,
    Code,
    Count,
    Digest,
    Instant,
    ListOf,
    Maybe,
    Number,
    OneOf,
    Party,
    PublicKey,
    Record,
    Registry,
    Role,
    Scenario,
    Signature,
    State,
    Text,
    Title,
    anyone,
    does,
    moves,
    opens,
    require,
)

OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "prefix")
LONGEST_PERIOD_MS = 3 * 366 * 86_400_000


class Condition(Record):
    """A row filter: a column, an operator, and values as text."""

    column: Code
    operator: OneOf[OPERATORS]
    values: ListOf[Text]


class Terms(Record):
    """What is asked for, or granted. Times in UTC milliseconds."""

    columns: ListOf[Code]
    conditions: ListOf[Condition]
    since: Instant
    until: Instant
    requests_a_minute: Count
    rows_a_request: Count


class Request(Record):
    """A request for data, and the grant that became of it."""

    table: Code
    owner: Party
    reader: Party
    purpose: Text
    legal_basis: Text
    asked: Terms
    granted: Maybe[Terms] = None
    reason: Text = ""


class Receipt(Record):
    """One delivery of data. `subjects` is the Merkle root over sorted subject tags."""

    grant: Code
    owner: Party
    reader: Party
    at: Instant
    columns: ListOf[Code]
    rows: Count
    result: Digest
    request: Digest
    reader_key: PublicKey
    reader_signature: Signature
    subjects: Digest
    subject_count: Count


class Refusal(Record):
    """One fetch that the gateway refused."""

    grant: Code
    owner: Party
    reader: Party
    at: Instant
    code: Code
    sentence: Text


class Sharing(Scenario):
    """Lets one department use another's data, for a purpose, under a grant."""

    title = Title(zh="政务数据共享", en="Data sharing")
    task, lead = 3, "市经济和信息化局"
    record = Request
    indexes = ("table", "reader", "owner")

    department = Role("政务部门", "Department")

    requested = State("待审批", "Requested")
    granted = State("已授权", "Granted")
    refused = State("已拒绝", "Refused", final=True)
    revoked = State("已撤销", "Revoked", final=True)

    receipts = Registry(Receipt, "共享回执", "receipts")
    refusals = Registry(Refusal, "拒绝记录", "refusals")

    @opens(requested, by=department, title="申请数据")
    def request(
        self, table: Code, purpose: Text, legal_basis: Text, terms: Terms
    ) -> Request:
        """Ask for columns and rows of a table."""
        require(
            purpose and legal_basis,
            "须写明用途和法律依据。 Name the purpose and the legal basis.",
            code="purpose",
        )
        holding = self.ask("directory", "holding", table=table)
        require(
            holding[1] != "not_shared",
            f"此目录不予共享，依据：{holding[2]}。"
            f" This catalog is not shared, by: {holding[2]}.",
            code="not_shared",
        )
        check_terms(terms, holding[3], self.now)
        return Request(table, holding[0], self.caller, purpose, legal_basis, terms)

    @moves(requested >> granted, by=department, only="reader", title="领取授权")
    def claim(self, request: Request) -> None:
        """Take the grant of data that is shared unconditionally."""
        holding = self.ask("directory", "holding", table=request.table)
        require(
            holding[1] == "unconditional",
            "此目录有条件共享，须由提供方审批。"
            " This catalog is shared on conditions: its owner decides.",
            code="conditional",
        )
        request.granted = request.asked

    @moves(requested >> granted, by=department, only="owner", title="授权")
    def approve(self, request: Request, terms: Terms) -> None:
        """Grant what was asked, or less."""
        holding = self.ask("directory", "holding", table=request.table)
        check_terms(terms, holding[3], self.now)
        check_narrower(request.asked, terms)
        request.granted = terms

    @moves(requested >> refused, by=department, only="owner", title="拒绝")
    def refuse(self, request: Request, reason: Text) -> None:
        """Refuse a request, with the reason."""
        require(reason, "须写明理由。 Say why.", code="reason")
        request.reason = reason

    @moves(granted >> revoked, by=department, only="owner", title="撤销授权")
    def revoke(self, request: Request, reason: Text) -> None:
        """End a grant at once."""
        require(reason, "须写明理由。 Say why.", code="reason")
        request.reason = reason

    @does(by=anyone, keyed=True, title="登记回执")
    def receipt(
        self,
        grant: Code,
        statement: Bytes,
        reader_key: PublicKey,
        reader_signature: Signature,
        columns: ListOf[Code],
        rows: Count,
        result: Digest,
        subjects: Digest,
        subject_count: Count,
    ) -> None:
        """File a delivery: `statement` is the request that the reader signed."""
        request = self.stored(grant, self.granted)
        require(
            request.owner == self.caller,
            "只有数据提供方可以登记回执。 Only the data's owner files its receipts.",
            code="owner.other",
        )
        require(
            self.verify(reader_key, statement, reader_signature),
            "读取方签名不符。 The reader's signature does not fit.",
            code="reader.signature",
        )
        reader = self.ask("identity", "account_of_key", public=reader_key)
        require(
            reader == request.reader,
            "签名者不是被授权的读取方。 The signer is not the grant's reader.",
            code="reader.other",
        )
        for column in columns:
            require(
                column in request.granted.columns,
                f"授权不含字段“{column}”。 The grant has no column {column!r}.",
                code="grant.column",
            )
        entry = Receipt(
            grant,
            self.caller,
            reader,
            self.now,
            columns,
            rows,
            result,
            self.digest(statement),
            reader_key,
            reader_signature,
            subjects,
            subject_count,
        )
        self.receipts.add(self.key, entry)
        self.emit("delivered", grant=grant, rows=rows)

    @does(by=anyone, keyed=True, title="登记拒绝")
    def refusal(self, grant: Code, reader: Party, code: Code, sentence: Text) -> None:
        """Record a fetch that the gateway refused."""
        entry = Refusal(grant, self.caller, reader, self.now, code, sentence)
        self.refusals.add(self.key, entry)
        self.emit("fetch_refused", grant=grant, code=code)


def check_terms(terms: Terms, known: list, now: Number) -> None:
    require(terms.columns, "须列出字段。 Name the columns.", code="columns.none")
    for column in terms.columns:
        require(
            column in known,
            f"此表没有字段“{column}”。 The table has no column {column!r}.",
            code="column.unknown",
        )
    for condition in terms.conditions:
        require(
            condition.column in known,
            f"此表没有字段“{condition.column}”。"
            f" The table has no column {condition.column!r}.",
            code="column.unknown",
        )
    require(
        now < terms.until and terms.since < terms.until,
        "期限须在将来，且止期晚于起期。 The period must end, and after it begins.",
        code="period",
    )
    require(
        terms.until - terms.since <= LONGEST_PERIOD_MS,
        "期限不超过三年。 A period has three years at most.",
        code="period.long",
    )
    require(
        terms.requests_a_minute > 0 and terms.rows_a_request > 0,
        "频次和行数须大于零。 The rate and the rows are above zero.",
        code="rate",
    )


def check_narrower(asked: Terms, given: Terms) -> None:
    """A grant has no column, row, day or request more than was asked for."""
    wanted = [condition.plain() for condition in asked.conditions]
    held = [condition.plain() for condition in given.conditions]
    require(
        all(column in asked.columns for column in given.columns)
        and all(condition in held for condition in wanted)
        and given.since >= asked.since
        and given.until <= asked.until
        and given.requests_a_minute <= asked.requests_a_minute
        and given.rows_a_request <= asked.rows_a_request,
        "授权不得超出申请的范围。 A grant cannot be wider than the request.",
        code="grant.wider",
    )
