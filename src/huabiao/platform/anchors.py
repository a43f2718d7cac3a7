"""
Anchors: hashes of ours in logs of others (存证上链外锚定).

1. A gateway to a signed log names the key that the log signs with; the administrators
   open it as any other (contract `gateways`).
2. Whoever anchors a hash there brings the log's proof back and keeps it here.
3. Anybody takes the proof away and verifies it with no server of ours or theirs.

Nothing is verified in a block: the log hashes with SHA-256 and signs with Ed25519,
which a chain of national cryptography does not. `huabiao anchor add` verifies before it
keeps, and `huabiao anchor verify` when it is needed.
"""

from huabiao.contracts import Bytes as Octets
from huabiao.contracts import (
    Digest,
    Instant,
    Labels,
    Party,
    Record,
    Registry,
    Role,
    Scenario,
    Title,
    does,
    require,
)

FIRST_LINE, LONGEST_PROOF = b"c2sp.org/tlog-proof@v1\n", 16_384


class Anchor(Record):
    """A log's proof (c2sp.org/tlog-proof@v1) that it has a hash."""

    proof: Octets
    kept_by: Party
    at: Instant


class Anchors(Scenario):
    """Keeps what logs of others prove about hashes of ours."""

    title = Title(zh="外部锚定", en="Anchors in logs of others")
    task, lead = 4, "市经济和信息化局"
    visible = "public"

    keeper = Role("锚定单位", "Keeper of anchors")

    anchors = Registry(Anchor, "外部锚定", "anchors")
    labels = Labels(proof="锚定证明", kept_by="登记单位", hash="被锚定哈希")

    @does(by=keeper, keyed=True, title="登记锚定")
    def keep(self, hash: Digest, proof: Octets) -> None:
        """Keep a log's proof of a hash; the id is the gateway's name."""
        standing = self.ask("gateways", "standing", gateway=self.key)
        require(
            standing["trust"] == "signed_log",
            "此网关不是签名日志。 This gateway leads to no signed log.",
            code="gateway.trust",
        )
        require(
            proof.startswith(FIRST_LINE) and len(proof) <= LONGEST_PROOF,
            "须为 tlog-proof 格式，不超过 16 KiB。"
            " A proof is a tlog-proof, 16 KiB at most.",
            code="anchor.malformed",
        )
        self.anchors.add(
            f"{self.key}/{hash.hex()}", Anchor(proof, self.caller, self.now)
        )
        self.emit("anchored", hash=hash)
