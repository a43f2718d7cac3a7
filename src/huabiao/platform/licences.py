"""
Licences: electronic licences, shown by an authorisation code (电子证照与授权码).

1. A department issues a licence to a holder. Its content is personal and lies in a
   vault; the chain has the names of its fields.
2. The holder permits one office to see some fields, once, for a purpose, within a day.
   The permit stands under the digest of a secret that only the code service can make
   from the eight digits: whoever reads the chain can neither guess nor use a code.
3. The office redeems the secret. Whatever is wrong with it (unknown, used, over, for
   another office or purpose) is refused with one and the same sentence.
4. The holder reads every use, and can object to it; the department answers.
"""

from huabiao.contracts import (
    Code,
    Digest,
    Instant,
    Labels,
    ListOf,
    Maybe,
    OneOf,
    Party,
    Personal,
    Record,
    Registry,
    Role,
    Scenario,
    State,
    Text,
    Title,
    anyone,
    does,
    moves,
    opens,
    refuse,
    require,
)

LONGEST_MS, MOST_FIELDS, KEY_DIGITS = 86_400_000, 50, 64
OBJECTIONS = ("not_me", "other_purpose", "too_much", "other")
ANSWERS = ("upheld", "rejected")


class Licence(Record):
    """`content` is a JSON object with the named fields, kept in a vault."""

    licence_type: Code
    holder: Party
    issuer: Party
    entries: ListOf[Code]
    until: Instant
    content: Personal[Text]
    reason: Text = ""


class Permit(Record):
    """An open code, under the digest of its secret; gone once it is used."""

    licence: Code
    holder: Party
    office: Party
    purpose: Code
    entries: ListOf[Code]
    until: Instant


class Use(Record):
    """An office saw fields of a licence, under <licence>/<permit>."""

    licence: Code
    holder: Party
    issuer: Party
    office: Party
    purpose: Code
    entries: ListOf[Code]
    at: Instant
    objection: Maybe[OneOf[OBJECTIONS]] = None
    answer: Maybe[OneOf[ANSWERS]] = None


class Licences(Scenario):
    """Issues licences, and lets a holder show one to one office, once."""

    title = Title(zh="电子证照", en="Electronic licences")
    task, lead = 6, "市政务服务局"
    record = Licence
    indexes = ("holder", "licence_type")

    department = Role("发证部门", "Issuing department")
    clerk = Role("办事窗口", "Office that may redeem codes")

    valid = State("有效", "Valid")
    revoked = State("已注销", "Revoked", final=True)

    permits = Registry(Permit, "授权码", "permits")
    uses = Registry(Use, "用证记录", "uses")
    labels = Labels(
        licence_type="证照类型", holder="持证人", issuer="发证部门", entries="证照字段",
        content="证照内容", licence="证照编号", office="用证窗口", objection="异议",
        secret="授权码", purpose="办事事项",
    )  # fmt: skip

    @opens(valid, by=department, title="签发证照")
    def issue(
        self, licence_type: Code, holder: Party, entries: ListOf[Code], until: Instant,
        content: Personal[Text],
    ) -> Licence:  # fmt: skip
        """Issue a licence to a holder; `entries` name what its content holds."""
        require(
            0 < len(entries) <= MOST_FIELDS
            and len(dict.fromkeys(entries)) == len(entries),
            f"须列出 1 至 {MOST_FIELDS} 个不重复的字段。 1 to {MOST_FIELDS} fields.",
            code="fields",
        )
        require(until > self.now, "期限已过。 It would be over.", code="until")
        require(
            "/" not in self.key and len(self.key) <= 100,
            "编号不含“/”，至多 100 字。 An id has no slash, 100 characters at most.",
            code="licence.id",
        )
        return Licence(licence_type, holder, self.caller, entries, until, content)

    @moves(valid >> revoked, by=department, only="issuer", title="注销证照")
    def revoke(self, licence: Licence, reason: Text) -> None:
        """End a licence; its open codes end with it."""
        require(reason, "须写明原因。 Say why.", code="reason")
        licence.reason = reason

    @does(by=anyone, keyed=True, title="授权")
    def permit(
        self, licence: Code, office: Party, purpose: Code, entries: ListOf[Code],
        until: Instant,
    ) -> None:  # fmt: skip
        """Let one office see fields once; the id is the digest of the code's secret."""
        held = self.stored(licence, Licences.valid)
        require(
            held.holder == self.caller,
            "只有持证人可以授权。 Only the holder may.",
            code="holder.other",
        )
        require(
            self.now < until <= self.now + LONGEST_MS and until <= held.until,
            "授权须在一天之内、证照有效期内结束。"
            " A permit ends within a day, and not after the licence.",
            code="permit.until",
        )
        require(
            entries and all(name in held.entries for name in entries),
            "须列出证照中的字段。 Name fields that the licence has.",
            code="permit.fields",
        )
        require(
            self.holds(Licences.clerk, office),
            "该账户不是办事窗口。 The account is no office that redeems codes.",
            code="permit.office",
        )
        require(
            len(self.key) == KEY_DIGITS,
            "编号须为授权码摘要。 The id is the digest of a code's secret.",
            code="permit.id",
        )
        self.permits.add(
            self.key, Permit(licence, self.caller, office, purpose, entries, until)
        )

    @does(by=anyone, keyed=True, title="撤回授权")
    def withdraw(self) -> None:
        """Take back a permit that was not used."""
        found = self.permits.find(self.key)
        require(
            found is not None and found.holder == self.caller,
            "没有可撤回的授权。 There is no permit of the caller's to take back.",
            code="permit.unknown",
        )
        self.permits.remove(self.key)

    @does(by=clerk, title="核销授权码")
    def redeem(self, secret: Digest, purpose: Code) -> None:
        """See the permitted fields of a licence, once; the trail keeps it."""
        key = self.digest(secret).hex()
        found = self.permits.find(key)
        if found is None or not self.fits(found, purpose):
            refuse(REFUSED, code="code.refused")
        held = self.stored(found.licence, Licences.valid)
        self.permits.remove(key)
        use = Use(
            found.licence, found.holder, held.issuer, self.caller, purpose,
            found.entries, self.now,
        )  # fmt: skip
        self.uses.add(f"{found.licence}/{key}", use)
        self.emit("redeemed", licence=found.licence, permit=key)

    @does(by=anyone, keyed=True, title="提出异议")
    def object(self, objection: OneOf[OBJECTIONS]) -> None:
        """The holder objects to a use; the id is <licence>/<permit>."""
        use = self.uses.get(self.key)
        require(use.holder == self.caller, NOT_YOURS, code="holder.other")
        require(use.objection is None, "已提出过。 Objected already.", code="objected")
        use.objection = objection
        self.uses.put(self.key, use)

    @does(by=department, keyed=True, title="答复异议")
    def answer(self, answer: OneOf[ANSWERS]) -> None:
        """The issuing department answers an objection."""
        use = self.uses.get(self.key)
        require(use.issuer == self.caller, NOT_YOURS, code="issuer.other")
        require(
            use.objection is not None and use.answer is None,
            "没有待答复的异议。 There is no objection to answer.",
            code="objection.none",
        )
        use.answer = answer
        self.uses.put(self.key, use)

    def fits(self, permit: Permit, purpose: str) -> bool:
        """Whether a permit is for the caller and this purpose, and holds now."""
        return (
            permit.office == self.caller
            and permit.purpose == purpose
            and self.now < permit.until
        )


REFUSED = "授权码不可用，请与持证人核对。 The code cannot be used: ask its holder."
NOT_YOURS = "不是您的证照。 It is not your licence."
