"""
Membership: the seats of those that sign headers (链上成员).

1. Genesis founds the first seats. Later a listed organisation applies for one with its
   keys, and the new key shows by its signature that somebody holds it.
2. When k of the administrators have approved, the seat is taken in the same block; the
   next header is signed by the new members.
3. A member rotates its own keys and leaves by its own word: a lost key must not wait
   for others. What is done to another's seat (suspend, readmit, weigh) needs k of n.
4. When the chain changes its suite, all seats change in one block to the keys that they
   prepared with the contract `suites`.

An organisation may hold several seats, each under a name of its own; a name that left
does not come back. The administrators are those of the contract `governance`. What the
kernel reads of this contract's state is listed in docs/formats/governed-state.md.
"""

from huabiao.contracts import (  # noqa: I001
    Approval, Bytes, Cell, Code, Count, Labels, ListOf, Maybe, Party, PublicKey, Record,
    Registry, Scenario, Signature, State, Text, Title, answers, anyone, does, encode,
    founder, moves, opens, require,
)  # fmt: skip

SEAT_DOMAIN = b"huabiao seat\x00"
MOST_SEATS, MOST_POWER, ENGINE_KEY_LENGTHS = 200, 4_294_967_295, (0, 32)


class Member(Record):
    """Who signs headers; the first three fields are what a members digest is over."""

    name: Code
    public: PublicKey
    power: Count
    organisation: Text
    engine_key: Bytes


class Members(Record):
    members: ListOf[Member]


class Change(Record):
    """A block that handed over to other members, and the one before it that did."""

    height: Count
    before: Count


class Seat(Record):
    """A seat's life. `turns` counts what was agreed on; then ballots begin anew."""

    account: Party
    organisation: Text
    public: PublicKey
    power: Count
    engine_key: Bytes
    turns: Count = 0


class Membership(Scenario):
    """Gives out the seats of those that sign headers, and takes them back."""

    title = Title(zh="链上成员", en="Membership")
    task, lead = 3, "市经济和信息化局"
    record = Seat
    visible = "public"
    indexes = ("account", "organisation")

    applied = State("待同意", "Applied")
    seated = State("在席", "Seated")
    suspended = State("已暂停", "Suspended")
    withdrawn = State("已撤回", "Withdrawn", final=True)
    left = State("已退出", "Left", final=True)

    members = Cell(Members)
    newest_change = Cell(Change)
    changes = Registry(Change, "成员变更", "changes of members")
    adopted = Cell(Change)
    approvals = Approval()
    labels = Labels(
        power="投票权重", engine_key="共识引擎公钥", turns="议定次数", members="成员",
        before="上次变更高度", seat="席位", name="席位", proof="私钥持有证明",
    )  # fmt: skip

    @opens(seated, by=founder, title="创世席位")
    def found_seat(
        self, account: Party, organisation: Text, public: PublicKey, power: Count,
        engine_key: Bytes = b"",
    ) -> Seat:  # fmt: skip
        """Found a seat in genesis; the id is its name."""
        seat = Seat(account, organisation, public, power, engine_key)
        self.seat(seat)
        return seat

    @opens(applied, by=anyone, title="申请席位")
    def apply(
        self, public: PublicKey, power: Count, proof: Signature, engine_key: Bytes = b""
    ) -> Seat:
        """Apply for a seat; the id is its name, `proof` the new key's signature."""
        organisation = self.ask("governance", "organisation_of", account=self.caller)
        require(
            organisation,
            "只有已登记的单位可以申请席位；请管理员先登记该单位。"
            " Only a listed organisation applies for a seat: have it listed first.",
            code="organisation.unlisted",
        )
        seat = Seat(self.caller, organisation, public, power, engine_key)
        self.check_possession(seat, proof)
        check_power(power)
        return seat

    @moves(applied >> (applied | seated), by=anyone, title="同意申请")
    def approve(self, seat: Seat) -> State:
        """Approve an application; the k-th approval takes the seat."""
        return self.seat(seat) if self.agreed(seat, "approve") else self.applied

    @moves(applied >> withdrawn, by=anyone, only="account", title="撤回申请")
    def withdraw(self, seat: Seat) -> None:
        """Take an application back."""

    @moves(
        (seated | suspended) >> (seated | suspended), by=anyone, only="account",
        title="更换密钥",
    )  # fmt: skip
    def rotate(
        self, seat: Seat, public: PublicKey, proof: Signature,
        engine_key: Maybe[Bytes] = None,
    ) -> State:  # fmt: skip
        """Sign with another key from the next block on; without an engine key, that
        one stays."""
        seat.public = public
        if engine_key is not None:
            seat.engine_key = engine_key
        self.check_possession(seat, proof)
        if any(each.name == self.key for each in self.signing()):
            return self.seat(seat)
        return self.suspended

    @moves(seated >> (seated | suspended), by=anyone, title="暂停席位")
    def suspend(self, seat: Seat) -> State:
        """Take a seat away for a time; the k-th approval does it."""
        if not self.agreed(seat, "suspend"):
            return self.seated
        self.vacate()
        return self.suspended

    @moves(suspended >> (suspended | seated), by=anyone, title="恢复席位")
    def readmit(self, seat: Seat) -> State:
        """Give a suspended seat back; the k-th approval does it."""
        return self.seat(seat) if self.agreed(seat, "readmit") else self.suspended

    @moves(seated >> seated, by=anyone, title="调整权重")
    def weigh(self, seat: Seat, power: Count) -> None:
        """Give a seat another power; the k-th approval of this power does it."""
        check_power(power)
        if self.agreed(seat, f"weigh {power}"):
            seat.power = power
            for each in self.signing():
                if each.name == self.key:  # a change of suite leaves the record alone
                    seat.public = each.public
            self.seat(seat)

    @moves((seated | suspended) >> left, by=anyone, only="account", title="退出")
    def leave(self, seat: Seat) -> None:
        """Give one's own seat up for good."""
        self.vacate()

    @does(by=anyone, title="启用新套件")
    def adopt_suite(self) -> None:
        """Let every seat sign with the key that it prepared, from the next block on."""
        members = self.signing()
        names = [each.name for each in members]
        planned = self.ask("suites", "prepared", seats=names)
        require(
            planned and self.height + 1 >= planned[0],
            "没有到期的套件更替计划。 No change of suite is due.",
            code="suite.early",
        )
        missing = [name for name, key in zip(names, planned[1]) if not key]  # noqa: B905
        require(
            not missing,
            f"这些席位尚未准备新密钥：{'、'.join(missing)}；请其准备，或先暂停席位。"
            f" Seats without a key yet: {', '.join(missing)}; they prepare, or are"
            " suspended first.",
            code="suite.unprepared",
        )
        for member, public in zip(members, planned[1]):  # noqa: B905
            member.public = public
        self.hand_over(members)
        before = self.adopted.find()
        self.adopted.set(Change(self.height, 0 if before is None else before.height))
        self.emit("suite_adopted", members=len(members))

    @answers
    def holder(self, seat: Code) -> list:
        """Account, organisation and engine key of a seat."""
        held = self.stored(seat, self.seated, self.suspended)
        return [held.account, held.organisation, held.engine_key]

    @answers
    def keys_in_force(self) -> list:
        """Bytes of a public key that signs now, which tell the suite, and whether the
        chain signed in another one before."""
        sizes = [len(each.public) for each in self.signing()]
        return [sizes[0] if sizes else 0, self.adopted.find() is not None]

    def agreed(self, seat: Seat, act: str) -> bool:
        """Whether this approval is the k-th."""
        passed = self.approvals.of_administrators(f"{act}/{seat.turns}/{self.key}")
        seat.turns += passed
        return passed

    def check_possession(self, seat: Seat, proof: Signature) -> None:
        """The key itself signs whose seat it is for, on which chain."""
        statement = [
            self.chain, self.key, seat.organisation, seat.public, seat.engine_key,
        ]  # fmt: skip
        require(
            self.verify(seat.public, SEAT_DOMAIN + encode(statement), proof),
            "新密钥的签名不符：须由新密钥签署链、席位、单位与密钥。"
            " The new key must sign chain, seat, organisation and keys.",
            code="seat.proof",
        )
        require(
            len(seat.engine_key) in ENGINE_KEY_LENGTHS,
            "共识引擎公钥须为 32 字节，或留空。"
            " The engine's public key has 32 bytes, or none.",
            code="seat.engine_key",
        )

    def signing(self) -> list:
        held = self.members.find()
        return [] if held is None else held.members

    def seat(self, seat: Seat) -> State:
        """Let a seat sign from the next block on, in the order of names."""
        others = [each for each in self.signing() if each.name != self.key]
        require(
            all(
                each.public != seat.public
                and (each.engine_key != seat.engine_key or not seat.engine_key)
                for each in others
            ),
            "另一席位已用此密钥。 Another seat has this key.",
            code="seat.key_taken",
        )
        require(
            all(len(each.public) == len(seat.public) for each in self.signing()),
            "密钥不属于现用套件；请先用 rotate 换成现用套件的密钥。"
            " The key is of another suite than the chain signs in: rotate first.",
            code="seat.suite",
        )
        require(
            len(others) < MOST_SEATS,
            f"席位已满，至多 {MOST_SEATS} 席。 There are {MOST_SEATS} seats at most.",
            code="seat.most",
        )
        member = Member(
            self.key, seat.public, seat.power, seat.organisation, seat.engine_key
        )
        before = [each for each in others if each.name < self.key]
        after = [each for each in others if each.name > self.key]
        self.hand_over([*before, member, *after])
        return self.seated

    def vacate(self) -> None:
        """The seat signs no more; somebody must be left who does."""
        others = [each for each in self.signing() if each.name != self.key]
        require(
            others,
            "这是最后一席，退出或暂停后无人可签区块；请先增加席位。"
            " This is the last seat: without it nobody signs blocks; add one first.",
            code="seat.last",
        )
        self.hand_over(others)

    def hand_over(self, members: list) -> None:
        """Write who signs next; a change of the members digest is remembered."""
        before, after = signers(self.signing()), signers(members)
        self.members.set(Members(members))
        newest = self.newest_change.find() or Change(0, 0)
        if self.height and before != after and newest.height != self.height:
            change = Change(self.height, newest.height)
            self.newest_change.set(change)
            self.changes.add(str(self.height), change)


def signers(members: list) -> list:
    """What a members digest is over."""
    return [[each.name, each.public, each.power] for each in members]


def check_power(power: Count) -> None:
    require(
        0 < power <= MOST_POWER,
        f"权重须在 1 与 {MOST_POWER} 之间。 Power is from 1 to {MOST_POWER}.",
        code="seat.power",
    )
