"""
Staff: which account somebody reads for who signs in without its key (人员登录).

1. Somebody signs in at an identity provider, or with a code from their telephone. What
   a node knows them by is a tag that only it can make: nothing here tells who it is.
2. An account binds the tag to itself, with an end: a department's, an organisation's
   own, or one to which the organisation has delegated the duty `sign_in`.
3. Who signs in under the tag then reads what the account may read. Every act is still
   signed by a key of the account's.
4. The account ends it, or the organisation does; and it ends by itself with the
   delegation, the officer's post, the organisation's standing, or the account.
"""

from huabiao.contracts import (
    Instant,
    Labels,
    Party,
    Record,
    Registry,
    Scenario,
    Text,
    Title,
    answers,
    anyone,
    does,
    require,
)

DUTY = "sign_in"
TAG_DIGITS, HEXADECIMAL, LONGEST_REASON = 64, "0123456789abcdef", 100
LONGEST_MS = 366 * 86_400_000


class Login(Record):
    """The account that is read for under a tag. `organisation` is a credit code, empty
    for an account that governance lists; `ended_at` 0: not ended."""

    account: Party
    organisation: Text
    since: Instant
    until: Instant
    ended_at: Instant = 0
    reason: Text = ""


class Staff(Scenario):
    """Lets an organisation's people read what its account may, and nothing more."""

    title = Title(zh="人员登录", en="Staff sign-in")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    logins = Registry(Login, "登录", "logins")
    labels = Labels(organisation="统一社会信用代码", ended_at="终止时间")

    @does(by=anyone, keyed=True, title="绑定登录")
    def bind(self, until: Instant, organisation: Text = "") -> None:
        """Let who signs in under a tag read for the caller, for a year at most."""
        require(
            len(self.key) == TAG_DIGITS and all(one in HEXADECIMAL for one in self.key),
            f"编号应为登录标识，{TAG_DIGITS} 位十六进制。"
            f" The id is a sign-in tag, {TAG_DIGITS} hexadecimal digits.",
            code="login.tag",
        )
        require(
            self.now < until <= self.now + LONGEST_MS,
            "登录须有期限，不超过一年。 A login ends, within a year.",
            code="login.until",
        )
        require(
            self.serves(self.caller, organisation),
            "须为部门或单位的账户，或由单位授予 sign_in。"
            " Only a department's or an organisation's account may, or one to which"
            " the organisation delegated sign_in.",
            code="login.duty",
        )
        found = self.logins.find(self.key)
        require(
            found is None or found.ended_at or found.account == self.caller,
            "此登录已绑定其他账户。 The tag is bound to another account.",
            code="login.bound",
        )
        self.logins.put(self.key, Login(self.caller, organisation, self.now, until))
        self.emit("bound", account=self.caller)

    @does(by=anyone, keyed=True, title="终止登录")
    def end(self, reason: Text) -> None:
        """End a login at once: the account itself, or the organisation's."""
        require(
            0 < len(reason) <= LONGEST_REASON,
            f"须填写原因，{LONGEST_REASON} 字以内。"
            f" Say why, within {LONGEST_REASON} letters.",
            code="reason",
        )
        login = self.logins.get(self.key)
        require(
            login.account == self.caller or self.leads(login.organisation),
            "只有账户自己或其单位可以终止。 Only the account or its organisation may.",
            code="party.other",
        )
        require(not login.ended_at, "已终止。 It has ended.", code="login.ended")
        login.ended_at, login.reason = self.now, reason
        self.logins.put(self.key, login)
        self.emit("ended", account=login.account)

    def serves(self, account: Party, organisation: Text) -> bool:
        """Whether an account is a department's, or acts for an organisation in this."""
        if not organisation:
            return self.ask("governance", "organisation_of", account=account) != ""
        return self.ask(
            "organisations", "may_act",
            account=account, organisation=organisation, duty=DUTY, amount=0,
        )  # fmt: skip

    def leads(self, organisation: Text) -> bool:
        """Whether the caller is an organisation itself."""
        found = self.ask("organisations", "organisation_of", account=self.caller)
        return found != "" and found == organisation

    @answers
    def account_of_login(self, login: Text) -> list:
        """[account, its organisation, the end] of a tag that stands; else an empty
        list."""
        found = self.logins.find(login)
        if found is None or found.ended_at or found.until <= self.now:
            return []
        if not self.serves(found.account, found.organisation):
            return []
        return [found.account, found.organisation, found.until]
