"""
Remote sharing: a department of one chain uses the data of another's (跨级共享).

1. A department asks over a route for columns and rows of a table over there, and names
   the key it will fetch with, of that chain's suite. A packet brings the request; there
   it becomes a request of `sharing`, by an account that stands for this department.
2. The owner answers it as any other. The grant as it is, and each receipt, are shown
   here by proofs of the other chain's state: anybody may bring them.
3. A receipt names whose data went out by a Merkle root over subject tags only; the
   person finds it on either chain.

The account is the owner's chain's for [route, reader] (ledger/calling.py); it asks for
nothing before that chain's administrators grant it the role of a department. What is
proved are `sharing/record/<grant>` and `sharing/receipts/<receipt>`.
"""

from huabiao.contracts import Bytes as Octets
from huabiao.contracts import (
    Code,
    Count,
    Crossing,
    Digest,
    Instant,
    Labels,
    ListOf,
    Maybe,
    OneOf,
    Party,
    PublicKey,
    Record,
    Registry,
    Role,
    Scenario,
    Text,
    Title,
    answers,
    anyone,
    contract,
    contract_account,
    decode,
    does,
    encode,
    refuse,
    require,
)

OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "prefix", "is_null")
WAYS = ("interface", "file", "table")
STATES = ("sent", "requested", "granted", "refused", "revoked", "declined")
ANSWER_MS, LONGEST = 86_400_000, 12_000


class Condition(Record):
    """A row filter, as of `sharing`."""

    column: Text
    operator: OneOf[OPERATORS]
    values: ListOf[Text]


class Terms(Record):
    """What is asked for, as of `sharing`."""

    columns: ListOf[Text]
    conditions: ListOf[Condition]
    since: Instant
    until: Instant
    requests_a_minute: Count
    rows_a_request: Count
    rows_a_day: Count = 100_000
    way: OneOf[WAYS] = "interface"


class Asked(Record):
    """A request to another chain, and what was shown here of its grant. `grant` is its
    id over there, `shown` the height over there of what is shown."""

    route: Code
    reader: Party
    grant: Code
    table: Code
    purpose: Text
    legal_basis: Text
    fetch_key: PublicKey
    state: OneOf[STATES] = "sent"
    reason: Text = ""
    granted: Maybe[Terms] = None
    fetches: Count = 0
    rows: Count = 0
    shown: Count = 0


class Shown(Record):
    """A receipt of the other chain, proved there at a height."""

    asked: Code
    reader: Party
    owner: Party
    at: Instant
    columns: ListOf[Text]
    rows: Count
    subjects: Digest
    subject_count: Count
    purpose: Text
    height: Count


class Reader(Record):
    """Who stands behind an account of this chain."""

    route: Code
    chain: Code
    account: Party
    name: Text


class Signs(Record):
    """The key that fetches under a grant of a reader of another chain."""

    route: Code
    account: Party
    public: PublicKey


class RemoteSharing(Scenario):
    """Lets departments share data over the border of their chains."""

    title = Title(zh="跨级共享", en="Sharing across chains")
    task, lead = 3, "市经济和信息化局"

    department = Role("政务部门", "Department")

    asked = Registry(Asked, "跨级申请", "requests to other chains")
    receipts = Registry(Shown, "他链回执", "receipts of other chains")
    readers = Registry(Reader, "他链读取方", "readers of other chains")
    grants = Registry(Signs, "取数密钥", "keys that fetch")
    crossing = Crossing("在途申请", "requests under way")
    labels = Labels(
        owner="数据提供方", reader="数据使用方", fetch_key="取数公钥",
        granted="获准条款", terms="申请条款", fetches="取数次数", shown="已呈验高度",
        conditions="筛选条件", operator="比较方式", values="取值",
        requests_a_minute="每分钟请求上限", rows_a_request="每次行数上限",
        rows_a_day="每日行数上限", way="共享方式", asked="申请编号",
        subjects="主体标识根", subject_count="主体数", receipt="回执编号", party="账户",
    )  # fmt: skip

    @does(by=department, keyed=True, title="跨级申请")
    def ask_for(
        self, route: Code, table: Code, purpose: Text, legal_basis: Text, terms: Terms,
        fetch_key: PublicKey,
    ) -> None:  # fmt: skip
        """Ask for columns and rows of a table of another chain."""
        self.ask("levels", "level_of", route=route)
        self.ask("levels", "require_open", account=self.caller)
        back = self.ask("routes", "way", route=route)[1]
        name = self.ask("levels", "name_of", account=self.caller)
        value = encode(
            [self.key, self.caller, name, table, purpose, legal_basis, terms.plain(),
             fetch_key]
        )  # fmt: skip
        sentence = "申请过长，不能跨链。 The request is too long to cross."
        require(len(value) <= LONGEST, sentence, code="request.long")
        grant = f"{back}.{self.key}"
        entry = Asked(
            route, self.caller, grant, table, purpose, legal_basis, fetch_key
        )  # fmt: skip
        self.asked.add(self.key, entry)
        self.crossing.send(route, "remote_sharing", value, self.now + ANSWER_MS)

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Ask here in the name of a department of another chain."""
        sentence = "只收跨级申请。 Only requests for data come here."
        require(sender == "remote_sharing", sentence, code="sender")
        self.ask("levels", "level_of", route=route)
        key, reader, name, table, purpose, basis, terms, public = decode(value)
        grant = f"{route}.{key}"
        arguments = {
            "table": table, "purpose": purpose, "legal_basis": basis, "terms": terms
        }  # fmt: skip
        code, said = self.attempt(
            [["sharing", "request", grant, arguments, encode([route, reader])]]
        )
        if code != "ok":
            refuse(said, code=code)
        self.grants.add(grant, Signs(route, reader, public))
        account = self.account(route, reader)
        self.readers.put(account.hex(), Reader(route, chain, reader, name))

    @does(by=contract("packets"))
    def packet_ended(
        self,
        route: Code,
        sequence: Count,
        receiver: Code,
        value: Octets,
        code: Code,
        sentence: Text,
    ) -> None:
        """Keep whether the request was taken over there, and why not."""
        self.crossing.end(route, sequence)
        key = decode(value)[0]
        entry = self.asked.get(key)
        if entry.state == "sent":
            entry.state = "requested" if code == "ok" else "declined"
            entry.reason = sentence
            self.asked.put(key, entry)

    @does(by=anyone, keyed=True, title="呈验授权")
    def show_grant(self, height: Count, value: Octets, proof: Octets) -> None:
        """Show by a proof how a request stands over there; the newest is kept."""
        entry = self.asked.get(self.key)
        sentence = "已有更新的呈验。 Something newer is shown here."
        require(height > entry.shown, sentence, code="shown.older")
        where = f"sharing/record/{entry.grant}"
        self.require_proved(entry.route, where, height, value, proof)
        state, _, fields = decode(value)
        entry.state, entry.reason, entry.shown = state, fields[7], height
        entry.granted = Terms.from_plain(fields[6]) if fields[6] else None
        entry.fetches, entry.rows = fields[12], fields[13]
        self.asked.put(self.key, entry)

    @does(by=anyone, keyed=True, title="呈验回执")
    def show_receipt(
        self, receipt: Digest, height: Count, value: Octets, proof: Octets
    ) -> None:
        """Show by a proof a receipt of the other chain under one of the requests."""
        entry = self.asked.get(self.key)
        where = f"sharing/receipts/{receipt.hex()}"
        self.require_proved(entry.route, where, height, value, proof)
        grant, owner, _, at, columns, rows, _, _, _, _, subjects, count, purpose = (
            decode(value)
        )
        sentence = "此回执属于另一授权。 The receipt is of another grant."
        require(grant == entry.grant, sentence, code="receipt.other")
        shown = Shown(
            self.key, entry.reader, owner, at, columns, rows, subjects, count, purpose,
            height,
        )  # fmt: skip
        self.receipts.add(receipt.hex(), shown)

    @answers
    def account_of(self, route: Code, party: Party) -> Party:
        """The account here of a department of another chain."""
        return self.account(route, party)

    @answers
    def signs_for(self, grant: Code, reader: Party, public: PublicKey) -> bool:
        """Whether a key signs for the reader of a grant, here or of another chain."""
        entry = self.grants.find(grant)
        if entry is not None:
            return entry.public == public
        return self.ask("identity", "account_of_key", public=public) == reader

    def account(self, route: str, party: Party) -> Party:
        """The account here as which this contract calls for a department."""
        behalf = encode([route, party])
        return contract_account(self.digest, "remote_sharing", behalf)

    def require_proved(
        self, route: str, key: str, height: int, value: Octets, proof: Octets
    ) -> None:
        """Refused unless the chain at the end of a route has this at that height."""
        way = self.ask("routes", "way_back", route=route)
        self.ask(
            way[2], "proves", client=way[3], height=height, key=key, value=value,
            proof=proof,
        )  # fmt: skip
