"""
Shared records: records of other chains, kept here as verified copies (跨链存证共享).

1. Whoever has a record of another chain with its state proof presents it over a route;
   `path` is where it lies in its contract: record/<id>, or <part>/<entry>.
   What the route's verifier does not find proven is refused.
2. The copy says of which chain, contract and path it is, at which height and time it
   was so, in which state it stood, and on which trust the route rests. It is the digest
   of the record, or the record itself where the presenter has it kept.
3. A newer proof renews the copy; a proof of absence says that the record is gone. An
   older proof than the copy's own is refused.
4. A contract that rests on a copy says how old it may be: what is older is refused.

A copy is known to whoever presented it and to supervision. The record itself travels in
the envelope: what must not lie on the members' disks over here is not presented.
"""

from huabiao.contracts import Bytes as Octets
from huabiao.contracts import (
    Code,
    Count,
    Digest,
    Flag,
    Instant,
    Labels,
    Maybe,
    Party,
    Record,
    Scenario,
    State,
    Title,
    answers,
    anyone,
    decode,
    moves,
    opens,
    refuse,
    require,
)

RECORD, ENTRY, GONE = "record/", "entry", "gone"


class Copy(Record):
    """A record of another chain as it stood there at a moment; `stood` is its state,
    "entry" for what has none; `value` its stored form, where it is kept."""

    route: Code
    chain: Code
    trust: Code
    contract: Code
    path: Code
    presenter: Party
    height: Count
    at: Instant
    stood: Code
    digest: Maybe[Digest] = None
    value: Maybe[Octets] = None


class SharedRecords(Scenario):
    """Keeps what other chains hold, as far as it was proven."""

    title = Title(zh="跨链记录共享", en="Records of other chains")
    task, lead = 3, "市经济和信息化局"
    record = Copy
    indexes = ("presenter", "chain")

    proven = State("已验证", "Proven")
    gone = State("对方已无", "Gone over there")
    labels = Labels(
        contract="对方合约", path="对方状态键", presenter="出示人", stood="对方状态",
        keep="保存内容", copy="副本编号", youngest="不早于",
    )  # fmt: skip

    @opens(proven, by=anyone, title="出示")
    def present(
        self, route: Code, contract: Code, path: Code, height: Count, value: Octets,
        proof: Octets, keep: Flag = False,
    ) -> Copy:  # fmt: skip
        """Present a record with its state proof, under <route>/<contract>/<path>."""
        require(
            self.key == f"{route}/{contract}/{path}",
            f"编号须为 {route}/{contract}/{path}。 That is the id to give.",
            code="shared.id",
        )
        way = self.ask("routes", "way", route=route)
        trust = self.ask("routes", "trust_of", route=route)
        copy = Copy(
            route, way[0], trust, contract, path, self.caller, 0, 0, GONE
        )  # fmt: skip
        self.verify_and_keep(copy, height, value, proof, keep)
        return copy

    @moves((proven | gone) >> proven, by=anyone, title="更新")
    def renew(
        self, copy: Copy, height: Count, value: Octets, proof: Octets,
        keep: Flag = False,
    ) -> None:  # fmt: skip
        """Present it anew, as it stood at a later height."""
        self.verify_and_keep(copy, height, value, proof, keep)

    @moves(proven >> gone, by=anyone, title="证明已无")
    def show_gone(self, copy: Copy, height: Count, proof: Octets) -> None:
        """Show by a proof of absence that the record is no more."""
        self.verify_and_keep(copy, height, None, proof, False)

    @answers
    def copy_of(self, copy: Code, youngest: Maybe[Instant] = None) -> list:
        """Chain, trust, height, time, state over there, digest and value of a copy that
        is proven, at `youngest` or later; refused where it is older or gone."""
        found = self.stored(copy, SharedRecords.proven)
        if youngest is not None and found.at < youngest:
            refuse(
                f"副本已旧：{Instant.show(found.at)} 的情形，须更新。"
                f" The copy is of {Instant.show(found.at)}: renew it.",
                code="shared.stale",
            )
        return [
            found.chain, found.trust, found.height, found.at, found.stood,
            found.digest, found.value,
        ]  # fmt: skip

    def verify_and_keep(
        self, copy: Copy, height: int, value: Maybe[Octets], proof: Octets, keep: Flag
    ) -> None:
        """Ask the route's verifier, and write down what it finds proven."""
        way = self.ask("routes", "way", route=copy.route)
        require(
            height > copy.height,
            f"已有高度 {copy.height} 的副本，须给出更新的证明。"
            f" The copy is of height {copy.height}: give a newer proof.",
            code="shared.older",
        )
        copy.at = self.ask(
            way[2], "proves", client=way[3], height=height,
            key=f"{copy.contract}/{copy.path}", value=value, proof=proof,
        )  # fmt: skip
        copy.height, copy.presenter = height, self.caller
        copy.stood, copy.digest, copy.value = GONE, None, None
        if value is not None:
            is_record = copy.path.startswith(RECORD)
            copy.stood = decode(value)[0] if is_record else ENTRY
            copy.digest = self.digest(value)
            copy.value = value if keep else None
