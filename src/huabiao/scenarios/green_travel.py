"""
Green travel (绿色出行碳普惠): the CO2 that a trip saved, credited and used once.

1. The bureau publishes a method: mg of CO2 a passenger-kilometre, baseline and by mode.
2. An operator records a trip within a month; nobody makes two trips at a time.
3. A verifier rejects it or computes its reduction (DB11/T 3043—2024, 6: ER = BE − PE).
4. The traveller takes the credit; credits are exchanged for rewards, or retired.
"""

from huabiao.contracts import (  # noqa: I001
    Books, Cell, Code, Count, Grams, Instant, Labels, ListOf, Metres, Party, Record,
    Registry, Role, Scenario, State, Text, Title, anyone, does, moves, opens, require,
)  # fmt: skip

MONTH_MS, MG_M = 31 * 86_400_000, 1_000_000


class Factor(Record):
    mode: Code
    milligrams: Count


class Method(Record):
    name: Code
    version: Count
    baseline: Count
    factors: ListOf[Factor]


class Trip(Record):
    traveller: Party
    operator: Party
    mode: Code
    metres: Metres
    started: Instant
    ended: Instant
    method: Text = ""
    reduction: Grams = 0


class Trips(Record):
    times: ListOf[ListOf[Instant]]  # [start, end] of each within the last month


class GreenTravel(Scenario):
    """Turns trips into credits, each once, and credits into rewards or good deeds."""

    title = Title(zh="绿色出行碳普惠", en="Green travel")
    task, lead, record = 9, "市交通委", Trip
    public, indexes = ("methodology", "credits"), ("traveller", "operator")
    bureau, operator = Role("主管部门", "Bureau"), Role("出行平台", "Operator")
    verifier, buyer = Role("核证机构", "Verifier"), Role("权益方", "Buyer")
    recorded, verified = State("已记录", "Recorded"), State("已核证", "Verified")
    credited = State("已入账", "Credited", final=True)
    rejected = State("已驳回", "Rejected", final=True)
    credits = Books(Grams, "减排量（克）", "g of CO2", sources=("issued",))
    methodology, trips = Cell(Method), Registry(Trips)
    labels = Labels(traveller="出行人", operator="出行平台", metres="里程",
                    mode="出行方式", method="方法学", reduction="减排量", amount="数量",
                    factors="排放因子", baseline="基准线毫克数", reward="权益",
                    milligrams="每公里毫克", buyer="权益方", times="时段")  # fmt: skip

    @does(by=bureau, title="发布方法学")
    def publish(self, name: Code, baseline: Count, factors: ListOf[Factor]) -> None:
        """Publish the next version; trips are verified by the newest."""
        fits = all(each.milligrams <= baseline for each in factors)
        require(fits, "因子高于基准线。 One is above the baseline.", code="method")
        known = self.methodology.find()
        version = known.version + 1 if known else 1
        self.methodology.set(Method(name, version, baseline, factors))

    @opens(recorded, by=operator, title="记录行程")
    def log(self, traveller: Party, mode: Code, metres: Metres, started: Instant,
            ended: Instant) -> Trip:  # fmt: skip
        """Record a trip under the operator's own number for it."""
        past = self.now - MONTH_MS <= started < ended <= self.now
        require(past, "须在一个月内且已结束。 Ended within a month.", code="times")
        times = self.times_of(traveller)
        apart = all(ended <= each[0] or each[1] <= started for each in times)
        require(apart, "与另一行程重叠。 It overlaps a trip.", code="overlap")
        self.trips.put(traveller.hex(), Trips([*times, [started, ended]]))
        return Trip(traveller, self.caller, mode, metres, started, ended)

    @moves(recorded >> verified, by=verifier, title="核证")
    def verify(self, trip: Trip) -> None:
        """Compute the reduction by the method in force."""
        method = self.methodology.get()
        known = [each for each in method.factors if each.mode == trip.mode]
        require(known, "方法学不含此方式。 The method knows no such mode.", code="mode")
        trip.reduction = (method.baseline - known[0].milligrams) * trip.metres // MG_M
        trip.method = f"{method.name} v{method.version}"

    @moves(recorded >> rejected, by=verifier, title="驳回")
    def reject(self, trip: Trip, reason: Text) -> None:
        """Refuse it and say why; its time is free again."""
        others = [t for t in self.times_of(trip.traveller) if t[0] != trip.started]
        self.trips.put(trip.traveller.hex(), Trips(others))
        self.emit("reason", reason=reason)

    @moves(verified >> credited, by=anyone, only="traveller", title="入账")
    def credit(self, trip: Trip) -> None:
        """Take the credit."""
        self.credits.transfer("issued", trip.traveller, trip.reduction)

    @does(by=anyone, title="兑换")
    def exchange(self, buyer: Party, amount: Grams, reward: Text) -> None:
        """Give credits to a buyer for a reward that he offers."""
        require(self.holds(self.buyer, buyer), "非权益方。 No buyer.", code="buyer")
        self.credits.transfer(self.caller, buyer, amount)
        self.emit("exchanged", buyer=buyer, amount=amount, reward=reward)

    @does(by=anyone, title="注销")
    def retire(self, amount: Grams, purpose: Text) -> None:
        """Retire credits for good."""
        self.credits.transfer(self.caller, "retired", amount)
        self.emit("retired", amount=amount, purpose=purpose)

    def times_of(self, traveller: Party) -> list:
        held = self.trips.find(traveller.hex()) or Trips([])
        return [each for each in held.times if each[1] > self.now - MONTH_MS]
