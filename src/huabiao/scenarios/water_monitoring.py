"""
Water monitoring (水资源监测).

1. The bureau installs a station: its device's key, how often it reads, from when until
   when, and the level that it should not pass.
2. The device signs its readings; whoever has a line uploads them, an hour at a time.
3. Whoever sees a gap, a high level or silence raises an alarm, which the chain checks;
   the station's operator answers it, the bureau closes it.
4. The bureau grants a quota of water; its user draws no more than that.
"""

from huabiao.contracts import (  # noqa: I001
    Code, Count, Instant, Labels, ListOf, Number, Party, PublicKey, Record, Registry,
    Role, Scenario, Series, Signature, State, Text, Title, anyone, does, moves, opens,
    require,
)  # fmt: skip

PATIENCE, SECOND = 30, 1_000  # intervals without a reading, before they are silence


class Alarm(Record):
    """Something wrong with a station: a gap, a high level, or silence."""

    device: Code
    fault: Text
    operator: Party
    answer: Text = ""


class Quota(Record):
    """Litres that a user may take under a permit, and what was taken."""

    user: Party
    granted: Count
    drawn: Count = 0


class WaterMonitoring(Scenario):
    """Keeps what stations read, raises what is wrong, and counts what is taken."""

    title = Title(zh="水资源监测", en="Water monitoring")
    task, lead = 9, "市水务局"
    record, public, indexes = Alarm, ("device", "fault"), ("device", "operator")
    bureau, user = Role("水务主管部门", "Water bureau"), Role("取水单位", "Water user")
    raised, answered = State("已告警", "Raised"), State("已答复", "Answered")
    closed = State("已办结", "Closed", final=True)
    readings, quotas = Series(), Registry(Quota, "取水指标", "quotas")
    labels = Labels(
        device="监测设备", fault="异常", operator="运维单位", user="取水单位",
        granted="许可水量（升）", drawn="已取水量（升）", litres="水量（升）",
        seconds="采集间隔（秒）", limit="警戒值", start="首个读数时间",
        steps="读数差值", sign="设备签名",
    )  # fmt: skip

    @does(by=bureau, keyed=True, title="设站")
    def install(self, key: PublicKey, operator: Party, seconds: Count, since: Instant,
                until: Instant, limit: Number) -> None:  # fmt: skip
        """Install a station's device; it reads every so many seconds."""
        term = (since, until)
        self.readings.install(self.key, key, operator, seconds * SECOND, term, limit)

    @does(by=bureau, keyed=True, title="停用")
    def retire(self) -> None:
        """Take nothing from this device that it reads from now on."""
        self.readings.retire(self.key)

    @does(by=anyone, keyed=True, title="上报读数")
    def report(self, start: Instant, steps: ListOf[Number], sign: Signature) -> None:
        """Upload readings that the device has signed, as differences."""
        batch = self.readings.append(self.key, start, steps, sign)
        self.emit("gap" if batch.missed else "read", **batch.detail())

    @opens(raised, by=anyone, title="告警")
    def raise_alarm(self, device: Code) -> Alarm:
        """Raise what is wrong with a station; refused where nothing is."""
        fault = self.readings.fault(device, PATIENCE)
        self.readings.alarm(device, self.key, fault)
        return Alarm(device, fault, self.readings.get(device).owner)

    @moves(raised >> answered, by=anyone, only="operator", title="答复")
    def answer(self, alarm: Alarm, answer: Text) -> None:
        """Say what was the matter and what was done."""
        require(answer, "须写明原因和处置。 Say what was done.", code="answer")
        alarm.answer = answer

    @moves(answered >> raised, by=bureau, title="退回")
    def send_back(self, alarm: Alarm) -> None:
        """The answer is not enough."""

    @moves(answered >> closed, by=bureau, title="办结")
    def close(self, alarm: Alarm) -> None:
        """Close the alarm and count from here on."""
        self.readings.settle(alarm.device)

    @does(by=bureau, keyed=True, title="核定指标")
    def grant(self, user: Party, litres: Count) -> None:
        """Grant a quota under the number of a permit."""
        self.quotas.add(self.key, Quota(user, litres))

    @does(by=user, keyed=True, title="取水")
    def draw(self, litres: Count) -> None:
        """Take water under one's own permit."""
        quota = self.quotas.get(self.key)
        require(quota.user == self.caller, "非本单位。 Not yours.", code="quota.other")
        left = quota.granted - quota.drawn
        require(litres <= left, f"只剩 {left} 升。 {left} l left.", code="quota.over")
        quota.drawn += litres
        self.quotas.put(self.key, quota)
