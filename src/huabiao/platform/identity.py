"""
Identity: which account a key stands for, and who a person is (统一数字身份).

1. A key that nobody registered stands for the account derived from it. Publishing it
   gives the account a DID, docs/formats/did.md.
2. An account adds a second key, then retires the first: rotation without an outage. A
   key may end by itself; a retired one keeps its reason, and the date from which its
   signatures are not to be trusted any more (RFC 5280 §5.3.2, invalidity date).
3. Who lost every key asks for a new one in the contract `recovery`; when that is
   decided the new key replaces all others here.
4. An account can be closed for good: its DID is deactivated.
5. The identity bureau enrols a person: one identity number, one account. The number
   itself stands nowhere on the chain, only a keyed digest of it, whose key never leaves
   the bureau. Tags under other keys, as gateways hold them, are bound to the account.
"""

from huabiao.contracts import (  # noqa: I001
    Bytes, Count, Digest, Instant, Labels, ListOf, Party, PublicKey, Record, Registry,
    Role, Scenario, Signature, Text, Title, answers, anyone, does, require,
)  # fmt: skip

ACCOUNT_DOMAIN = b"huabiao-account\x00"
MOST_KEYS = 20


class Key(Record):
    """A registered key. 0: not revoked, no end; `since` 0: from the account's start.

    `before` is the address of the account's key that was registered before it."""

    account: Party
    since: Instant
    revoked_at: Instant = 0
    reason: Text = ""
    until: Instant = 0
    suspect_from: Instant = 0
    public: Bytes = b""
    before: Text = ""


class Account(Record):
    """An account with registered keys: those that are not revoked, by address; `last`
    begins the chain of all. `changed_in` is a height."""

    keys: ListOf[Party]
    last: Text
    opened_at: Instant
    changed_at: Instant
    changed_in: Count
    closed_at: Instant = 0
    reason: Text = ""


class Subject(Record):
    """The account of the person behind a subject tag."""

    account: Party
    since: Instant


class Person(Record):
    """A person's own tag, by account; its key is the registrar's alone."""

    tag: Digest
    since: Instant


class Identity(Scenario):
    """Tells who acts behind a key, and lets keys change while the account stays."""

    title = Title(zh="统一数字身份", en="Digital identity")
    task, lead = 3, "市经济和信息化局"
    visible = "public"
    registrar = Role("身份登记机构", "Identity registrar")
    keys = Registry(Key, "密钥", "keys")
    accounts = Registry(Account, "账户", "accounts")
    subjects = Registry(Subject, "主体标识", "subject tags")
    persons = Registry(Subject, "个人账户", "persons' accounts")
    people = Registry(Subject, "已登记个人", "enrolled people")
    enrolled = Registry(Person, "已登记账户", "enrolled accounts")
    labels = Labels(revoked_at="停用时间", suspect_from="存疑起始", before="上一密钥",
                    keys="有效密钥", last="最新密钥", opened_at="开户时间",
                    tag="主体标识", proof="私钥持有证明")  # fmt: skip

    @does(by=anyone, title="公布密钥")
    def publish_key(self, public: PublicKey) -> None:
        """Put the caller's first key on the chain: from now on there is a DID."""
        address, account = self.address_of(public), self.own(self.caller)
        sentence = "只能公布自己的密钥。 Only one's own key can be published."
        require(address == self.caller, sentence, code="key.other")
        self.check_new(address)
        self.enter(account, address, Key(self.caller, 0, public=public))

    @does(by=anyone, title="增加密钥")
    def add_key(self, public: PublicKey, proof: Signature, until: Instant = 0) -> None:
        """Let a further key stand for the caller; `proof` is its signature."""
        self.prove(public, proof, self.caller)
        self.check_end(until)
        self.bring_in(self.own(self.caller), self.caller, public, until)
        self.emit("key_added", account=self.caller)

    @does(by=anyone, title="设定密钥期限")
    def limit_key(self, public: PublicKey, until: Instant) -> None:
        """Let a key of the caller's end by itself; 0 takes the end away."""
        self.check_end(until)
        account, entry = self.own(self.caller), self.own_key(public)
        address = self.address_of(public)
        require(self.is_in_force(address), KEY_EXPIRED, code="key.expired")
        entry.until = until
        self.enter(account, address, entry)

    @does(by=anyone, title="停用密钥")
    def retire_key(
        self, public: PublicKey, reason: Text, suspect_from: Instant = 0
    ) -> None:  # fmt: skip
        """Take a key of the caller's out of force at once, for good."""
        entry, account = self.own_key(public), self.own(self.caller)
        sentence = "可疑日期不能在将来。 The date of doubt lies ahead."
        require(suspect_from <= self.now, sentence, code="suspect.ahead")
        address = self.address_of(public)
        account.keys = [each for each in account.keys if each != address]
        self.check_left(account)
        entry.revoked_at, entry.reason = self.now, reason
        entry.suspect_from = suspect_from
        self.enter(account, address, entry)
        self.emit("key_retired", account=self.caller)

    @does(by=anyone, title="注销账户")
    def close_account(self, reason: Text) -> None:
        """Retire every key of the caller's; nobody acts for the account again."""
        require(reason, "须写明原因。 Say why.", code="reason")
        account = self.own(self.caller)
        self.revoke_all(account, self.caller, reason)
        account.closed_at, account.reason = self.now, reason
        self.keep(account, self.caller)
        self.emit("account_closed", account=self.caller)

    @does(by=anyone, keyed=True, title="完成恢复")
    def recover(self) -> None:
        """Put the key that a recovery decided on in place of all others."""
        whose, public = self.ask("recovery", "decided", recovery=self.key)
        account = self.own(whose)
        self.revoke_all(account, whose, RECOVERED)
        self.bring_in(account, whose, public, 0)
        self.emit("account_recovered", account=whose)

    @does(by=registrar, title="登记个人")
    def enrol_person(self, account: Party, tag: Digest) -> None:
        """Enrol a person whose papers were seen: one number, one account."""
        self.enrol(account, tag)

    @does(by=registrar, title="迁移个人")
    def move_person(self, account: Party, tag: Digest, reason: Text) -> None:
        """Let an enrolled person go on with another account, where the old is lost."""
        require(reason, "须写明原因。 Say why.", code="reason")
        self.enrolled.remove(self.people.get(tag.hex()).account.hex())
        self.people.remove(tag.hex())
        self.enrol(account, tag)

    @does(by=registrar, title="绑定个人")
    def bind_person(self, account: Party, tag: Digest) -> None:
        """Say that a person's account belongs to the person behind a tag."""
        self.subjects.add(tag.hex(), Subject(account, self.now))
        self.persons.add(account.hex() + "/" + tag.hex(), Subject(account, self.now))
        self.emit("person_bound", account=account, tag=tag)

    def enrol(self, account: Party, tag: Digest) -> None:
        sentence = "此人已登记。 This person is enrolled with an account already."
        require(tag.hex() not in self.people, sentence, code="person.enrolled")
        sentence = "此账户已属他人。 The account is somebody else's."
        require(account.hex() not in self.enrolled, sentence, code="account.taken")
        self.people.add(tag.hex(), Subject(account, self.now))
        self.enrolled.add(account.hex(), Person(tag, self.now))
        self.emit("person_enrolled", account=account)

    def address_of(self, public: PublicKey) -> Party:
        """The account derived from a key; docs/formats/account.md."""
        return self.digest(ACCOUNT_DOMAIN + public)[:20]

    def prove(self, public: PublicKey, proof: Signature, account: Party) -> None:
        require(
            self.verify(public, ACCOUNT_DOMAIN + account, proof),
            "新密钥的签名不符：须由新密钥签署账户。"
            " The new key must sign the account that it joins.",
            code="key.proof",
        )

    def check_end(self, until: Instant) -> None:
        sentence = "期限已过。 The end lies in the past."
        require(until == 0 or until > self.now, sentence, code="until.past")

    def check_left(self, account: Account) -> None:
        """Somebody must be able to sign for an account with the keys that are left."""
        left = [each for each in account.keys if self.is_in_force(each)]
        require(
            left,
            "这是最后一把有效密钥，停用后账户将无人可用；请先用 add_key 增加新密钥。"
            " This is the account's last key: add another one with add_key first.",
            code="key.last",
        )
        size, changed = self.ask("membership", "keys_in_force")
        require(
            any(self.is_of_size(each, size, not changed) for each in left),
            f"余下 {len(left)} 把密钥都不属于此链现用的套件，或未公布；停用后无人可签。"
            "请先用 add_key 登记一把，或用 publish_key 公布首把密钥。"
            f" Of the {len(left)} keys left none is known to be of the suite that the"
            " chain signs in: add one with add_key, or publish the first one.",
            code="key.suite",
        )

    def is_of_size(self, address: Party, size: Count, unknown: bool) -> bool:
        """Whether a key has so many bytes; `unknown` of one that is not registered."""
        entry = self.keys.find(address.hex())
        return unknown if entry is None else len(entry.public) in (0, size)

    def check_new(self, address: Party) -> None:
        sentence = "此密钥已登记过。 This key has been registered already."
        require(address.hex() not in self.keys, sentence, code="entry.exists")

    def own(self, account: Party) -> Account:
        """What is kept of an account; of one without a registered key, its start."""
        found = self.accounts.find(account.hex())
        sentence = "账户已注销。 The account is closed."
        require(found is None or not found.closed_at, sentence, code="account.closed")
        return found or Account([account], "", self.now, self.now, self.height)

    def own_key(self, public: PublicKey) -> Key:
        """A key of the caller's that is not retired."""
        address = self.address_of(public)
        entry = self.keys.find(address.hex()) or Key(address, 0, public=public)
        sentence = "只能改动自己的密钥。 Only one's own key can be changed."
        require(entry.account == self.caller, sentence, code="key.other")
        require(entry.revoked_at == 0, KEY_RETIRED, code="key.retired")
        return entry

    def is_in_force(self, address: Party) -> bool:
        entry = self.keys.find(address.hex())
        return (
            entry is None
            or not entry.revoked_at
            and (entry.until == 0 or self.now < entry.until)
        )

    def bring_in(
        self, account: Account, whose: Party, public: PublicKey, until: Instant
    ) -> None:
        """Let a new key stand for an account."""
        address = self.address_of(public)
        sentence = f"至多 {MOST_KEYS} 把。 {MOST_KEYS} keys at most."
        require(len(account.keys) < MOST_KEYS, sentence, code="keys.many")
        self.check_new(address)
        account.keys = [*account.keys, address]
        self.enter(account, address, Key(whose, self.now, until=until, public=public))

    def enter(self, account: Account, address: Party, entry: Key) -> None:
        """Write a key, and the account that it stands for."""
        name = address.hex()
        if name not in self.keys:
            entry.before, account.last = account.last, name
        self.keys.put(name, entry)
        self.keep(account, entry.account)

    def keep(self, account: Account, whose: Party) -> None:
        account.changed_at, account.changed_in = self.now, self.height
        self.accounts.put(whose.hex(), account)

    def revoke_all(self, account: Account, whose: Party, reason: Text) -> None:
        """Take every key of an account out of force."""
        for address in account.keys:
            entry = self.keys.find(address.hex()) or Key(whose, 0)
            entry.revoked_at, entry.reason = self.now, reason
            self.enter(account, address, entry)
        account.keys = []

    @answers
    def account_of_key(self, public: PublicKey) -> Party:
        """The account that a key stands for now."""
        address = self.address_of(public)
        entry = self.keys.find(address.hex())
        if entry is None:
            return address
        require(entry.revoked_at == 0, KEY_RETIRED, code="key.retired")
        require(self.is_in_force(address), KEY_EXPIRED, code="key.expired")
        return entry.account

    @answers
    def is_subject(self, account: Party, tag: Digest) -> bool:
        """Whether an account belongs to the person behind a tag."""
        entry = self.subjects.find(tag.hex())
        return entry is not None and entry.account == account

    @answers
    def is_person(self, account: Party) -> bool:
        """Whether an account is an enrolled person's."""
        return account.hex() in self.enrolled


KEY_RETIRED = "此密钥已停用。 This key has been retired."
KEY_EXPIRED = "此密钥已到期。 This key has ended."
RECOVERED = "账户已恢复 · the account was recovered"
