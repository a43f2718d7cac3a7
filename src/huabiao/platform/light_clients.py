"""
Light clients: other chains, followed on this one (链上轻客户端).

1. An administrator names another chain, its members and for how long they are trusted;
   when k of the administrators have approved, it is followed.
2. Anybody brings headers. One that the members certified is kept: its time and the root
   of its state. One that hands over to other members changes whom the client trusts.
3. Where no header came for the trusting period, the client has expired: the members of
   then may long have given their keys away. Nothing is proved by it any more.
4. Two certified headers of one height are misbehaviour. Whoever brings the second
   freezes the client.
5. An expired or frozen client is recovered by the administrators alone, who name the
   members anew, k of n; or it is retired.

The source of the rules is ICS-02 of the Interblockchain Communication Protocol; what is
signed is docs/formats/light-client.md, one format for every suite and engine.
"""

from huabiao.contracts import (
    Approval,
    Code,
    Count,
    Digest,
    Instant,
    Labels,
    Maybe,
    OneOf,
    Party,
    Record,
    Registry,
    Scenario,
    State,
    Text,
    Title,
    answers,
    anyone,
    moves,
    opens,
    refuse,
    require,
)
from huabiao.contracts import Bytes as Octets

SUITES = ("intl", "sm", "pq")
KEPT = 2_000
"""Headers that a client keeps; a proof under an older one needs a newer header."""
DRIFT_MS = 600_000
ADMINISTRATORS_ONLY = (
    "只有管理员可以决定跟随哪条链。"
    " Only administrators decide which chains are followed."
)
SHORTEST_PERIOD, LONGEST_PERIOD = 60_000, 90 * 86_400_000


class Client(Record):
    """Another chain as this one knows it; `members` as encode([[name, key, power]]),
    who sign above the height `changed`, and nothing above `last`, if it is not 0: there
    they handed over to others who are not named yet. A recovery begins another era, in
    which no header of the one before counts."""

    chain: Code
    suite: OneOf[SUITES]
    members: Octets
    period: Count
    proposed_by: Party
    newest: Count = 0
    newest_time: Instant = 0
    changed: Count = 0
    trusted_at: Instant = 0
    taken: Count = 0
    era: Count = 0
    last: Count = 0
    why_frozen: Text = ""


class Certified(Record):
    """What a certified header says."""

    hash: Digest
    state: Digest
    receipts: Digest
    time: Instant


class Place(Record):
    """Which header took one of the places that a client has for headers."""

    header: Code


class LightClients(Scenario):
    """Follows other chains by their certificates, trusting nobody who brings them."""

    title = Title(zh="链上轻客户端", en="Light clients")
    task, lead = 3, "市经济和信息化局"
    record = Client
    visible = "public"
    public = ("headers", "places")
    indexes = ("chain",)

    proposed = State("待会签", "Proposed")
    following = State("跟随中", "Following")
    frozen = State("已冻结", "Frozen")
    retired = State("已停用", "Retired", final=True)

    headers = Registry(Certified, "区块头", "headers")
    places = Registry(Place, "位置", "places")
    approvals = Approval()
    labels = Labels(
        members="成员名册", period="信任期（毫秒）", newest="最新高度",
        newest_time="最新区块时间", changed="成员变更高度", trusted_at="信任时间",
        taken="已存区块头数", era="纪元", last="末任高度", why_frozen="冻结原因",
        state="状态根", receipts="回执根", time="区块时间", certificate="区块证书",
        next_members="下届成员", above="高于此高度", client="轻客户端", key="状态键",
        value="状态值",
    )  # fmt: skip

    @opens(proposed, by=anyone, title="提议跟随")
    def propose(
        self, chain: Code, suite: OneOf[SUITES], members: Octets, period: Count
    ) -> Client:
        """Name another chain, its members, and how long (ms) they are trusted without
        a newer header; the suite is that of its genesis."""
        self.approvals.require_administrator(ADMINISTRATORS_ONLY)
        require(
            SHORTEST_PERIOD <= period <= LONGEST_PERIOD,
            "信任期须在 1 分钟到 90 天之间。"
            " A trusting period is 1 minute to 90 days long.",
            code="client.period",
        )
        require(
            chain != self.chain,
            "链不跟随自己。 A chain does not follow itself.",
            code="client.self",
        )
        return Client(chain, suite, members, period, self.caller)

    @moves(proposed >> (proposed | following), by=anyone, title="同意跟随")
    def approve(self, client: Client) -> State:
        """Approve it; the k-th approval begins to follow."""
        if not self.agreed(self.key):
            return self.proposed
        client.trusted_at = self.now
        return self.following

    @moves(following >> (following | frozen), by=anyone, title="前进")
    def advance(
        self, client: Client, header: Octets, certificate: Octets,
        next_members: Octets = b"",
    ) -> State:  # fmt: skip
        """Take a certified header; with `next_members` where it hands over to others,
        or the headers above it have to wait."""
        self.require_fresh(client)
        found = self.check_header(
            client.chain, client.suite, client.members,
            header, certificate, next_members,
        )  # fmt: skip
        height = found["height"]
        known = self.headers.find(f"{self.key}.{client.era}.{height}")
        if known is not None and known.hash != found["hash"]:
            self.emit("misbehaviour", height=height)
            client.why_frozen = (
                f"高度 {height} 有两个不同的认证区块头。"
                f" Two certified headers of height {height}."
            )
            return self.frozen
        if known is None:
            self.take(client, found)
        if found["hands_over"]:
            self.hand_over(client, height, found["following"])
        return self.following

    @moves((following | frozen) >> (following | frozen), by=anyone, title="恢复")
    def recover(self, client: Client, members: Octets, above: Count = 0) -> State:
        """Trust these members from now on, whatever came before: each administrator
        says so, and the k-th is obeyed. `above` is the height they sign above."""
        wanted = self.digest(members).hex()
        stands = self.frozen if client.why_frozen else self.following
        subject = f"{self.key} {client.era} {above} {wanted}"
        if not self.agreed(subject):
            return stands
        client.members, client.changed, client.why_frozen = members, above, ""
        client.newest, client.newest_time, client.last = above, 0, 0
        client.trusted_at, client.era = self.now, client.era + 1
        return self.following

    @moves((following | frozen) >> (following | frozen | retired), by=anyone,
           title="停用")  # fmt: skip
    def retire(self, client: Client) -> State:
        """Follow it no more; the k-th administrator to say so ends it."""
        if self.agreed(f"{self.key} retire"):
            return self.retired
        return self.frozen if client.why_frozen else self.following

    @answers
    def proves(
        self, client: Code, height: Count, key: Code, value: Maybe[Octets],
        proof: Octets,
    ) -> int:  # fmt: skip
        """The time of a kept header under which a key has a value (nothing: absent);
        refused if it cannot be shown."""
        found = self.stored(client, self.following)
        self.require_fresh(found)
        header = self.headers.find(f"{client}.{found.era}.{height}")
        if header is None:
            refuse(
                f"“{client}”未持有高度 {height} 的区块头，请先前进。"
                f" {client!r} holds no header {height}: advance it first.",
                code="header.unknown",
            )
        require(
            self.check_state(found.suite, header.state, key, value, proof),
            f"证明不成立：高度 {height} 的状态并非如此。"
            f" The proof fails: at height {height} the state says otherwise.",
            code="proof.fails",
        )
        return header.time

    @answers
    def chain_of(self, client: Code) -> str:
        """The name of the chain that a client follows."""
        return self.stored(client, self.following, self.frozen).chain

    def agreed(self, subject: str) -> bool:
        """Whether this approval of an administrator is the k-th."""
        self.approvals.require_administrator(ADMINISTRATORS_ONLY)
        return self.approvals.of_administrators(subject)

    def require_fresh(self, client: Client) -> None:
        require(
            self.now - client.trusted_at <= client.period,
            f"已过信任期：最后一个区块头太旧，须由管理员恢复“{client.chain}”。"
            f" Expired: no header of {client.chain!r} came in time; the administrators"
            " must recover it.",
            code="client.expired",
        )

    def take(self, client: Client, found: dict) -> None:
        """Keep a header that was not known."""
        height, time = found["height"], found["time"]
        self.require_fit(client, height, time)
        entry = Certified(found["hash"], found["state"], found["receipts"], time)
        self.keep(client, height, entry)
        if height > client.newest:
            client.newest, client.newest_time = height, time
            client.trusted_at = max(client.trusted_at, min(time, self.now))

    def hand_over(self, client: Client, height: int, following: Octets) -> None:
        """From this height on others sign; those of before sign nothing above it."""
        if not following:
            client.last = height
            return
        client.members, client.changed, client.last = following, height, 0
        self.emit("members_changed", height=height)

    def require_fit(self, client: Client, height: int, time: int) -> None:
        require(
            height > client.changed,
            f"成员只签署高度 {client.changed} 之后的区块。"
            f" These members sign above height {client.changed} only.",
            code="header.below",
        )
        require(
            client.last == 0 or height <= client.last,
            f"成员已在高度 {client.last} 更换，须先附上新成员名单。"
            f" At height {client.last} others took over: give their list first.",
            code="members.missing",
        )
        require(
            time <= self.now + DRIFT_MS,
            "区块头的时间在将来。 The header's time lies in the future.",
            code="header.future",
        )
        forward = time >= client.newest_time
        if height < client.newest:
            forward = time <= client.newest_time
        require(
            forward,
            "区块头的时间与高度不相容。 The header's time does not fit its height.",
            code="header.time",
        )

    def keep(self, client: Client, height: int, entry: Certified) -> None:
        """Keep it in the next place, whose old header goes."""
        place = f"{self.key}.{client.taken % KEPT}"
        old = self.places.find(place)
        if old is not None:
            self.headers.remove(old.header)
        header = f"{self.key}.{client.era}.{height}"
        self.places.put(place, Place(header))
        self.headers.put(header, entry)
        client.taken = client.taken + 1
