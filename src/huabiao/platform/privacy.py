"""
Privacy: erasure of personal and secret fields (个人信息删除).

1. A record holds only the commitment of a personal field; the value lies encrypted in
   the vault of the organisation that keeps it.
2. The keeper registers a commitment when its vault takes the value.
3. On the person's request, or when its purpose has ended, the keeper destroys the key
   and says so here. The commitment stays: it proves that the record existed and was
   erased, and no longer tells what it was.

Sources: Personal Information Protection Law, articles 47 and 51.
"""

from huabiao.contracts import (
    Digest,
    Instant,
    Maybe,
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


class Kept(Record):
    """A commitment, who keeps its value, and whether the value still exists."""

    keeper: Party
    kept_at: Instant
    erased_at: Maybe[Instant] = None
    reason: Text = ""


class Privacy(Scenario):
    """Remembers that something was kept and erased, without what it was."""

    title = Title(zh="个人信息保护", en="Privacy")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    kept = Registry(Kept, "承诺", "commitments")

    @does(by=anyone, title="登记保管")
    def keep(self, commitment: Digest) -> None:
        """Say that the caller's vault keeps the value of a commitment."""
        self.kept.add(commitment.hex(), Kept(self.caller, self.now))
        self.emit("kept", commitment=commitment)

    @does(by=anyone, title="删除")
    def erase(self, commitment: Digest, reason: Text) -> None:
        """Say that the value's key was destroyed; for good."""
        entry = self.kept.get(commitment.hex())
        require(
            entry.keeper == self.caller,
            "只有保管方可以删除。 Only its keeper may erase it.",
            code="keeper.other",
        )
        require(
            entry.erased_at is None,
            "此信息已经删除。 It has been erased already.",
            code="erased",
        )
        require(reason, "须写明删除原因。 Say why it is erased.", code="reason")
        entry.erased_at, entry.reason = self.now, reason
        self.kept.put(commitment.hex(), entry)
        self.emit("erased", commitment=commitment)
