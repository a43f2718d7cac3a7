"""
Refused fetches: what a gateway did not give (拒绝取数记录).

1. A reader asks the owner's gateway for more than its grant allows: another column,
   another row, after the period, over the rate, with another's grant.
2. The gateway answers with a sentence, and the owner records it here under the digest
   of the request; the same request again is counted.
"""

from huabiao.contracts import (
    Code,
    Count,
    Digest,
    Instant,
    Labels,
    Party,
    Record,
    Registry,
    Role,
    Scenario,
    Text,
    Title,
    does,
    require,
)


class Refusal(Record):
    """A fetch that was refused, as often as it came; `reader` is who signed it."""

    grant: Code
    owner: Party
    reader: Party
    first_at: Instant
    last_at: Instant
    code: Code
    sentence: Text
    times: Count


class RefusedFetch(Scenario):
    """Remembers who asked for data that its grant does not give."""

    title = Title(zh="拒绝取数记录", en="Refused fetches")
    task, lead = 3, "市经济和信息化局"

    department = Role("政务部门", "Department")

    refusals = Registry(Refusal, "拒绝记录", "refusals")
    labels = Labels(
        owner="数据提供方", reader="数据使用方", first_at="首次时间",
        last_at="最近时间", times="次数", request="请求摘要", code="拒绝代码",
        sentence="拒绝原因",
    )  # fmt: skip

    @does(by=department, keyed=True, title="登记拒绝")
    def record_refusal(
        self,
        request: Digest,
        reader: Party,
        code: Code,
        sentence: Text,
        times: Count = 1,
    ) -> None:
        """Record a fetch under a grant of the caller's; the key is the grant."""
        sides = self.ask("sharing", "sides_of", grant=self.key)
        require(
            sides[0] == self.caller,
            "只有数据提供方可以登记。 Only the data's owner records a refusal.",
            code="party.other",
        )
        require(times > 0, "次数须大于零。 Refused no time at all.", code="times")
        key = f"{self.key}/{request.hex()}"
        entry = self.refusals.find(key)
        if entry is None:
            entry = Refusal(
                self.key, self.caller, reader, self.now, self.now, code, sentence, 0
            )
        entry.last_at, entry.code, entry.sentence = self.now, code, sentence
        entry.times += times
        self.refusals.put(key, entry)
