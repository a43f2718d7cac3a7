"""
Packets: what crosses from one chain to another, exactly once, or not at all (跨链件).

1. A contract sends a packet over an open route. It names the contracts over there that
   its payloads are for, and the moment by which they must have arrived.
2. Anybody carries it: `receive` checks by a proof that the other chain sent it, hands
   every payload over, and writes down what came of it: all of them, or none and why.
3. Anybody carries that back: `acknowledge` checks it by a proof and tells the sender,
   which keeps or undoes its half.
4. What was not received by its moment is shown by a proof of absence: `time_out` tells
   the sender the same, and it undoes its half.

So each packet ends once: acknowledged, declined or timed out. Over an ordered route one
that is late is brought still and declined, so that those behind it can come.

    packets/sent/<route>.<n>        the packet, until it has ended
    packets/received/<route>.<n>    [code, sentence, time]; proved present or absent

The rules are those of ICS-04, version 2 (IBC); the bytes: docs/formats/packet.md.
"""

from huabiao.contracts import Bytes as Octets  # noqa: I001
from huabiao.contracts import (
    Code, Count, Flag, Instant, Labels, ListOf, Record, Registry, Scenario, State, Text,
    Title, answers, anyone, decode, does, encode, moves, opens, require,
)  # fmt: skip

MOST_PAYLOADS, LARGEST_VALUE = 8, 16_384
SHORTEST_MS, LONGEST_MS = 1_000, 30 * 86_400_000
LATE, TIMED_OUT = "packet.late", "packet.timed_out"
TOLD_LATE = "到达时已过时限。 It came after its time."
TOLD_TIMED_OUT = "在时限内未被接收。 It was not received in time."

TOLD_RATE = "此路由本时段已满，稍后再来。 The route is full: come in its next window."
TOLD_ORDERED = (
    "有序路由：仍须送达，对方答以过时。 It keeps order: bring it, though late."
)


class Payload(Record):
    """For one contract over there, from one here."""

    sender: Code
    receiver: Code
    value: Octets


class Packet(Record):
    """What crosses; its route is `route` here and `counterpart` there."""

    chain: Code
    route: Code
    to: Code
    counterpart: Code
    sequence: Count
    timeout: Instant
    payloads: ListOf[Payload]
    ordered: Flag


class Received(Record):
    """What came of a packet."""

    code: Code
    sentence: Text
    at: Instant


class Flow(Record):
    """What went and came over a route: next numbers, and the window under way."""

    next_out: Count = 1
    next_in: Count = 1
    since: Instant = 0
    out: Count = 0
    came: Count = 0


class Crossing(Record):
    """A packet's life as its sender sees it."""

    route: Code
    sequence: Count
    to: Code
    counterpart: Code
    sender: Code
    receivers: ListOf[Code]
    sent_at: Instant
    timeout: Instant
    code: Code = "pending"
    sentence: Text = ""


class Packets(Scenario):
    """Carries messages between contracts of different chains."""

    title = Title(zh="跨链件", en="Packets")
    task, lead = 3, "市经济和信息化局"
    record = Crossing
    visible = "public"
    public = ("sent", "received", "flows")
    indexes = ("route", "to", "sender")

    sent_out = State("等待对方", "Waits for the other chain")
    acknowledged = State("已确认", "Acknowledged", final=True)
    declined = State("被对方拒绝", "Declined there, undone here", final=True)
    timed_out = State("超时撤回", "Timed out, undone here", final=True)

    sent = Registry(Packet, "在途件", "packets under way")
    received = Registry(Received, "已收件", "received packets")
    flows = Registry(Flow, "流量", "flows")
    labels = Labels(
        to="对方链", receivers="收件合约", values="内容", sent_at="发出时间",
        payloads="件内消息", ordered="按序送达", next_out="下一发出序号",
        next_in="下一接收序号", since="窗口起始", out="窗口内发出", came="窗口内收到",
        packet="跨链件", outcome="处理结果", code="结果代码", sentence="结果说明",
    )  # fmt: skip

    @answers
    def next_number(self, route: Code) -> int:
        """The number that the next packet over a route bears."""
        return (self.flows.find(route) or Flow()).next_out

    @opens(sent_out, by=anyone, title="发出")
    def send(
        self, route: Code, receivers: ListOf[Code], values: ListOf[Octets],
        timeout: Instant,
    ) -> Crossing:  # fmt: skip
        """Send payloads to contracts over a route; for contracts, under <route>.<n>."""
        require(
            self.calling,
            "只有合约可以发出跨链件，例如 transfers。"
            " Only contracts send packets, such as transfers.",
            code="packet.contracts",
        )
        way = self.ask("routes", "way", route=route)
        require(
            0 < len(receivers) == len(values) <= MOST_PAYLOADS
            and all(len(value) <= LARGEST_VALUE for value in values),
            f"须有 1 至 {MOST_PAYLOADS} 份内容，每份不超过 16 KiB。"
            f" A packet has 1 to {MOST_PAYLOADS} payloads of 16 KiB at most.",
            code="packet.payloads",
        )
        require(
            self.now + SHORTEST_MS <= timeout <= self.now + LONGEST_MS,
            "时限须在 1 秒之后、30 天之内。"
            " A packet's time ends after 1 second and within 30 days.",
            code="packet.timeout",
        )
        number = self.count_out(route, way[5], way[6])
        payloads = [
            Payload(self.calling, receiver, values[n])
            for n, receiver in enumerate(receivers)
        ]
        packet = Packet(
            self.chain, route, way[0], way[1], number, timeout, payloads, way[4]
        )
        self.sent.add(self.key, packet)
        self.emit("packet_sent", packet=encode(packet.plain()))
        return Crossing(
            route, number, way[0], way[1], self.calling, receivers, self.now, timeout
        )

    @does(by=anyone, keyed=True, title="接收")
    def receive(
        self, packet: Octets, height: Count, proof: Octets
    ) -> None:  # fmt: skip
        """Take a packet that the other chain's state holds; the id is <route>.<n>."""
        came = Packet.from_plain(Packet.check(decode(packet)))
        route = came.counterpart
        chain, counterpart, verifier, client, ordered, most, window = self.ask(
            "routes", "way", route=route
        )
        require(
            [came.chain, came.to, came.route, self.key, came.ordered]
            == [chain, self.chain, counterpart, f"{route}.{came.sequence}", ordered],
            "此件不属于此路由。 The packet is not one of this route.",
            code="packet.other",
        )
        require(
            self.key not in self.received,
            "此件已经收过。 This packet was received before.",
            code="packet.repeated",
        )
        late = self.now >= came.timeout
        require(ordered or not late, TOLD_LATE, code=LATE)
        self.count_in(route, came.sequence, ordered, most, window)
        self.ask(
            verifier, "proves", client=client, height=height,
            key=f"packets/sent/{counterpart}.{came.sequence}", value=packet,
            proof=proof,
        )  # fmt: skip
        # Received before it is handed over: nothing can be received twice.
        self.received.put(self.key, Received("ok", "", self.now))
        code, sentence = (LATE, TOLD_LATE) if late else self.attempt(handed(came))
        if code != "ok":
            self.received.put(self.key, Received(code, sentence, self.now))
        self.emit("packet_received", code=code)

    @moves(sent_out >> (acknowledged | declined), by=anyone, title="确认")
    def acknowledge(
        self, crossing: Crossing, outcome: Octets, height: Count, proof: Octets
    ) -> State:
        """Take what the other chain wrote down."""
        way = self.ask("routes", "way_back", route=crossing.route)
        said = Received.from_plain(Received.check(decode(outcome)))
        self.ask(
            way[2], "proves", client=way[3], height=height,
            key=f"packets/received/{crossing.counterpart}.{crossing.sequence}",
            value=outcome, proof=proof,
        )  # fmt: skip
        self.end(crossing, said.code, said.sentence)
        return self.acknowledged if said.code == "ok" else self.declined

    @moves(sent_out >> timed_out, by=anyone, title="超时")
    def time_out(self, crossing: Crossing, height: Count, proof: Octets) -> None:
        """Show that the other chain had not received a packet by its time."""
        way = self.ask("routes", "way_back", route=crossing.route)
        require(not way[4], TOLD_ORDERED, code="packet.ordered")
        at = self.ask(
            way[2], "proves", client=way[3], height=height,
            key=f"packets/received/{crossing.counterpart}.{crossing.sequence}",
            value=None, proof=proof,
        )  # fmt: skip
        require(
            at >= crossing.timeout,
            "对方当时还未过时限。 Its time had not ended over there by then.",
            code="packet.early",
        )
        self.end(crossing, TIMED_OUT, TOLD_TIMED_OUT)

    def end(self, crossing: Crossing, code: str, sentence: str) -> None:
        """Tell the sender what came of each payload; a packet ends once."""
        crossing.code, crossing.sentence = code, sentence
        packet = self.sent.get(self.key)
        self.sent.remove(self.key)
        for each in packet.payloads:
            self.call(
                each.sender, "packet_ended", route=packet.route,
                sequence=packet.sequence, receiver=each.receiver, value=each.value,
                code=code, sentence=sentence,
            )  # fmt: skip

    def count_out(self, route: str, most: int, window: int) -> int:
        """The number of the packet that goes now; refused above the route's limit."""
        flow = self.flow_of(route, window)
        number = flow.next_out
        require(flow.out < most, TOLD_RATE, code="route.rate")
        require(
            self.key == f"{route}.{number}",
            f"下一件为 {route}.{number}。 Next is {route}.{number}.",
            code="packet.number",
        )
        flow.next_out, flow.out = number + 1, flow.out + 1
        self.flows.put(route, flow)
        return number

    def count_in(
        self, route: str, number: int, ordered: bool, most: int, window: int
    ) -> None:
        """Count a packet that comes; refused out of order, or above the limit."""
        flow = self.flow_of(route, window)
        require(
            not ordered or number == flow.next_in,
            f"须按顺序：下一件是 {flow.next_in}。 In order: {flow.next_in} is next.",
            code="packet.order",
        )
        require(flow.came < most, TOLD_RATE, code="route.rate")
        flow.next_in, flow.came = number + 1, flow.came + 1
        self.flows.put(route, flow)

    def flow_of(self, route: str, window: int) -> Flow:
        """What went and came in the window under way."""
        flow = self.flows.find(route) or Flow()
        if self.now >= flow.since + window:
            flow.since, flow.out, flow.came = self.now, 0, 0
        return flow


def handed(packet: Packet) -> list:
    """The calls that hand a packet over: by which route of this chain, of which chain,
    by whom, what."""
    route, number = packet.counterpart, packet.sequence
    told = {"route": route, "chain": packet.chain, "sequence": number}
    return [
        [each.receiver, "receive_packet", "",
         {**told, "sender": each.sender, "value": each.value}, b""]
        for each in packet.payloads
    ]  # fmt: skip
