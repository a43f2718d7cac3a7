"""
Transfers: values that move between chains and stay as many as they were (跨链价值转移).

1. An issuer registers an asset on its home chain and issues amounts of it to accounts.
2. Whoever holds some pays it here, or sends it over a route. At home it stays in escrow
   for that route; abroad as many vouchers appear, which bear the way they came.
3. A voucher that goes back over the same route vanishes, and the escrow is unlocked;
   over another route it goes on, and the voucher there bears both ways.
4. What is refused over there, or not received in time, is given back to its sender.
5. A keeper limits how much of an asset may go, and come, over a route in a window.
6. An amount may be entrusted to a contract of this chain, which hands it over to
   somebody or gives it back.

A denomination is the asset's name at home, and abroad `<route>/<route>:<asset>`, the
newest route first. So a chain that cheats harms only what went to it: it can take back
no more than what is in escrow for its own route.

The source of the rules is ICS-20 of the Interblockchain Communication Protocol.
"""

from huabiao.contracts import (  # noqa: I001
    Books, Code, Count, Crossing, Instant, Labels, Party, Record, Registry, Role,
    Scenario, State, Text, Title, answers, anyone, contract, does, moves, opens,
    require,
)  # fmt: skip
from huabiao.contracts import Bytes as Octets

APPLICATION, OK = "transfers", "ok"
LONGEST_NAME, LONGEST_WAY = 60, 140
MARKS = ("/", ":", "@")
SHORTEST_WINDOW = 1_000


class Asset(Record):
    """What an issuer answers for, on its home chain."""

    issuer: Party
    name: Text


class Parcel(Record):
    """What crosses; the denomination is the sending chain's."""

    denomination: Code
    amount: Count
    sender: Party
    receiver: Party


class Limit(Record):
    """The most of a denomination that may go, and come, in a window of ms."""

    most: Count
    window: Count
    since: Instant = 0
    out: Count = 0
    came: Count = 0


class Entrusted(Record):
    """An amount that a contract decides over; nothing once it has decided, so that no
    id is used twice."""

    owner: Party
    denomination: Code
    amount: Count
    trustee: Code


class Transfers(Scenario):
    """Moves values between chains; their total stays what was issued."""

    title = Title(zh="跨链价值转移", en="Transfers between chains")
    task, lead = 3, "市经济和信息化局"
    record = Asset
    public = ("issuer", "name", "books", "limits")
    indexes = ("issuer",)

    issuer = Role("发行方", "Issuer")
    keeper = Role("限额管理", "Keeper of limits")

    issuing = State("发行中", "Issuing")
    closed = State("停止发行", "Issued no more", final=True)

    books = Books(Count, "数量", "units", sources=("issued", "vouchers"), many=True)
    limits = Registry(Limit, "限额", "limits")
    entrusted = Registry(Entrusted, "托付", "entrusted amounts")
    crossing = Crossing("在途", "transfers under way")
    labels = Labels(
        issuer="发行方", name="资产名称", denomination="资产", amount="数量",
        most="窗口内上限", window="窗口（毫秒）", since="窗口起始", out="窗口内转出",
        came="窗口内转入", trustee="受托合约", key="托付编号", receiver="接收方",
    )  # fmt: skip

    @opens(issuing, by=issuer, title="登记资产")
    def register(self, name: Text) -> Asset:
        """Register an asset under a short name; it is issued by the caller alone."""
        require(
            is_plain(self.key) and len(self.key) <= LONGEST_NAME,
            "资产名至多 60 字，不含 / : @。"
            " An asset's name has 60 characters at most, and no / : @.",
            code="asset.name",
        )
        return Asset(self.caller, name)

    @moves(issuing >> issuing, by=issuer, only="issuer", title="发行")
    def issue(self, asset: Asset, to: Party, amount: Count) -> None:
        """Issue an amount to an account."""
        self.books.transfer(("issued", self.key), (to, self.key), amount)

    @moves(issuing >> closed, by=issuer, only="issuer", title="停止发行")
    def close(self, asset: Asset) -> None:
        """Issue no more; what was issued stays."""

    @does(by=anyone, keyed=True, title="注销数量")
    def redeem(self, amount: Count) -> None:
        """Give an amount of a home asset back to its issuer: it is no more."""
        self.books.transfer((self.caller, self.key), ("issued", self.key), amount)

    @does(by=anyone, title="支付")
    def pay(self, to: Party, denomination: Code, amount: Count) -> None:
        """Pay an account of this chain."""
        self.books.transfer((self.caller, denomination), (to, denomination), amount)

    @does(by=keeper, title="设限额")
    def limit(
        self, route: Code, denomination: Code, most: Count, window: Count
    ) -> None:
        """Set how much may go, and come, over a route in a window of ms."""
        require(
            window >= SHORTEST_WINDOW,
            "时段至少一秒。 A window is a second at least.",
            code="transfer.window",
        )
        self.limits.put(f"{route} {denomination}", Limit(most, window))

    @does(by=anyone, title="跨链转出")
    def send(
        self, route: Code, receiver: Party, denomination: Code, amount: Count,
        timeout: Instant,
    ) -> None:  # fmt: skip
        """Send an amount over a route to an account over there."""
        require(
            is_plain(route),
            "此路由名含 / : @，不能转移价值。"
            " A route whose name has / : @ moves no values.",
            code="transfer.route",
        )
        self.count(route, denomination, out=amount)
        self.books.transfer(
            (self.caller, denomination), (beyond(route, denomination), denomination),
            amount,
        )  # fmt: skip
        parcel = Parcel(denomination, amount, self.caller, receiver)
        self.crossing.send(route, APPLICATION, parcel, timeout, denomination)

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Give a receiver what came: out of escrow if it comes home, else vouchers."""
        parcel = self.crossing.read(Parcel, value)
        require(
            sender == APPLICATION and is_plain(route),
            "只接收对方 transfers 发来的价值。 Values come from transfers alone.",
            code="transfer.other",
        )
        counterpart = self.ask("routes", "way", route=route)[1]
        if newest_hop(parcel.denomination) == counterpart:
            denomination, source = homeward(parcel.denomination), f"escrow/{route}"
        else:
            denomination, source = onward(route, parcel.denomination), "vouchers"
        self.count(route, denomination, came=parcel.amount)
        self.books.transfer(
            (source, denomination), (parcel.receiver, denomination), parcel.amount
        )
        self.emit("arrived", denomination=denomination, amount=parcel.amount)

    @does(by=contract("packets"))
    def packet_ended(
        self, route: Code, sequence: Count, receiver: Code, value: Octets, code: Code,
        sentence: Text,
    ) -> None:  # fmt: skip
        """Keep what arrived; give back what did not."""
        denomination = self.crossing.end(route, sequence)
        if code != OK:
            parcel = self.crossing.read(Parcel, value)
            self.books.transfer(
                (beyond(route, denomination), denomination),
                (parcel.sender, denomination), parcel.amount,
            )  # fmt: skip
            self.emit("returned", denomination=denomination, amount=parcel.amount)

    @does(by=anyone, keyed=True, title="托付")
    def entrust(self, denomination: Code, amount: Count, trustee: Code) -> None:
        """Let a contract of this chain decide who gets an amount."""
        held = Entrusted(self.caller, denomination, amount, trustee)
        self.entrusted.add(self.key, held)
        self.books.transfer(
            (self.caller, denomination), (f"entrusted/{trustee}", denomination), amount
        )

    @does(by=anyone, keyed=True, title="交付托付")
    def hand_over(self, to: Party) -> None:
        """The trustee gives an entrusted amount to an account."""
        self.release(to)

    @does(by=anyone, keyed=True, title="退还托付")
    def give_back(self) -> None:
        """The trustee gives an entrusted amount back to its owner."""
        self.release(self.entrusted.get(self.key).owner)

    @answers
    def balance_of(self, account: Party, denomination: Code) -> int:
        """What an account has of a denomination."""
        return self.books.balance((account, denomination))

    @answers
    def entrusted_as(self, key: Code) -> list:
        """Owner, denomination, amount and trustee of an entrusted amount."""
        return self.entrusted.get(key).plain()

    def release(self, to: Party) -> None:
        held = self.entrusted.get(self.key)
        require(
            self.calling == held.trustee,
            f"只有“{held.trustee}”可以决定。 Only {held.trustee!r} decides.",
            code="transfer.trustee",
        )
        self.books.transfer(
            (f"entrusted/{held.trustee}", held.denomination), (to, held.denomination),
            held.amount,
        )  # fmt: skip
        held.amount = 0
        self.entrusted.put(self.key, held)

    def count(self, route: str, denomination: str, out: int = 0, came: int = 0) -> None:
        """Count what goes or comes; refused above the keeper's limit."""
        limit = self.limits.find(f"{route} {denomination}")
        if limit is None:
            return
        if self.now >= limit.since + limit.window:
            limit.since, limit.out, limit.came = self.now, 0, 0
        limit.out, limit.came = limit.out + out, limit.came + came
        require(
            max(limit.out, limit.came) <= limit.most,
            f"本时段至多 {limit.most}，稍后再来。"
            f" {limit.most} at most in a window: come again in the next.",
            code="transfer.limit",
        )
        self.limits.put(f"{route} {denomination}", limit)


def is_plain(name: str) -> bool:
    """Whether a name can stand in a denomination."""
    return not any(mark in name for mark in MARKS)


def newest_hop(denomination: str) -> str:
    """The route over which a voucher came; nothing of an asset at home."""
    return denomination.rpartition(":")[0].partition("/")[0]


def homeward(denomination: str) -> str:
    """What a voucher is called one hop closer to home."""
    way, _, asset = denomination.rpartition(":")
    rest = way.partition("/")[2]
    return f"{rest}:{asset}" if rest else asset


def onward(route: str, denomination: str) -> str:
    """What a denomination is called where it came over a route."""
    require(
        len(denomination) <= LONGEST_WAY,
        "这份凭据走得太远。 The voucher has come too long a way.",
        code="transfer.way",
    )
    joint = "/" if ":" in denomination else ":"
    return f"{route}{joint}{denomination}"


def beyond(route: str, denomination: str) -> str:
    """Where an amount stands once it left over a route: a voucher that goes back is
    no more, all else is in escrow."""
    return "vouchers" if newest_hop(denomination) == route else f"escrow/{route}"
