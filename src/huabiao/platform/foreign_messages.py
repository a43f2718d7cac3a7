"""
Messages to and from chains of others (跨链消息).

1. A sender gives a message for an address on the other chain, with a time until which
   it may arrive. Attestors of the gateway sign it; with N signatures anybody delivers.
2. What stands in the other gateway's storage under a block hash that holds ends the
   message: it arrived, or its time is over there and it did not. One of both, once.
3. A message from there arrives by the proof of its receipt, once and before its time is
   over by this chain's clock. Attestors then sign that it came, or, when it can come no
   more, that it did not; with N signatures the other gateway ends it.

Times are seconds of the Unix epoch, as on Ethereum. The other side is the contract
HuabiaoGateway (docs/gateways.md); its `received` stands in slot 0 of its storage.
"""

from huabiao.contracts import (  # noqa: I001
    Bytes, Code, Count, Day, Labels, ListOf, OneOf, Party, Record, Registry, Role,
    Scenario, State, Text, Title, answers, anyone, does, moves, opens, require,
)  # fmt: skip

SENT = b"Sent(uint64,address,uint64,bytes)"
KINDS = ("deliver", "acknowledge", "time_out")
LONGEST_PAYLOAD, ADDRESS_BYTES, SIGNATURE_BYTES, WORD = 4_096, 20, 65, 32
LONGEST_TIME_S = 366 * 86_400
NUMERALS = "0123456789abcdef"


class Outbound(Record):
    """A message for the other chain, the `sequence`th of its gateway; `trust` says whom
    that one believed then."""

    gateway: Code
    sequence: Count
    sender: Party
    receiver: Bytes
    payload: Bytes
    timeout: Count
    trust: Text
    height: Count = 0
    """Of the other chain's block that ended it."""


class Inbound(Record):
    """A message that came from the other chain, by a receipt of its block `height`."""

    sender: Bytes
    payload: Bytes
    timeout: Count
    height: Count
    trust: Text


class Flow(Record):
    """Messages that were sent over a gateway, and those that came on one day."""

    sent: Count = 0
    day: Day = 0
    came: Count = 0


class Signed(Record):
    """An attestor's signature (r, s, v) for the other chain."""

    address: Bytes
    signature: Bytes


class Signatures(Record):
    signed: ListOf[Signed]


class ForeignMessages(Scenario):
    """Carries messages to chains of others and back, each of them once."""

    title = Title(zh="跨链消息", en="Messages to other chains")
    task, lead = 4, "市经济和信息化局"
    record = Outbound
    visible = "public"
    indexes = ("gateway",)
    sender = Role("跨链发送单位", "Sender")
    waiting = State("等待送达", "Waiting for the other chain")
    arrived = State("已送达", "Arrived", final=True)
    timed_out = State("已超时退回", "Timed out", final=True)
    flows = Registry(Flow, "流量", "flows")
    inbound = Registry(Inbound, "来讯", "messages that came")
    signatures = Registry(Signatures, "见证签名", "signatures")
    labels = Labels(gateway="跨链网关", sender="发送方", receiver="接收方",
                    payload="消息内容", sent="已发数", day="日期", came="当日收到",
                    signed="见证签名", address="对方链地址", index="交易序号",
                    account_proof="账户证明", storage_proof="存储证明",
                    subject="签署对象")  # fmt: skip

    @opens(waiting, by=sender, title="发出消息")
    def send(
        self, gateway: Code, receiver: Bytes, payload: Bytes, timeout: Count
    ) -> Outbound:
        """Send a message to an address on the other chain."""
        standing = self.open_gateway(gateway)
        require(
            len(receiver) == ADDRESS_BYTES and len(payload) <= LONGEST_PAYLOAD,
            f"接收地址为 20 字节，内容至多 {LONGEST_PAYLOAD} 字节。"
            f" A receiver has 20 bytes, a payload {LONGEST_PAYLOAD} at most.",
            code="message.malformed",
        )
        require(
            self.now < timeout * 1_000 <= self.now + LONGEST_TIME_S * 1_000,
            "期限须在一年之内且未过。 The time ends within a year and is not over.",
            code="message.late",
        )
        flow = self.flows.find(gateway) or Flow()
        flow.sent += 1
        self.flows.put(gateway, flow)
        return Outbound(
            gateway, flow.sent, self.caller, receiver, payload, timeout,
            standing["said"],
        )  # fmt: skip

    @moves(waiting >> (arrived | timed_out), by=anyone, title="了结消息")
    def settle(
        self, message: Outbound, height: Count, header: Bytes,
        account_proof: ListOf[Bytes], storage_proof: ListOf[Bytes],
    ) -> State:  # fmt: skip
        """End a message by what the other gateway's storage says of it."""
        standing = self.open_gateway(message.gateway)
        told = self.ask(
            "ethereum_proofs", "word", header=header, address=standing["contract"],
            place=self.keccak(uint(message.sequence) + uint(0)),
            account_proof=account_proof, storage_proof=storage_proof,
        )  # fmt: skip
        self.check_held(message.gateway, height, told)
        message.height = height
        if told["word"]:
            require(
                told["word"] == self.body(message).lstrip(b"\x00"),  # as tries keep it
                "对方收到的内容与发出的不符；请冻结该网关。"
                " The other side has something else than was sent: freeze the gateway.",
                code="message.other",
            )
            return self.arrived
        require(
            told["time"] >= message.timeout,
            "对方尚未收到，且未到期限。 It has not arrived, and may still.",
            code="message.early",
        )
        return self.timed_out

    @does(by=anyone, keyed=True, title="接收来讯")
    def receive(
        self, height: Count, header: Bytes, index: Count, proof: ListOf[Bytes]
    ) -> None:
        """Take the messages in one transaction there; the id is the gateway."""
        standing = self.open_gateway(self.key)
        told = self.ask(
            "ethereum_proofs", "logs", header=header, index=index, proof=proof
        )
        self.check_held(self.key, height, told)
        topic, taken, late = self.keccak(SENT), 0, 0
        for address, topics, data in told["logs"]:
            if address == standing["contract"] and topics and topics[0] == topic:
                sequence, message = read_sent(topics, data, height, standing["said"])
                if self.inbound.find(f"{self.key}/{sequence}") is not None:
                    continue
                if message.timeout * 1_000 <= self.now:
                    late += 1
                    continue
                self.inbound.add(f"{self.key}/{sequence}", message)
                self.emit("came", sequence=sequence, payload=message.payload)
                taken += 1
        require(
            taken or not late,
            "该消息已过期限，不再接收；对方可据此退回。"
            " Its time is over: it is taken no more, and ends there.",
            code="message.late",
        )
        require(
            taken,
            "此交易没有新消息。 There is no new message in this transaction.",
            code="message.repeated",
        )
        self.count(taken, standing["most"])

    @does(by=anyone, keyed=True, title="签署声明")
    def sign(
        self, kind: OneOf[KINDS], sequence: Count, signature: Bytes,
        subject: Code = "", timeout: Count = 0,
    ) -> None:  # fmt: skip
        """
        Leave an attestor's signature for the other gateway; the id is the gateway.

        `subject` is the id of the message that is to be delivered, `timeout` the time
        of one from there that did not come.
        """
        address = self.ask(
            "gateways", "attestor", gateway=self.key, account=self.caller
        )
        require(
            address and len(signature) == SIGNATURE_BYTES,
            "只有该网关现任的见证方可以签署，签名为 65 字节。"
            " Only an attestor of the gateway signs, in 65 bytes.",
            code="attestor.only",
        )
        came = self.inbound.find(f"{self.key}/{sequence}") is not None
        true = came
        if kind == "deliver":
            message = self.stored(subject, self.waiting)
            true = message.gateway == self.key and message.sequence == sequence
        elif kind == "time_out":
            true = not came and timeout * 1_000 <= self.now
        require(
            true,
            "链上情形与所签声明不符。 The chain does not say what would be signed.",
            code="statement.false",
        )
        current = self.open_gateway(self.key)["round"]
        place = f"{self.key}/{kind}/{sequence}/{current}"
        held = self.signatures.find(place) or Signatures([])
        require(
            all(each.address != address for each in held.signed),
            "已签署过。 This was signed already.",
            code="statement.already",
        )
        held.signed = [*held.signed, Signed(address, signature)]
        self.signatures.put(place, held)

    @answers
    def came(self, gateway: Code, sequence: Count) -> dict:
        """A message that came: sender, payload, block and trust; empty if none did."""
        held = self.inbound.find(f"{gateway}/{sequence}")
        if held is None:
            return {}
        return {
            "sender": held.sender, "payload": held.payload, "height": held.height,
            "trust": held.trust,
        }  # fmt: skip

    def open_gateway(self, gateway: Code) -> dict:
        standing = self.ask("gateways", "standing", gateway=gateway)
        require(
            standing["trust"] == "attestors",
            "此网关不传送消息，其信任模型不是见证方。"
            " Messages need a gateway whose trust is in attestors.",
            code="gateway.trust",
        )
        return standing

    def count(self, taken: int, most: int) -> None:
        """Count what came today; strangers there could fill this chain otherwise."""
        flow = self.flows.find(self.key) or Flow()
        came = flow.came + taken if flow.day == self.today else taken
        require(
            came <= most,
            f"此网关今日已收满 {most} 条，明日再来；逾期者在对方退回。"
            f" {most} messages came today, no more do: tomorrow, or they end there.",
            code="gateway.rate",
        )
        flow.day, flow.came = self.today, came
        self.flows.put(self.key, flow)

    def check_held(self, gateway: Code, height: Count, told: dict) -> None:
        held = self.ask("gateways", "header", gateway=gateway, height=height)
        require(
            held == told["hash"] and told["number"] == height,
            f"高度 {height} 的区块头未经见证，或与见证不符。"
            f" The header at {height} is not one that the attestors hold to.",
            code="header.unattested",
        )

    def body(self, message: Outbound) -> Bytes:
        """What the other gateway keeps of a message: keccak256(abi.encode(bytes20,
        address, uint64, bytes32))."""
        zeros = b"".fromhex("00" * (WORD - ADDRESS_BYTES))
        return self.keccak(
            message.sender + zeros + zeros + message.receiver
            + uint(message.timeout) + self.keccak(message.payload)
        )  # fmt: skip


def uint(number: int) -> Bytes:
    """A number as a word of the ABI: 32 bytes, big end first."""
    digits, rest = "", number
    for _ in range(2 * WORD):
        digits, rest = NUMERALS[rest % 16] + digits, rest // 16
    return b"".fromhex(digits)


def read_sent(topics: list, data: Bytes, height: int, trust: Text) -> list:
    """The sequence and the message in a log of `Sent`: both indexed fields are words,
    the data is timeout, offset, length, payload."""
    words = [int.from_bytes(data[at : at + WORD], "big") for at in (0, WORD, 2 * WORD)]
    timeout, offset, length = words
    payload = data[3 * WORD : 3 * WORD + length]
    require(
        len(topics) == 3 and offset == 2 * WORD and len(payload) == length
        and length <= LONGEST_PAYLOAD,
        "日志不是本网关合约的格式。 The log is not of the form of our gateway.",
        code="message.malformed",
    )  # fmt: skip
    sequence = int.from_bytes(topics[1], "big")
    return [sequence, Inbound(topics[2][12:], payload, timeout, height, trust)]
