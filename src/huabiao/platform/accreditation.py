"""
Accreditation: who may issue which credentials (发证认可).

1. The root, the city's authority, accredits bodies, each for some types of credentials.
2. A body accredits issuers for types that are within its own scope, and keeps the
   schema of each version of a type; what is registered once stays as it is.
3. Either ends by itself, or is withdrawn with a reason, an issuer by its body or the
   root. With a body's accreditation, that of its issuers stands no more.
4. Whoever verifies a credential asks whether its issuer stands now, or why it does not.
"""

from huabiao.contracts import (
    Code,
    Digest,
    Instant,
    Labels,
    ListOf,
    Party,
    Record,
    Registry,
    Role,
    Scenario,
    Source,
    Text,
    Title,
    answers,
    anyone,
    does,
    require,
)

MOST_TYPES, LONGEST_TYPE = 100, 120
WITHDRAWN = "此认可已撤销。 This accreditation has been withdrawn."


class Body(Record):
    """An accrediting body; `withdrawn_at` 0 means that it stands until its end."""

    types: ListOf[Code]
    since: Instant
    until: Instant
    withdrawn_at: Instant = 0
    reason: Text = ""


class Issuer(Record):
    """What makes an account the issuer of one type, under <account>/<type>."""

    body: Party
    since: Instant
    until: Instant
    withdrawn_at: Instant = 0
    reason: Text = ""


class Schema(Record):
    """A JSON Schema (2020-12), under <type>/<version>; `digest` is that of its text."""

    body: Party
    since: Instant
    digest: Digest
    text: Source


class Accreditation(Scenario):
    """Tells whose credentials of which type are worth believing, and why not."""

    title = Title(zh="发证认可", en="Accreditation")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    root = Role("认可主管部门", "Accreditation root")

    bodies = Registry(Body, "认可机构", "accrediting bodies")
    issuers = Registry(Issuer, "发证机构", "issuers")
    schemas = Registry(Schema, "凭证模式", "schemas")
    labels = Labels(body="认可机构", types="凭证类型范围", text="模式正文")

    @does(by=root, title="认可机构")
    def accredit_body(
        self, account: Party, types: ListOf[Code], until: Instant
    ) -> None:
        """Let an account accredit issuers of these types; replaces what it had."""
        require(
            types and len(types) <= MOST_TYPES and all(is_type(each) for each in types),
            f"须列出 1 至 {MOST_TYPES} 种凭证，名称不含“/”，至多 {LONGEST_TYPE} 字。"
            f" Name 1 to {MOST_TYPES} types, without a slash, {LONGEST_TYPE} characters"
            " each.",
            code="types",
        )
        self.check_end(until)
        self.bodies.put(account.hex(), Body(types, self.now, until))
        self.emit("body_accredited", account=account)

    @does(by=root, title="撤销机构")
    def withdraw_body(self, account: Party, reason: Text) -> None:
        """Take a body's accreditation away, and with it that of its issuers."""
        body = self.bodies.get(account.hex())
        require(body.withdrawn_at == 0, WITHDRAWN, code="withdrawn")
        require(reason, "须写明原因。 Say why.", code="reason")
        body.withdrawn_at, body.reason = self.now, reason
        self.bodies.put(account.hex(), body)
        self.emit("body_withdrawn", account=account)

    @does(by=anyone, title="认可发证机构")
    def accredit_issuer(
        self, account: Party, credential_type: Code, until: Instant
    ) -> None:
        """Let an account issue a type, no longer than the body itself stands."""
        body = self.own_body(credential_type)
        self.check_end(until)
        require(
            until <= body.until,
            "期限晚于认可机构自身的期限。 It would outlast the body's own.",
            code="until.late",
        )
        key = f"{account.hex()}/{credential_type}"
        held = self.issuers.find(key)
        require(
            held is None
            or held.body == self.caller
            or self.judge(account, credential_type)["code"] != "ok",
            "另一机构的认可仍然有效。 Another body's accreditation still stands.",
            code="issuer.accredited",
        )
        self.issuers.put(key, Issuer(self.caller, self.now, until))
        self.emit("issuer_accredited", account=account, type=credential_type)

    @does(by=anyone, title="撤销发证机构")
    def withdraw_issuer(
        self, account: Party, credential_type: Code, reason: Text
    ) -> None:
        """Take an issuer's accreditation for a type away; by its body or the root."""
        key = f"{account.hex()}/{credential_type}"
        issuer = self.issuers.get(key)
        require(
            issuer.body == self.caller or self.holds(Accreditation.root),
            "只有认可它的机构或主管部门可以撤销。 Only its body or the root may.",
            code="body.other",
        )
        require(issuer.withdrawn_at == 0, WITHDRAWN, code="withdrawn")
        require(reason, "须写明原因。 Say why.", code="reason")
        issuer.withdrawn_at, issuer.reason = self.now, reason
        self.issuers.put(key, issuer)
        self.emit("issuer_withdrawn", account=account, type=credential_type)

    @does(by=anyone, keyed=True, title="登记凭证模式")
    def register_schema(self, text: Source) -> None:
        """Keep the schema of a type's version; the id is <type>/<version>."""
        parts = self.key.split("/")
        require(
            len(parts) == 2 and parts[1].isdigit() and len(parts[1]) < 6,
            "编号须写作“类型/版本号”。 The id is written type/version.",
            code="schema.id",
        )
        require(text, "模式为空。 The schema is empty.", code="schema.empty")
        self.own_body(parts[0])
        digest = self.digest(text.encode())
        self.schemas.add(self.key, Schema(self.caller, self.now, digest, text))
        self.emit("schema_registered", digest=digest)

    @answers
    def standing(self, account: Party, credential_type: Code) -> dict:
        """Whether an account may issue a type now: `code` ok, or why not."""
        return self.judge(account, credential_type)

    def judge(self, account: Party, credential_type: Code) -> dict:
        """The first thing that an issuer of a type lacks."""
        issuer = self.issuers.find(f"{account.hex()}/{credential_type}")
        if issuer is None:
            return verdict("issuer.unknown", None, None)
        body = self.bodies.find(issuer.body.hex())
        for code, holds in (
            ("issuer.withdrawn", issuer.withdrawn_at),
            ("issuer.ended", self.now >= issuer.until),
            ("body.withdrawn", body.withdrawn_at),
            ("body.ended", self.now >= body.until),
            ("body.scope", credential_type not in body.types),
        ):
            if holds:
                return verdict(code, issuer, body)
        return verdict("ok", issuer, body)

    def own_body(self, credential_type: Code) -> Body:
        """The caller's accreditation as a body, if it covers a type."""
        body = self.bodies.find(self.caller.hex())
        require(
            body is not None
            and body.withdrawn_at == 0
            and self.now < body.until
            and credential_type in body.types,
            f"未获认可处理“{credential_type}”；请向主管部门申请。"
            f" The caller is not accredited for {credential_type!r}; ask the root.",
            code="body.scope",
        )
        return body

    def check_end(self, until: Instant) -> None:
        require(until > self.now, "期限已过。 It would be over.", code="until.past")


def is_type(name: str) -> bool:
    """Whether it can be a part of a key."""
    return "/" not in name and len(name) <= LONGEST_TYPE


def verdict(code: str, issuer: Issuer | None, body: Body | None) -> dict:
    """The answer: a code for programs, a sentence for people, the reason that was
    given, the body that stands behind the issuer, and the end of the sooner of both."""
    reason = ""
    if code == "issuer.withdrawn":
        reason = issuer.reason
    elif code == "body.withdrawn":
        reason = body.reason
    return {
        "code": code,
        "sentence": SENTENCES[VERDICTS.index(code)],
        "reason": reason,
        "body": issuer.body if issuer is not None else None,
        "until": min(issuer.until, body.until) if issuer is not None else 0,
    }


VERDICTS = (
    "ok",
    "issuer.unknown",
    "issuer.withdrawn",
    "issuer.ended",
    "body.withdrawn",
    "body.ended",
    "body.scope",
)
SENTENCES = (
    "发证机构的认可有效。 The issuer is accredited.",
    "发证机构未获认可签发此类凭证。 The issuer is not accredited for this type.",
    "对发证机构的认可已撤销。 The issuer's accreditation has been withdrawn.",
    "对发证机构的认可已到期。 The issuer's accreditation has ended.",
    "认可该机构的单位已被撤销。 The body that accredited it has been withdrawn.",
    "认可该机构的单位已到期。 The body that accredited it has ended.",
    "此类凭证已不在认可单位的范围内。 The type is no longer within the body's scope.",
)
