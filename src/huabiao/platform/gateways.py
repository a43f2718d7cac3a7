"""
Gateways: ways to chains of others, and whose word is taken about them (跨链网关).

1. An administrator proposes a gateway: to which chain, trusting whom. When k of the
   administrators have approved it, it is open.
2. Attestors follow the other chain, each at a node of its own, and attest the hashes of
   blocks that are final there. What N of M attest holds; proofs against it (contract
   `ethereum_proofs`) are anybody's to bring.
3. Who attests two hashes for one height is struck at once, and its word counts no more,
   also where it was given before. Where that leaves a hash that held without N, or the
   gateway with fewer than N attestors, the gateway freezes.
4. Any administrator freezes a gateway. k of them seat other attestors, which opens it
   again, or close it for good.

The trust stands beside everything that came over a gateway:

    attestors         N of M named witnesses say what the other chain holds
    hash_time_lock    nothing is believed; a value moves on a secret, or returns in time
    signed_log        the signature of the log itself (contract `anchors`)

A single liar changes nothing: its hash stays alone, and a contradiction costs it its
seat. docs/decisions/0078-chains-of-others.md.
"""

from huabiao.contracts import (  # noqa: I001
    Approval, Bytes, Code, Count, Digest, Labels, ListOf, Maybe, OneOf, Party, Record,
    Registry, Scenario, State, Text, Title, answers, anyone, encode, moves, opens,
    require,
)  # fmt: skip

TRUSTS = ("attestors", "hash_time_lock", "signed_log")
MOST_ATTESTORS, ADDRESS_BYTES, LONGEST_STRIDE = 64, 20, 100_000


class Attestor(Record):
    """Who attests: its account here, its address (20 bytes) on the other chain."""

    account: Party
    address: Bytes


class Gateway(Record):
    """
    A gateway. `network` is the other chain in CAIP-2, such as eip155:1; `contract` the
    gateway's other half there and `start` the height from which it stands. Heights that
    are a multiple of `stride` are attested, and those at which the contract spoke. Up
    to `most` messages a day come in.
    A signed log's `network` is the key that it signs with.
    """

    trust: OneOf[TRUSTS]
    network: Text
    contract: Bytes
    start: Count
    stride: Count
    confirmations: Count
    needed: Count
    attestors: ListOf[Attestor]
    most: Count = 1_000
    proposed_by: Maybe[Party] = None
    round: Count = 0
    struck: ListOf[Party] = ()
    reason: Text = ""
    turns: Count = 0


class Vote(Record):
    account: Party
    hash: Digest


class Attested(Record):
    """What was attested at one height, in a round of attestors; `hash` holds."""

    round: Count
    votes: ListOf[Vote]
    hash: Maybe[Digest] = None


class Gateways(Scenario):
    """Opens gateways to chains of others, and says what may be believed of them."""

    title = Title(zh="跨链网关", en="Gateways")
    task, lead = 4, "市经济和信息化局"
    record = Gateway
    visible = "public"
    indexes = ("trust", "network")

    proposed = State("待会签", "Proposed")
    open = State("已开通", "Open")
    frozen = State("已冻结", "Frozen")
    withdrawn = State("已撤回", "Withdrawn", final=True)
    closed = State("已关闭", "Closed", final=True)

    attested = Registry(Attested, "见证", "attested heights")
    approvals = Approval()
    labels = Labels(
        network="对方链（CAIP-2）", contract="对方合约", start="起始高度",
        stride="见证间隔", confirmations="确认区块数", needed="须见证数",
        attestors="见证方", address="对方链地址", most="每日上限", round="见证轮次",
        struck="已除名", turns="会签轮次", votes="见证票", gateway="跨链网关",
    )  # fmt: skip

    @opens(proposed, by=anyone, title="提议网关")
    def propose(
        self, trust: OneOf[TRUSTS], network: Text, contract: Bytes = b"",
        start: Count = 0, stride: Count = 1, confirmations: Count = 0,
        needed: Count = 0, attestors: ListOf[Attestor] = (), most: Count = 1_000,
    ) -> Gateway:  # fmt: skip
        """Propose a gateway; the id is its zone. Administrators then approve it."""
        self.check_board()
        gateway = Gateway(
            trust, network, contract, start, stride, confirmations, needed, attestors,
            most, self.caller,
        )  # fmt: skip
        check_gateway(gateway, self.key)
        return gateway

    @moves(proposed >> (proposed | open), by=anyone, title="同意网关")
    def approve(self, gateway: Gateway) -> State:
        """Approve a gateway; the k-th approval opens it."""
        if not self.agreed(gateway, "approve"):
            return self.proposed
        gateway.round = 1
        return self.open

    @moves(proposed >> withdrawn, by=anyone, only="proposed_by", title="撤回网关")
    def withdraw(self, gateway: Gateway) -> None:
        """Take a proposal back."""

    @moves(open >> (open | frozen), by=anyone, title="见证")
    def attest(self, gateway: Gateway, height: Count, hash: Digest) -> State:
        """Attest the hash of a block that is final on the other chain."""
        require(
            self.address_of(gateway, self.caller),
            "只有该网关现任的见证方可以见证。"
            " Only an attestor of the gateway may attest.",
            code="attestor.only",
        )
        place = f"{self.key}/{height}"
        entry = self.attested.find(place)
        if entry is None or (entry.hash is None and entry.round != gateway.round):
            entry = Attested(gateway.round, [])
        said = [vote.hash for vote in entry.votes if vote.account == self.caller]
        require(
            hash not in said,
            "已见证过。 This was attested already.",
            code="attested.already",
        )
        entry.votes = [*entry.votes, Vote(self.caller, hash)]
        if said:
            gateway.struck = [*gateway.struck, self.caller]
            self.emit("struck", account=self.caller, height=height)
        elif entry.hash is None and support(gateway, entry, hash) >= gateway.needed:
            entry.hash = hash
            self.emit("held", height=height, hash=hash)
        lost = (
            said
            and entry.hash is not None
            and support(gateway, entry, entry.hash) < gateway.needed
        )
        if lost:
            entry.hash = None
        self.attested.put(place, entry)
        if lost or len(gateway.attestors) - len(gateway.struck) < gateway.needed:
            gateway.reason = f"见证方在高度 {height} 自相矛盾 · contradiction"
            return self.frozen
        return self.open

    @moves(open >> frozen, by=anyone, title="冻结网关")
    def freeze(self, gateway: Gateway, reason: Text) -> None:
        """Stop everything on a gateway at once; any administrator may."""
        self.check_board()
        require(reason, "须写明原因。 Say why.", code="reason")
        gateway.reason = reason

    @moves((open | frozen) >> (open | frozen), by=anyone, title="更换见证方")
    def rotate(
        self, gateway: Gateway, needed: Count, attestors: ListOf[Attestor]
    ) -> State:
        """Seat these attestors; the k-th approval does it and opens the gateway."""
        proposal = self.digest(encode([needed, [each.plain() for each in attestors]]))
        if not self.agreed(gateway, f"rotate {proposal.hex()}"):
            return self.frozen if gateway.reason else self.open
        gateway.needed, gateway.attestors = needed, attestors
        check_gateway(gateway, self.key)
        gateway.round, gateway.struck, gateway.reason = gateway.round + 1, [], ""
        self.emit("rotated", round=gateway.round)
        return self.open

    @moves((open | frozen) >> (open | frozen | closed), by=anyone, title="关闭网关")
    def close(self, gateway: Gateway) -> State:
        """Close a gateway for good; the k-th approval does it."""
        if not self.agreed(gateway, "close"):
            return self.frozen if gateway.reason else self.open
        return self.closed

    @answers
    def standing(self, gateway: Code) -> dict:
        """Whom an open gateway trusts, the kind and the words, and its contract."""
        held = self.stored(gateway, self.open)
        said = held.trust
        if held.attestors:
            said = f"{held.trust} {held.needed}/{len(held.attestors)}"
        return {
            "trust": held.trust,
            "contract": held.contract,
            "round": held.round,
            "said": said,
            "most": held.most,
        }

    @answers
    def header(self, gateway: Code, height: Count) -> Bytes:
        """The hash that holds at a height of an open gateway, or nothing."""
        self.stored(gateway, self.open)
        entry = self.attested.find(f"{gateway}/{height}")
        return b"" if entry is None or entry.hash is None else entry.hash

    @answers
    def attestor(self, gateway: Code, account: Party) -> Bytes:
        """The address of an attestor of an open gateway; nothing for anybody else."""
        return self.address_of(self.stored(gateway, self.open), account)

    def address_of(self, gateway: Gateway, account: Party) -> Bytes:
        for each in gateway.attestors:
            if each.account == account and account not in gateway.struck:
                return each.address
        return b""

    def check_board(self) -> None:
        self.approvals.require_administrator(
            "只有管理员可以提议或冻结。 Only an administrator proposes or freezes."
        )

    def agreed(self, gateway: Gateway, act: str) -> bool:
        """Whether this approval is the k-th."""
        passed = self.approvals.of_administrators(f"{act}/{gateway.turns}/{self.key}")
        gateway.turns += passed
        return passed


def support(gateway: Gateway, entry: Attested, hash: Digest) -> int:
    """How many attest a hash, those that were struck left out."""
    return len(
        [
            vote
            for vote in entry.votes
            if vote.hash == hash and vote.account not in gateway.struck
        ]
    )


def check_gateway(gateway: Gateway, zone: str) -> None:
    """A zone's name, and as many attestors as its trust asks for."""
    require(
        zone and "/" not in zone and gateway.network and gateway.stride > 0
        and gateway.stride <= LONGEST_STRIDE,
        "网关名不含斜杠，须写明网络，间隔须大于零。"
        " A zone has no slash; name the network; the stride is above zero.",
        code="gateway.malformed",
    )  # fmt: skip
    if gateway.trust != "attestors":
        require(
            not gateway.attestors and gateway.needed == 0,
            "此信任模型没有见证方。 There are no attestors in this trust model.",
            code="gateway.attestors",
        )
        return
    count = len(gateway.attestors)
    accounts = [each.account for each in gateway.attestors]
    addresses = [each.address for each in gateway.attestors]
    require(
        gateway.needed <= count <= MOST_ATTESTORS and gateway.needed * 2 > count,
        f"须过半数见证方同意，至多 {MOST_ATTESTORS} 方。"
        f" More than half of the attestors must agree; {MOST_ATTESTORS} at most.",
        code="gateway.quorum",
    )
    require(
        all(accounts.count(each) == 1 for each in accounts)
        and all(addresses.count(each) == 1 for each in addresses)
        and all(len(each) == ADDRESS_BYTES for each in [*addresses, gateway.contract]),
        "见证方不可重复，地址与合约为 20 字节。"
        " Each attestor is listed once; addresses and the contract have 20 bytes.",
        code="gateway.attestors",
    )
