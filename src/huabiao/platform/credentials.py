"""
Credentials: which of them stand (可验证凭证的状态).

1. An accredited issuer opens a status list for a type: 131,072 bits or more, one a
   credential, all 0. The credential names the list and its place in it, nobody else
   knows whose place that is.
2. To revoke is to set a bit, for good; in a list of suspensions it can be cleared.
   A page of 2,048 bits is one value of the state, so that a revocation writes little.
3. Where contracts must know, the issuer attests on the chain that an account holds a
   credential: a licence to trade, a doctor's registration. Any contract may then ask
   whether the account holds one that stands, from an issuer that stands.

The bits are W3C Bitstring Status List v1.0: bit 0 is the left-most of the first word.
"""

from huabiao.contracts import (
    Code,
    Count,
    Instant,
    Labels,
    ListOf,
    OneOf,
    Party,
    Record,
    Registry,
    Scenario,
    Title,
    answers,
    anyone,
    does,
    refuse,
    require,
)

PURPOSES = ("revocation", "suspension")
REASONS = ("unspecified", "key_compromise", "superseded", "ceased", "withdrawn",
           "error", "erasure")  # fmt: skip
SHORTEST, LONGEST = 131_072, 1_048_576
WORD, PAGE_WORDS = 32, 64
PAGE = WORD * PAGE_WORDS
FIRST_BIT = 2_147_483_648
MOST_AT_ONCE, MOST_HELD = 200, 8


class StatusList(Record):
    """One list of bits; `changes` counts the calls that changed it."""

    issuer: Party
    credential_type: Code
    purpose: OneOf[PURPOSES]
    length: Count
    since: Instant
    changed: Instant
    changes: Count = 0


class Bits(Record):
    """2,048 bits of a list, under <list>#<page>; none is kept while all are 0."""

    words: ListOf[Count]


class Change(Record):
    """Why bits were changed, under <list>#<number of the change>."""

    indexes: ListOf[Count]
    on: Count
    reason: OneOf[REASONS]
    at: Instant


class Attested(Record):
    """That an account holds a credential, which stands at a place of a list."""

    issuer: Party
    list: Code
    index: Count
    since: Instant
    until: Instant


class Held(Record):
    """The credentials of one type of one account, one an issuer."""

    attested: ListOf[Attested]


class Credentials(Scenario):
    """Keeps the status of credentials, and tells contracts who holds one."""

    title = Title(zh="可验证凭证", en="Verifiable credentials")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    lists = Registry(StatusList, "状态列表", "status lists")
    bits = Registry(Bits, "状态位", "status bits")
    changes = Registry(Change, "状态变更", "changes of status")
    held = Registry(Held, "持有凭证", "held credentials")
    labels = Labels(
        issuer="发证机构", length="列表长度", changed="最近变更", changes="变更次数",
        words="状态位", indexes="位置", on="变更后状态", attested="持有凭证",
        list="状态列表", status_list="状态列表", purpose="列表用途",
    )  # fmt: skip

    @does(by=anyone, keyed=True, title="开设状态列表")
    def open_list(
        self, credential_type: Code, purpose: OneOf[PURPOSES], length: Count = SHORTEST
    ) -> None:
        """Open a list for credentials of a type that the caller may issue."""
        self.check_standing(self.caller, credential_type)
        require(
            SHORTEST <= length <= LONGEST and length % PAGE == 0,
            f"长度须为 {PAGE} 的倍数，{SHORTEST} 至 {LONGEST}。"
            f" The length is a multiple of {PAGE} from {SHORTEST} to {LONGEST}.",
            code="list.length",
        )
        require(
            "#" not in self.key and len(self.key) <= 100,
            "编号不含“#”，至多 100 字。 An id has no # and 100 characters at most.",
            code="list.id",
        )
        entry = StatusList(
            self.caller, credential_type, purpose, length, self.now, self.now
        )
        self.lists.add(self.key, entry)
        self.emit("list_opened", purpose=purpose, length=length)

    @does(by=anyone, keyed=True, title="撤销凭证")
    def revoke(self, indexes: ListOf[Count], reason: OneOf[REASONS]) -> None:
        """Set bits: revoked for good, or suspended where the list says so."""
        self.change(indexes, True, reason)

    @does(by=anyone, keyed=True, title="恢复凭证")
    def restore(self, indexes: ListOf[Count]) -> None:
        """Clear bits of a list of suspensions."""
        entry = self.lists.get(self.key)
        require(
            entry.purpose == "suspension",
            "撤销不可恢复；请重新签发。 A revocation is for good: issue anew.",
            code="list.final",
        )
        self.change(indexes, False, "unspecified")

    @does(by=anyone, keyed=True, title="登记持有")
    def attest(
        self, account: Party, credential_type: Code, index: Count, until: Instant
    ) -> None:
        """Say on the chain that an account holds the credential at a place of the
        list; takes the place of what the caller attested before."""
        entry = self.own_list()
        self.check_standing(self.caller, credential_type)
        require(
            entry.credential_type == credential_type
            and entry.purpose == "revocation"
            and index < entry.length
            and until > self.now,
            "列表、位置或期限不符。 The list, the place or the end does not fit.",
            code="attest.place",
        )
        key = f"{account.hex()}/{credential_type}"
        found = self.held.find(key)
        others = [
            each
            for each in (found.attested if found is not None else [])
            if each.issuer != self.caller and each.until > self.now
        ]
        require(
            len(others) < MOST_HELD,
            f"同类凭证至多 {MOST_HELD} 份。 At most {MOST_HELD} of one type.",
            code="attest.many",
        )
        mine = Attested(self.caller, self.key, index, self.now, until)
        self.held.put(key, Held([*others, mine]))
        self.emit("attested", account=account, type=credential_type)

    @answers
    def is_set(self, status_list: Code, index: Count) -> bool:
        """Whether a bit of a list is 1."""
        return self.bit(status_list, index)

    def bit(self, status_list: Code, index: Count) -> bool:
        """A bit; a page that is not kept is all 0."""
        entry = self.lists.get(status_list)
        require(
            index < entry.length, "位置超出列表。 Beyond the list.", code="list.range"
        )
        page = self.bits.find(f"{status_list}#{index // PAGE}")
        if page is None:
            return False
        return page.words[index % PAGE // WORD] & mask_of(index) != 0

    @answers
    def holds_credential(self, account: Party, credential_type: Code) -> dict:
        """Whether an account holds a credential that stands: `code` ok, or why not."""
        found = self.held.find(f"{account.hex()}/{credential_type}")
        told = {"code": "credential.missing", "sentence": MISSING, "issuer": None}
        for each in found.attested if found is not None else []:
            standing = self.ask(
                "accreditation",
                "standing",
                account=each.issuer,
                credential_type=credential_type,
            )
            code, sentence = standing["code"], standing["sentence"]
            if self.now >= each.until:
                code, sentence = "credential.expired", EXPIRED
            elif self.bit(each.list, each.index):
                code, sentence = "credential.revoked", REVOKED
            told = {"code": code, "sentence": sentence, "issuer": each.issuer}
            if code == "ok":
                return told
        return told

    def own_list(self) -> StatusList:
        """The list under the call's key, if the caller opened it."""
        entry = self.lists.get(self.key)
        require(
            entry.issuer == self.caller,
            "只有开设列表的机构可以变更。 Only the issuer that opened the list may.",
            code="issuer.other",
        )
        return entry

    def check_standing(self, account: Party, credential_type: Code) -> None:
        """Refuse an issuer that is not accredited for a type, with the reason."""
        told = self.ask(
            "accreditation",
            "standing",
            account=account,
            credential_type=credential_type,
        )
        if told["code"] != "ok":
            refuse(told["sentence"], code=told["code"])

    def change(self, indexes: list, on: bool, reason: str) -> None:
        """Set or clear bits, all of which are not so yet."""
        entry = self.own_list()
        require(
            0 < len(indexes) <= MOST_AT_ONCE,
            f"一次 1 至 {MOST_AT_ONCE} 个。 1 to {MOST_AT_ONCE} at once.",
            code="list.count",
        )
        pages = {}
        for index in indexes:
            require(
                index < entry.length,
                f"位置 {index} 超出列表。 {index} is beyond the list.",
                code="list.range",
            )
            number = index // PAGE
            if number not in pages:
                page = self.bits.find(f"{self.key}#{number}")
                pages[number] = page.words if page is not None else [0] * PAGE_WORDS
            word, mask = index % PAGE // WORD, mask_of(index)
            require(
                (pages[number][word] & mask != 0) != on,
                f"位置 {index} 已是此状态。 {index} is so already.",
                code="list.already",
            )
            pages[number][word] = pages[number][word] ^ mask
        for number, words in pages.items():
            self.bits.put(f"{self.key}#{number}", Bits(words))
        entry.changed, entry.changes = self.now, entry.changes + 1
        self.lists.put(self.key, entry)
        told = Change(indexes, 1 if on else 0, reason, self.now)
        self.changes.add(f"{self.key}#{entry.changes}", told)
        self.emit("status_changed", indexes=indexes, on=on)


def mask_of(index: int) -> int:
    """The bit of an index in its word; index 0 is the left-most."""
    return FIRST_BIT >> index % WORD


MISSING = "此账户没有登记此类凭证。 The account has no such credential."
EXPIRED = "此凭证已过期。 The credential has expired."
REVOKED = "此凭证已撤销。 The credential has been revoked."
