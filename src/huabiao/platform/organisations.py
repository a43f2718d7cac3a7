"""
Organisations: who is an enterprise or a department here, and who acts for it (单位).

1. An account applies under its unified social credit code (GB 32100). The registrar
   looks at the certificate and approves or declines; who was declined applies again.
2. The organisation names its officers, each with a post and an end, and its devices. No
   name of a person stands here: an officer is an account.
3. It delegates duties: to this account, for this duty, up to this amount, until then.
   A delegation is not passed on, and an officer's ends with the office.
4. Other contracts ask whether an account acts for an organisation; a suspended one has
   nobody who does.
"""

from huabiao.contracts import (  # noqa: I001
    Code, Fen, Instant, Labels, Maybe, OneOf, Party, Record, Registry, Role, Scenario,
    State, Text, Title, answers, anyone, does, is_credit_code, moves, opens, require,
)  # fmt: skip

KINDS = ("department", "institution", "enterprise", "association", "other")
LONGEST_NAME, LONGEST_DELEGATION_MS = 100, 1_098 * 86_400_000


class Organisation(Record):
    """An organisation, under its unified social credit code."""

    name: Text
    kind: OneOf[KINDS]
    account: Party
    applied_at: Instant
    approved_at: Maybe[Instant] = None
    reason: Text = ""


class Listed(Record):
    """What is found of an organisation in the directory."""

    name: Text
    kind: Text
    account: Party


class Belongs(Record):
    """The organisation that an account or a device belongs to."""

    organisation: Code
    since: Instant


class Officer(Record):
    """An account that holds a post. 0: no end."""

    account: Party
    post: Text
    since: Instant
    until: Instant = 0
    left_at: Instant = 0
    reason: Text = ""


class Device(Record):
    """A device with a key of its own. 0: no end."""

    account: Party
    kind: Text
    serial: Text
    since: Instant
    until: Instant = 0
    retired_at: Instant = 0
    reason: Text = ""


class Delegation(Record):
    """A duty that an account does for an organisation, up to an amount each time."""

    delegate: Party
    duty: Code
    limit: Fen
    since: Instant
    until: Instant
    as_officer: Text = ""
    withdrawn_at: Instant = 0
    reason: Text = ""


class Organisations(Scenario):
    """Knows who is an organisation, and which accounts act for it."""

    title = Title(zh="单位", en="Organisations")
    task, lead = 3, "市经济和信息化局"
    record = Organisation
    visible = "public"
    indexes = ("account",)
    registrar = Role("单位登记机构", "Registrar of organisations")
    applied = State("已申请", "Applied")
    declined = State("未通过", "Declined")
    approved = State("已登记", "Approved")
    suspended = State("已暂停", "Suspended")
    dissolved = State("已注销", "Dissolved", final=True)
    organisations = Registry(Listed, "单位", "organisations")
    accounts = Registry(Belongs, "单位账户", "organisations' accounts")
    officers = Registry(Officer, "人员", "officers")
    devices = Registry(Device, "设备", "devices")
    owners = Registry(Belongs, "设备归属", "devices' owners")
    delegations = Registry(Delegation, "授权", "delegations")
    labels = Labels(kind="单位或设备种类", approved_at="登记时间",
                    organisation="统一社会信用代码", post="职务", left_at="离任时间",
                    serial="设备序列号", retired_at="停用时间", delegate="受托账户",
                    duty="授权事项", limit="每次限额", as_officer="以何职务",
                    withdrawn_at="收回时间")  # fmt: skip

    @opens(applied, by=anyone, title="申请登记")
    def apply(self, name: Text, kind: OneOf[KINDS]) -> Organisation:
        """Apply as an organisation; the id is its unified social credit code."""
        require(
            is_credit_code(self.key),
            "编号不是有效的统一社会信用代码（GB 32100），请核对抄写。"
            " The id is no unified social credit code (GB 32100): copy it again.",
            code="organisation.code",
        )
        check_text(name)
        return Organisation(name, kind, self.caller, self.now)

    @moves(declined >> applied, by=anyone, title="再次申请")
    def apply_again(
        self, organisation: Organisation, name: Text, kind: OneOf[KINDS]
    ) -> None:
        """Apply again where an application was declined, maybe with another account."""
        check_text(name)
        organisation.name, organisation.kind = name, kind
        organisation.account, organisation.applied_at = self.caller, self.now

    @moves(applied >> declined, by=registrar, title="不予登记")
    def decline(self, organisation: Organisation, reason: Text) -> None:
        """Decline an application, with the reason."""
        check_text(reason)
        organisation.reason = reason

    @moves(applied >> approved, by=registrar, title="登记")
    def approve(self, organisation: Organisation) -> None:
        """Approve it, having seen the certificate; its account is now known as its."""
        organisation.approved_at, organisation.reason = self.now, ""
        self.accounts.add(organisation.account.hex(), Belongs(self.key, self.now))
        self.put_up(organisation)

    @moves(approved >> suspended, by=registrar, title="暂停")
    def suspend(self, organisation: Organisation, reason: Text) -> None:
        """Let nobody act for it until it is readmitted."""
        check_text(reason)
        organisation.reason = reason
        self.organisations.remove(self.key)

    @moves(suspended >> approved, by=registrar, title="恢复")
    def readmit(self, organisation: Organisation) -> None:
        """End a suspension."""
        organisation.reason = ""
        self.put_up(organisation)

    @moves((approved | suspended) >> dissolved, by=registrar, title="注销")
    def dissolve(self, organisation: Organisation, reason: Text) -> None:
        """Strike it for good; its account and its history stay."""
        check_text(reason)
        organisation.reason = reason
        if self.key in self.organisations:
            self.organisations.remove(self.key)

    @does(by=anyone, keyed=True, title="任命人员")
    def name_officer(self, account: Party, post: Text, until: Instant = 0) -> None:
        """Name an officer of the caller's organisation, or change the post."""
        self.by_itself()
        check_text(post)
        self.check_end(until)
        self.officers.put(self.of(account), Officer(account, post, self.now, until))

    @does(by=anyone, keyed=True, title="免去人员")
    def relieve_officer(self, account: Party, reason: Text) -> None:
        """End an officer's post, and the duties that came with it."""
        self.by_itself()
        check_text(reason)
        officer = self.officers.get(self.of(account))
        officer.left_at, officer.reason = self.now, reason
        self.officers.put(self.of(account), officer)

    @does(by=anyone, keyed=True, title="登记设备")
    def enrol_device(
        self, account: Party, kind: Text, serial: Text, until: Instant = 0
    ) -> None:
        """Enrol a device under the account of its key; it belongs to one only."""
        self.by_itself()
        check_text(kind)
        check_text(serial)
        self.check_end(until)
        self.owners.add(account.hex(), Belongs(self.key, self.now))
        device = Device(account, kind, serial, self.now, until)
        self.devices.add(self.of(account), device)

    @does(by=anyone, keyed=True, title="停用设备")
    def retire_device(self, account: Party, reason: Text) -> None:
        """Take a device out of use for good."""
        self.by_itself()
        check_text(reason)
        device = self.devices.get(self.of(account))
        device.retired_at, device.reason = self.now, reason
        self.devices.put(self.of(account), device)

    @does(by=anyone, keyed=True, title="授权")
    def delegate(self, account: Party, duty: Code, limit: Fen, until: Instant) -> None:
        """Let an account do a duty for the organisation; a new one replaces the old."""
        self.by_itself()
        require(
            self.now < until <= self.now + LONGEST_DELEGATION_MS,
            "授权须有期限，不超过三年。 A delegation ends, within three years.",
            code="delegation.until",
        )
        officer = self.officers.find(self.of(account))
        post = officer.post if officer is not None and self.serves(officer) else ""
        given = Delegation(account, duty, limit, self.now, until, post)
        self.delegations.put(self.of(account) + "/" + duty, given)
        self.emit("delegated", organisation=self.key, account=account, duty=duty)

    @does(by=anyone, keyed=True, title="收回授权")
    def withdraw(self, account: Party, duty: Code, reason: Text) -> None:
        """Take a delegation back at once."""
        self.by_itself()
        check_text(reason)
        path = self.of(account) + "/" + duty
        given = self.delegations.get(path)
        given.withdrawn_at, given.reason = self.now, reason
        self.delegations.put(path, given)

    def put_up(self, organisation: Organisation) -> None:
        """Let an organisation be found: `organisations` has those that stand."""
        o = organisation
        self.organisations.put(self.key, Listed(o.name, o.kind, o.account))

    def by_itself(self) -> None:
        """Refuse unless the caller is the organisation, and it stands."""
        organisation = self.stored(self.key, self.approved)
        require(
            organisation.account == self.caller,
            "只有单位自己的账户可以这样做。 Only the organisation's own account may.",
            code="party.other",
        )

    def of(self, account: Party) -> Text:
        return self.key + "/" + account.hex()

    def check_end(self, until: Instant) -> None:
        sentence = "期限已过。 The end lies in the past."
        require(until == 0 or until > self.now, sentence, code="until.past")

    def serves(self, officer: Officer) -> bool:
        """Whether an officer holds the post now."""
        return not officer.left_at and (not officer.until or self.now < officer.until)

    @answers
    def organisation_of(self, account: Party) -> str:
        """The code of the approved organisation whose account it is; empty if none."""
        found = self.accounts.find(account.hex())
        if found is None or not self.stands(found.organisation):
            return ""
        return found.organisation

    @answers
    def may_act(
        self, account: Party, organisation: Code, duty: Code, amount: Fen = 0
    ) -> bool:
        """Whether an account acts for an organisation in a duty, up to an amount."""
        if not self.stands(organisation):
            return False
        if self.organisations.get(organisation).account == account:
            return True
        path = organisation + "/" + account.hex()
        given = self.delegations.find(path + "/" + duty)
        if given is None or given.withdrawn_at or given.until <= self.now:
            return False
        officer = self.officers.find(path) if given.as_officer else None
        in_office = not given.as_officer or self.serves(officer)
        return in_office and amount <= given.limit

    @answers
    def owner_of_device(self, account: Party) -> str:
        """The code of the organisation whose device an account is; empty if none."""
        found = self.owners.find(account.hex())
        if found is None or not self.stands(found.organisation):
            return ""
        device = self.devices.get(found.organisation + "/" + account.hex())
        ended = device.retired_at or (device.until and device.until <= self.now)
        return "" if ended else found.organisation

    def stands(self, organisation: Code) -> bool:
        """Whether an organisation is approved, neither suspended nor dissolved."""
        return organisation in self.organisations


def check_text(text: Text) -> None:
    require(
        0 < len(text) <= LONGEST_NAME,
        f"须填写，{LONGEST_NAME} 字以内。 Fill it in, within {LONGEST_NAME} letters.",
        code="text",
    )
