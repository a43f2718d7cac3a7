"""
Identity: which account a key stands for, and who a person is (统一数字身份).

1. A key that nobody registered stands for the account derived from it.
2. An account adds a second key, then retires the first: rotation without an outage.
3. The identity bureau binds a person's account to a subject tag: a keyed digest of the
   identity number, whose key never leaves the bureau and the gateways. The number
   itself stands nowhere on the chain.
"""

from huabiao.contracts import (
    Count,
    Digest,
    Instant,
    Party,
    PublicKey,
    Record,
    Registry,
    Role,
    Scenario,
    Signature,
    Text,
    Title,
    answers,
    anyone,
    does,
    require,
)

ACCOUNT_DOMAIN = b"huabiao-account\x00"


class Key(Record):
    """A registered key. `revoked_at` 0 means that it is in force."""

    account: Party
    since: Instant
    revoked_at: Instant = 0
    reason: Text = ""


class KeysInForce(Record):
    """How many keys stand for an account; none is written while it is one."""

    count: Count


class Subject(Record):
    """The account of the person behind a subject tag."""

    account: Party
    since: Instant


class Identity(Scenario):
    """Tells who acts behind a key, and lets keys change while the account stays."""

    title = Title(zh="统一数字身份", en="Digital identity")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    registrar = Role("身份登记机构", "Identity registrar")

    keys = Registry(Key, "密钥", "keys")
    in_force = Registry(KeysInForce, "有效密钥数", "numbers of keys in force")
    subjects = Registry(Subject, "主体标识", "subject tags")
    persons = Registry(Subject, "个人账户", "persons' accounts")

    @does(by=anyone, title="增加密钥")
    def add_key(self, public: PublicKey, proof: Signature) -> None:
        """Let a further key stand for the caller; `proof` is its signature."""
        statement = ACCOUNT_DOMAIN + self.caller
        require(
            self.verify(public, statement, proof),
            "新密钥的签名不符：须由新密钥签署账户。"
            " The new key must sign the account that it joins.",
            code="key.proof",
        )
        self.keys.add(self.address_of(public).hex(), Key(self.caller, self.now))
        self.count_keys(1)
        self.emit("key_added", account=self.caller)

    @does(by=anyone, title="停用密钥")
    def retire_key(self, public: PublicKey, reason: Text) -> None:
        """Take a key of the caller's out of force at once."""
        name = self.address_of(public).hex()
        entry = self.keys.find(name) or Key(self.address_of(public), 0)
        require(
            entry.account == self.caller,
            "只能停用自己的密钥。 Only one's own key can be retired.",
            code="key.other",
        )
        require(
            entry.revoked_at == 0,
            "此密钥已经停用。 This key has been retired already.",
            code="key.retired",
        )
        self.count_keys(-1)
        entry.revoked_at, entry.reason = self.now, reason
        self.keys.put(name, entry)
        self.emit("key_retired", account=self.caller)

    def count_keys(self, change: int) -> None:
        """One key of the caller's more or less; an account keeps at least one."""
        account = self.caller.hex()
        entry = self.in_force.find(account) or KeysInForce(1)
        entry.count += change
        require(
            entry.count > 0,
            "这是最后一把有效密钥，停用后账户将无人可用；请先用 add_key 增加新密钥。"
            " This is the account's last key: add another one with add_key first.",
            code="key.last",
        )
        self.in_force.put(account, entry)

    @does(by=registrar, title="绑定个人")
    def bind_person(self, account: Party, tag: Digest) -> None:
        """Say that a person's account belongs to the person behind a tag."""
        self.subjects.add(tag.hex(), Subject(account, self.now))
        self.persons.add(account.hex() + "/" + tag.hex(), Subject(account, self.now))
        self.emit("person_bound", account=account, tag=tag)

    def address_of(self, public: PublicKey) -> Party:
        """The account derived from a key; docs/formats/account.md."""
        return self.digest(ACCOUNT_DOMAIN + public)[:20]

    @answers
    def account_of_key(self, public: PublicKey) -> Party:
        """The account that a key stands for now."""
        address = self.address_of(public)
        entry = self.keys.find(address.hex())
        if entry is None:
            return address
        require(
            entry.revoked_at == 0,
            "此密钥已停用。 This key has been retired.",
            code="key.retired",
        )
        return entry.account

    @answers
    def is_subject(self, account: Party, tag: Digest) -> bool:
        """Whether an account belongs to the person behind a tag."""
        entry = self.subjects.find(tag.hex())
        return entry is not None and entry.account == account
