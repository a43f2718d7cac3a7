"""
Sharing: requests, grants and receipts (政务数据共享).

1. A department asks for columns and rows of a registered table, with a purpose, a legal
   basis, a period and a rate. The owner has ten working days to answer.
2. The owner grants the same or less, or declines. What is shared unconditionally the
   reader claims at once; what is not shared is refused with its legal basis.
3. The owner's gateway serves what the grant allows, and files a receipt: the reader's
   signature stands over the request, the owner's over the receipt. Of the request only
   the digest is kept, for a filter may name a citizen.
4. Either side may end a grant; after its period it serves no more.

The reader signs b"huabiao fetch" ‖ 0x00 ‖ the encoding of [grant, digest of request].
"""

from huabiao.contracts import (  # noqa: I001
    Code, Count, Day, Digest, Instant, Labels, ListOf, Maybe, OneOf, Party, PublicKey,
    Record, Registry, Role, Scenario, Signature, State, Text, Title, answers, encode,
    moves, opens, require,
)  # fmt: skip

OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "prefix", "is_null")
WAYS = ("interface", "file", "table")
DOMAIN = b"huabiao fetch\x00"
DAY_MS, BEIJING_MS, SKEW_MS = 86_400_000, 28_800_000, 600_000
ANSWER_DAYS, LONGEST_PURPOSE, MOST_ROWS = 10, 500, 10_000
MOST_COLUMNS, MOST_CONDITIONS = 500, 50


class Condition(Record):
    """A row filter: values are text, one; `in` has more, `is_null` none."""

    column: Text
    operator: OneOf[OPERATORS]
    values: ListOf[Text]


class Terms(Record):
    """What is asked for, or granted. Rows satisfy every condition."""

    columns: ListOf[Text]
    conditions: ListOf[Condition]
    since: Instant
    until: Instant
    requests_a_minute: Count
    rows_a_request: Count
    rows_a_day: Count = 100_000
    way: OneOf[WAYS] = "interface"


class Request(Record):
    """A request for data, and the grant that became of it. `day` is Beijing's."""

    table: Code
    owner: Party
    reader: Party
    purpose: Text
    legal_basis: Text
    asked: Terms
    granted: Maybe[Terms] = None
    reason: Text = ""
    catalog: Text = ""
    duty: Text = ""
    answer_by: Day = 0
    decided_at: Maybe[Instant] = None
    fetches: Count = 0
    rows: Count = 0
    day: Day = 0
    rows_that_day: Count = 0


class Receipt(Record):
    """One delivery. `subjects` is the Merkle root over sorted subject tags."""

    grant: Code
    owner: Party
    reader: Party
    at: Instant
    columns: ListOf[Text]
    rows: Count
    result: Digest
    request: Digest
    reader_key: PublicKey
    reader_signature: Signature
    subjects: Digest
    subject_count: Count
    purpose: Text


class Sides(Record):
    owner: Party
    reader: Party


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

    sides = Registry(Sides, "双方", "sides")
    receipts = Registry(Receipt, "共享回执", "receipts")
    labels = Labels(
        owner="数据提供方", reader="数据使用方", asked="申请条款", granted="获准条款",
        terms="条款", answer_by="应答复日", decided_at="审批时间", fetches="取数次数",
        rows_that_day="当日行数", day="计数日", conditions="筛选条件",
        operator="比较方式", values="取值", requests_a_minute="每分钟请求上限",
        rows_a_request="每次行数上限", rows_a_day="每日行数上限", way="共享方式",
        request="请求摘要", result="结果摘要", reader_key="使用方公钥",
        reader_signature="使用方签名", subjects="主体标识根", subject_count="主体数",
    )  # fmt: skip

    @opens(requested, by=department, title="申请数据")
    def request(
        self, table: Code, purpose: Text, legal_basis: Text, terms: Terms,
        duty: Text = "",
    ) -> Request:  # fmt: skip
        """Ask for columns and rows of a table; `duty` says for which work."""
        require(
            legal_basis and 0 < len(purpose) <= LONGEST_PURPOSE,
            f"须写明法律依据和用途（{LONGEST_PURPOSE} 字以内）。"
            f" Name the legal basis and the purpose, in {LONGEST_PURPOSE} characters.",
            code="purpose",
        )
        self.ask("levels", "require_open", account=self.caller)
        holding = self.ask("library", "holding", table=table)
        shared = self.ask("directory", "sharing_of", catalog=holding["catalog"])
        require(
            shared["sharing"] != "not_shared",
            f"此目录不予共享，依据：{shared['legal_basis']}。 It is not shared.",
            code="not_shared",
        )
        check_terms(terms, holding["columns"], self.now)
        owner = holding["owner"]
        today, days = self.today, ANSWER_DAYS
        due = self.ask("calendar", "working_day_after", day=today, count=days)
        self.sides.add(self.key, Sides(owner, self.caller))
        return Request(
            table, owner, self.caller, purpose, legal_basis, terms,
            catalog=holding["catalog"], duty=duty, answer_by=due,
        )  # fmt: skip

    @moves(requested >> granted, by=department, only="reader", title="领取授权")
    def claim(self, request: Request) -> None:
        """Take the grant of data that is shared unconditionally."""
        shared = self.ask("directory", "sharing_of", catalog=request.catalog)
        require(
            shared["sharing"] == "unconditional",
            "此目录有条件共享，须由提供方审批。 Shared on conditions: ask the owner.",
            code="conditional",
        )
        request.granted, request.decided_at = request.asked, self.now

    @moves(requested >> granted, by=department, only="owner", title="授权")
    def approve(self, request: Request, terms: Terms) -> None:
        """Grant what was asked, or less."""
        holding = self.ask("library", "holding", table=request.table)
        check_terms(terms, holding["columns"], self.now)
        check_narrower(request.asked, terms)
        request.granted, request.decided_at = terms, self.now

    @moves(requested >> refused, by=department, only="owner", title="拒绝")
    def decline(self, request: Request, reason: Text) -> None:
        """Refuse a request, with the reason."""
        require(reason, "须写明理由。 Say why.", code="reason")
        request.reason, request.decided_at = reason, self.now

    @moves(granted >> revoked, by=department, only=("owner", "reader"), title="撤销")
    def revoke(self, request: Request, reason: Text) -> None:
        """End a grant at once; either side may."""
        require(reason, "须写明理由。 Say why.", code="reason")
        request.reason = reason

    @moves(granted >> granted, by=department, only="owner", title="登记回执")
    def receipt(
        self, grant: Request, request: Digest, at: Instant, columns: ListOf[Text],
        rows: Count, result: Digest, reader_key: PublicKey,
        reader_signature: Signature, subjects: Digest, subject_count: Count,
    ) -> None:  # fmt: skip
        """File a delivery under the digest of the request that the reader signed."""
        check_delivery(grant, self.now - at, at, columns, rows)
        told = {"grant": self.key, "reader": grant.reader, "public": reader_key}
        signs = self.ask("remote_sharing", "signs_for", **told)
        sentence = "签名者不是被授权的读取方。 The signer is not the grant's reader."
        require(signs, sentence, code="reader.other")
        signed = DOMAIN + encode([self.key, request])
        fits = self.verify(reader_key, signed, reader_signature)
        sentence = "读取方签名不符。 The reader's signature does not fit."
        require(fits, sentence, code="reader.signature")
        entry = Receipt(
            self.key, grant.owner, grant.reader, at, columns, rows, result, request,
            reader_key, reader_signature, subjects, subject_count, grant.purpose,
        )  # fmt: skip
        self.receipts.add(request.hex(), entry)

    @answers
    def sides_of(self, grant: Code) -> list:
        """[owner, reader] of a request."""
        return self.sides.get(grant).plain()

    @answers
    def in_force(self, grant: Code) -> list:
        """[table, reader, columns] of a grant that serves now; refused where none."""
        request = self.stored(grant, self.granted)
        begins, ends = request.granted.since, request.granted.until
        sentence = "授权不在期限内。 The grant's period is not now."
        require(begins <= self.now < ends, sentence, code="grant.period")
        return [request.table, request.reader, request.granted.columns]


def check_terms(terms: Terms, known: list, now: Instant) -> None:
    """Terms that can be served at all: known columns, a period, a rate."""
    named = terms.columns + [condition.column for condition in terms.conditions]
    unknown = "、".join([name for name in named if name not in known][:3])
    require(
        terms.columns and not unknown and len(named) <= MOST_COLUMNS,
        f"须列出表中的字段，至多 {MOST_COLUMNS} 个；没有：{unknown}。"
        f" Name up to {MOST_COLUMNS} columns of the table; not there: {unknown}.",
        code="columns",
    )
    single = [c for c in terms.conditions if c.operator != "in" or not c.values]
    require(
        len(terms.conditions) <= MOST_CONDITIONS
        and all(len(c.values) == (c.operator != "is_null") for c in single),
        "条件过多，或其值与运算不符。 Too many conditions, or values amiss.",
        code="conditions",
    )
    require(
        max(now, terms.since) < terms.until <= terms.since + 1_098 * DAY_MS,
        "期限须止于将来、不超过三年。 The period ends ahead, three years at most.",
        code="period",
    )
    most = min(MOST_ROWS, terms.rows_a_day)
    require(
        terms.requests_a_minute > 0 and 0 < terms.rows_a_request <= most,
        f"频次须大于零；每次 1 至 {MOST_ROWS} 行，且不多于每日行数。"
        f" A rate above zero; 1 to {MOST_ROWS} rows a request, no more than a day's.",
        code="rate",
    )


def check_narrower(asked: Terms, given: Terms) -> None:
    """A grant has no column, row, day or request more than was asked for."""
    held = [condition.plain() for condition in given.conditions]
    within = {
        "columns": all(name in asked.columns for name in given.columns),
        "conditions": all(each.plain() in held for each in asked.conditions),
        "period": asked.since <= given.since and given.until <= asked.until,
        "rate": given.requests_a_minute <= asked.requests_a_minute
        and given.rows_a_request <= asked.rows_a_request
        and given.rows_a_day <= asked.rows_a_day,
        "way": given.way == asked.way,
    }
    require_all(within, "grant.wider")


def check_delivery(
    grant: Request, late: int, at: int, columns: list, rows: int
) -> None:
    """A receipt tells of nothing that the grant does not allow; its rows count."""
    terms, day = grant.granted, (at + BEIJING_MS) // DAY_MS
    if day > grant.day:
        grant.day, grant.rows_that_day = day, 0
    grant.fetches, grant.rows = grant.fetches + 1, grant.rows + rows
    grant.rows_that_day += rows
    within = {
        "time": -SKEW_MS <= late <= SKEW_MS,
        "period": terms.since <= at < terms.until,
        "columns": columns and all(name in terms.columns for name in columns),
        "rows": rows <= terms.rows_a_request,
        "day": grant.rows_that_day <= terms.rows_a_day,
    }
    require_all(within, "receipt")


def require_all(within: dict, code: str) -> None:
    """Refuse with the first thing that goes beyond its bound."""
    for what, holds in within.items():
        sentence = f"超出了范围：{what}。 It goes beyond the bound: {what}."
        require(holds, sentence, code=f"{code}.{what}")
