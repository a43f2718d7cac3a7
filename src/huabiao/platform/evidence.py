"""
Evidence: notarised files (存证).

1. A client digests its files; the files stay where they are.
2. It signs one envelope with all digests; the chain keeps the Merkle root over them.
3. Each file is provable alone: its path to the root, the receipt with the root, the
   block that holds the receipt.

A record's id is the envelope's id in hexadecimal, a dot, and the file's place in the
batch: 5e0c…a1.0. One file is a batch of one.
"""

from huabiao.contracts import Bytes as Octets
from huabiao.contracts import (
    Count,
    Digest,
    Instant,
    Labels,
    ListOf,
    Party,
    Record,
    Registry,
    Scenario,
    Text,
    Title,
    anyone,
    does,
    require,
)

DIGEST_BYTES = 32
MOST_FILES = 2_000


class Batch(Record):
    """Files that one account notarised in one act."""

    root: Digest
    count: Count
    notarised_by: Party
    at: Instant
    note: Text = ""


class Evidence(Scenario):
    """Proves that a file existed, unchanged, when and before whom."""

    title = Title(zh="数据存证", en="Evidence")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    batches = Registry(Batch, "存证批次", "batches")
    labels = Labels(
        root="默克尔根", count="文件数", notarised_by="存证人", digests="文件摘要"
    )

    @does(by=anyone, title="存证")
    def notarize(self, digests: ListOf[Octets], note: Text = "") -> None:
        """Notarise files by their digests, joined 2,000 to an entry, 32 bytes each."""
        leaves = []
        for joined in digests:
            require(
                joined and len(joined) % DIGEST_BYTES == 0,
                "摘要须为 32 字节的整数倍。 Digests are 32 bytes each, joined.",
                code="digest.length",
            )
            for start in range(0, len(joined), DIGEST_BYTES):
                leaves.append(joined[start : start + DIGEST_BYTES])
        require(leaves, "没有文件。 There is no file.", code="empty")
        root = self.merkle_root(leaves)
        batch = Batch(root, len(leaves), self.caller, self.now, note)
        self.batches.add(self.envelope.hex(), batch)
        self.emit("notarised", root=root, count=len(leaves))
