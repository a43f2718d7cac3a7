"""
Routes: the ways to other chains, each with the trust that it rests on (跨链路由).

1. An administrator proposes a route: to which chain, over which client, with which
   trust model, how many packets a window, in order or not; k of n open it.
2. Somebody in the role of guard pauses it at once where something is wrong; the
   administrators open it again, or close it for good.

The trust model stands beside everything that came over the route:

    light_client     certificates of the other chain's own members, checked here
    attestors        N of M named witnesses say what the other chain holds
    hash_time_lock   nothing is believed: a value moves on a secret, or returns in time

`verifier` is the contract that answers `proves` for the client.
"""

from huabiao.contracts import (
    Approval,
    Code,
    Count,
    Flag,
    Labels,
    OneOf,
    Party,
    Record,
    Role,
    Scenario,
    State,
    Text,
    Title,
    answers,
    anyone,
    moves,
    opens,
    require,
)

TRUST = ("light_client", "attestors", "hash_time_lock")
ADMINISTRATORS_ONLY = (
    "只有管理员可以决定跨链路由。 Only administrators decide on routes."
)
SHORTEST_WINDOW, MOST_PACKETS = 1_000, 1_000_000


class Route(Record):
    """A way to another chain; `counterpart` is the route's name over there, `most` the
    packets that may go, and come, in a window of so many milliseconds."""

    chain: Code
    counterpart: Code
    verifier: Code
    client: Code
    trust: OneOf[TRUST]
    ordered: Flag
    most: Count
    window: Count
    proposed_by: Party
    pauses: Count = 0
    why_paused: Text = ""


class Routes(Scenario):
    """The ways to other chains, opened by the administrators."""

    title = Title(zh="跨链路由", en="Routes to other chains")
    task, lead = 3, "市经济和信息化局"
    record = Route
    visible = "public"
    indexes = ("chain", "trust")

    guard = Role("跨链值守", "route guard")

    proposed = State("待会签", "Proposed")
    open = State("开通", "Open")
    paused = State("暂停", "Paused")
    closed = State("关闭", "Closed", final=True)

    approvals = Approval()
    labels = Labels(
        verifier="核验合约", client="轻客户端", ordered="按序送达", most="窗口内上限",
        window="窗口（毫秒）", pauses="暂停次数", why_paused="暂停原因", why="暂停原因",
    )  # fmt: skip

    @opens(proposed, by=anyone, title="提议路由")
    def propose(
        self, chain: Code, counterpart: Code, client: Code,
        verifier: Code = "light_clients",
        trust: OneOf[TRUST] = "light_client",
        ordered: Flag = False, most: Count = 10_000, window: Count = 60_000,
    ) -> Route:  # fmt: skip
        """Propose a route over a client; administrators then open it."""
        self.approvals.require_administrator(ADMINISTRATORS_ONLY)
        require(
            self.ask(verifier, "chain_of", client=client) == chain,
            f"“{client}”跟随的不是“{chain}”。 {client!r} does not follow {chain!r}.",
            code="route.client",
        )
        require(
            window >= SHORTEST_WINDOW and 0 < most <= MOST_PACKETS,
            "限速须为每 1 秒以上若干件，不超过一百万。"
            " A limit is some packets, a million at most, in a second or longer.",
            code="route.limit",
        )
        return Route(
            chain, counterpart, verifier, client, trust, ordered, most, window,
            self.caller,
        )  # fmt: skip

    @moves(proposed >> (proposed | open), by=anyone, title="同意开通")
    def approve(self, route: Route) -> State:
        """Approve it; the k-th approval opens the route."""
        return self.when_passed("approve", self.open, self.proposed)

    @moves(open >> paused, by=guard, title="暂停")
    def pause(self, route: Route, why: Text) -> None:
        """Stop what goes and comes; what is under way waits, or ends by its time."""
        require(why, "须说明原因。 Say why.", code="route.why")
        route.why_paused, route.pauses = why, route.pauses + 1

    @moves(paused >> (paused | open), by=anyone, title="恢复")
    def resume(self, route: Route) -> State:
        """Open it again; the k-th approval does."""
        subject = f"resume {route.pauses}"
        reached = self.when_passed(subject, self.open, self.paused)
        if reached is self.open:
            route.why_paused = ""
        return reached

    @moves((open | paused) >> (open | paused | closed), by=anyone, title="关闭")
    def close(self, route: Route) -> State:
        """Close it for good; the k-th approval does. What is under way can still be
        acknowledged, or ends by its time."""
        stands = self.paused if route.why_paused else self.open
        reached = self.when_passed("close", self.closed, stands)
        if reached is self.closed:
            route.ordered = False  # nothing comes any more that could be out of order
        return reached

    @answers
    def way(self, route: Code) -> list:
        """Chain, counterpart, verifier, client, ordered, most, window of a route that
        is open."""
        return plain(self.stored(route, self.open))

    @answers
    def way_back(self, route: Code) -> list:
        """The same, also of one that is paused or closed: what is under way ends."""
        return plain(self.stored(route, self.open, self.paused, self.closed))

    @answers
    def trust_of(self, route: Code) -> str:
        """On which trust a route rests, shown wherever its data is."""
        return self.stored(route, self.open, self.paused, self.closed).trust

    def when_passed(self, subject: str, passed: State, stands: State) -> State:
        self.approvals.require_administrator(ADMINISTRATORS_ONLY)
        if self.approvals.of_administrators(f"{self.key} {subject}"):
            return passed
        return stands


def plain(route: Route) -> list:
    """What a packet needs to know of its route."""
    return [
        route.chain, route.counterpart, route.verifier, route.client,
        route.ordered, route.most, route.window,
    ]  # fmt: skip
