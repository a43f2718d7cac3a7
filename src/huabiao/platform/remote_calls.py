"""
Remote calls: operations of contracts on another chain, performed there (跨链调用).

1. An account, or a contract, asks over a route for an operation on the other chain.
2. It is performed there as an account that no key signs for: of the route, the contract
   that asked, and whom it asked for. Roles can be granted to that account beforehand.
3. What came of it is told to whoever asked: done, refused and why, or not in time.

The account over there can be computed before anything was sent:

    on behalf = encode([route over there, contract here, account here])
    account   = digest(b"huabiao contract account" ‖ 0x00 ‖
                       encode(["remote_calls", on behalf]))[:20]

in the digest of the chain over there; `account_of` over there answers the same. What
governs a chain itself cannot be called in this way. The source of the rules is ICS-27
(interchain accounts) of the Interblockchain Communication Protocol.
"""

from huabiao.contracts import Bytes as Octets
from huabiao.contracts import (
    Code,
    Count,
    Crossing,
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
    contract,
    contract_account,
    decode,
    does,
    encode,
    refuse,
    require,
)

APPLICATION, OK = "remote_calls", "ok"


class Request(Record):
    """What crosses; `caller` is the account here that it is asked for, `arguments` the
    operation's arguments by their names, as encode(…) gives them."""

    caller: Party
    callee: Code
    operation: Code
    key: Text
    arguments: Octets


class Asked(Record):
    """A call and what became of it: "pending", "ok", or a refusal's code."""

    caller: Party
    route: Code
    callee: Code
    operation: Code
    key: Text
    timeout: Instant
    code: Code = "pending"
    sentence: Text = ""


class RemoteCalls(Scenario):
    """Performs here what accounts and contracts of other chains ask for."""

    title = Title(zh="跨链调用", en="Calls between chains")
    task, lead = 3, "市经济和信息化局"

    asked = Registry(Asked, "跨链调用", "calls to other chains")
    crossing = Crossing()
    labels = Labels(callee="被调合约", code="结果代码", sentence="结果说明")

    @does(by=anyone, title="跨链调用")
    def request(
        self, route: Code, callee: Code, operation: Code, timeout: Instant,
        key: Text = "", arguments: Octets = b"\x80",
    ) -> None:  # fmt: skip
        """Ask for an operation over there, performed as the account there."""
        require(
            isinstance(decode(arguments), dict),
            "参数须为按名称编码的映射。 Arguments are encoded by their names.",
            code="remote.arguments",
        )
        asked = Request(self.caller, callee, operation, key, arguments)
        number = self.crossing.send(route, APPLICATION, asked, timeout)
        self.asked.add(
            number,
            Asked(self.caller, route, callee, operation, key, timeout),
        )

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Perform what was asked for; a refusal is told to whoever asked."""
        asked = self.crossing.read(Request, value)
        code, sentence = self.attempt(
            [[asked.callee, asked.operation, asked.key, decode(asked.arguments),
              encode([route, sender, asked.caller])]]
        )  # fmt: skip
        if code != OK:
            refuse(sentence, code=code)
        self.emit("performed", callee=asked.callee, operation=asked.operation)

    @does(by=contract("packets"))
    def packet_ended(
        self, route: Code, sequence: Count, receiver: Code, value: Octets, code: Code,
        sentence: Text,
    ) -> None:  # fmt: skip
        """Write down what came of a call."""
        self.crossing.end(route, sequence)
        asked = self.asked.get(f"{route}.{sequence}")
        asked.code, asked.sentence = code, sentence
        self.asked.put(f"{route}.{sequence}", asked)

    @answers
    def account_of(
        self, route: Code, caller: Party, sender: Code = APPLICATION
    ) -> Party:
        """The account here of an account there: by which route of this chain it asks,
        and through which contract there."""
        on_behalf = encode([route, sender, caller])
        return contract_account(self.digest, APPLICATION, on_behalf)
