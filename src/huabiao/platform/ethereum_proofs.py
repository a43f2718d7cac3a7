"""
Proofs from Ethereum: what stands under a block's hash (以太坊证明核验).

1. A header is the RLP list whose Keccak-256 is the block's hash.
2. A receipt is proven by the nodes of the trie under the header's receipts root.
3. A word of a contract's storage, or that there is none, is proven by the nodes of two
   tries: the account under the state root, the word under the account's storage root.

Whoever asks compares the hash with one that it trusts. Formats: Ethereum Yellow Paper
(Shanghai), appendices B (RLP), C (hex-prefix) and D (trie), section 4.4; EIP-658
(status), EIP-2718 (typed receipts), EIP-1186 (proofs of accounts and storage). Nodes
shorter than 32 bytes, which stand inside their parents, are not read: no receipt and no
word of a hash is that short.
"""

from huabiao.contracts import (
    Bytes,
    Count,
    Digest,
    Labels,
    ListOf,
    Scenario,
    Text,
    Title,
    answers,
    require,
)

TRUNCATED = "RLP 数据不完整。 The RLP data is cut short."
NUMERALS = "0123456789abcdef"
EMPTY = b"\x80"
MOST_ITEMS, MOST_NODES = 256, 64
BRANCH, PAIR = 17, 2
STATE_ROOT, RECEIPTS_ROOT, NUMBER, TIME = 3, 5, 8, 11


class EthereumProofs(Scenario):
    """Reads receipts and storage of Ethereum by their proofs; keeps nothing."""

    title = Title(zh="以太坊证明核验", en="Proofs from Ethereum")
    task, lead = 4, "市经济和信息化局"
    visible = "public"
    labels = Labels(
        index="交易序号", address="合约地址", place="存储位置",
        account_proof="账户证明", storage_proof="存储证明",
    )  # fmt: skip

    @answers
    def logs(self, header: Bytes, index: Count, proof: ListOf[Bytes]) -> dict:
        """
        The logs of transaction `index` of a block, each [address, topics, data], and
        the block's hash, number and time in seconds; refused if it failed.
        """
        told = self.read_header(header)
        receipt = self.walk(told["receipts"], index_path(index), proof)
        require(receipt, "没有此回执。 There is no such receipt.", code="proof.absent")
        if receipt[0] < 0x80:  # EIP-2718: a type, then the list
            receipt = receipt[1:]
        fields = items(receipt)
        require(
            len(fields) == 4 and fields[0] == b"\x01",
            "该交易未成功。 The transaction failed.",
            code="proof.failed",
        )
        found = []
        for each in items(fields[3]):
            address, topics, data = items(each)
            found.append([address, items(topics), data])
        return {**told, "logs": found}

    @answers
    def word(
        self, header: Bytes, address: Bytes, place: Digest,
        account_proof: ListOf[Bytes], storage_proof: ListOf[Bytes],
    ) -> dict:  # fmt: skip
        """
        The word at a place of a contract's storage, without leading zeros, empty if it
        is zero, and the block's hash, number and time in seconds.
        """
        told = self.read_header(header)
        path = self.keccak(address).hex()
        account = self.walk(told["state"], path, account_proof)
        require(
            account,
            "该区块中没有此合约。 There is no such contract in the block.",
            code="proof.absent",
        )
        root = items(account)[2]
        value = self.walk(root, self.keccak(place).hex(), storage_proof)
        if value:
            _, start, end = head(value, 0)
            value = value[start:end]
        return {**told, "word": value}

    @answers
    def keccak_of(self, message: Bytes) -> Bytes:
        """Keccak-256 of some bytes."""
        return self.keccak(message)

    def read_header(self, header: Bytes) -> dict:
        """Hash, number, time and roots of a header."""
        fields = items(header)
        require(
            len(fields) > TIME,
            "区块头不完整。 The header is not whole.",
            code="proof.malformed",
        )
        return {
            "hash": self.keccak(header),
            "number": whole(fields[NUMBER]),
            "time": whole(fields[TIME]),
            "state": fields[STATE_ROOT],
            "receipts": fields[RECEIPTS_ROOT],
        }

    def walk(self, root: Bytes, path: Text, proof: list) -> Bytes:
        """
        The value under a path of nibbles, empty if the trie has none; refused unless
        the nodes lead from the root to where that is seen, and no further.
        """
        if root == self.keccak(EMPTY) and not proof:
            return b""
        require(
            0 < len(proof) <= MOST_NODES,
            f"证明须有 1 至 {MOST_NODES} 个节点。 A proof has 1 to {MOST_NODES} nodes.",
            code="proof.malformed",
        )
        ended, value = False, root
        for node in proof:
            require(
                not ended,
                "证明有多余的节点。 The proof has more nodes than it needs.",
                code="proof.malformed",
            )
            require(
                self.keccak(node) == value,
                "证明与区块头不符。 The proof does not fit the header.",
                code="proof.wrong",
            )
            ended, value, path = step(items(node), path)
        require(
            ended,
            "证明在到达之前就结束。 The proof ends too early.",
            code="proof.malformed",
        )
        return value


def step(fields: list, path: Text) -> list:
    """One node: whether the way ends there, the value or the next hash, what is left
    of the path."""
    if len(fields) == BRANCH:
        if not path:
            return [True, fields[16], path]
        following = fields[int(path[0], 16)]
        return [not following, following, path[1:]]
    require(
        len(fields) == PAIR and fields[0] and fields[0][0] < 0x40,
        "不是树的节点。 That is no node of a trie.",
        code="proof.malformed",
    )
    shown = fields[0].hex()
    kind = int(shown[0], 16)  # hex-prefix: 1 is an odd length, 2 is a leaf
    nibbles = shown[1:] if kind % 2 else shown[2:]
    if kind >= 2:
        return [True, fields[1] if nibbles == path else b"", ""]
    if not path.startswith(nibbles):
        return [True, b"", ""]
    return [False, fields[1], path[len(nibbles) :]]


def head(data: Bytes, at: int) -> list:
    """Of the RLP item at a place: whether it is a list, where its content begins and
    where it ends."""
    require(at < len(data), TRUNCATED, code="proof.malformed")
    first = data[at]
    if first < 0x80:
        return [False, at, at + 1]
    base = 0xC0 if first >= 0xC0 else 0x80
    start, length = at + 1, first - base
    if length > 55:
        start = at + 1 + length - 55
        length = whole(data[at + 1 : start])
    require(start + length <= len(data), TRUNCATED, code="proof.malformed")
    return [first >= 0xC0, start, start + length]


def items(data: Bytes) -> list:
    """The items of the one list that the data is; an inner list is left encoded."""
    is_list, at, end = head(data, 0)
    require(
        is_list and end == len(data),
        "须为一个 RLP 列表。 It must be one RLP list.",
        code="proof.malformed",
    )
    found = []
    for _ in range(MOST_ITEMS):
        if at == end:
            return found
        inner, start, after = head(data, at)
        found.append(data[at:after] if inner else data[start:after])
        at = after
    require(
        at == end,
        f"列表超过 {MOST_ITEMS} 项。 A list of more than {MOST_ITEMS} items.",
        code="proof.malformed",
    )
    return found


def whole(octets: Bytes) -> int:
    """A number of up to 32 bytes, big end first."""
    require(len(octets) <= 32, TRUNCATED, code="proof.malformed")
    return int.from_bytes(octets, "big")


def index_path(index: int) -> str:
    """The nibbles of the RLP of a transaction's place in its block."""
    require(
        index < 65_536,
        "序号须小于 65536。 A place is below 65536.",
        code="proof.malformed",
    )
    if index == 0:
        return "80"
    digits, rest = "", index
    for _ in range(4):
        digits, rest = NUMERALS[rest % 16] + digits, rest // 16
    if index < 0x80:
        return digits[2:]
    return "81" + digits[2:] if index < 0x100 else "82" + digits
