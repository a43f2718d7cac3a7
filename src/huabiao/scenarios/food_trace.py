"""
Food traceability (食品追溯), by the events of GS1 EPCIS 2.0.

1. A producer brings in a lot; a processor makes lots of lots, never heavier than these.
2. Lots are packed, handed over from party to party, and sold over the counter.
3. An inspector orders a recall: from that block on nothing of it is handed on or sold.
4. What was made of it is located, what is left is destroyed, the lot is withdrawn.
"""

from huabiao.contracts import (  # noqa: I001
    Code, Day, Digest, Flag, Grams, Input, Labels, ListOf, Maybe, Party, Record, Role,
    Scenario, State, Text, Title, Trace, does, moves, opens, require,
)  # fmt: skip


class Lot(Record):
    """A lot of food; its id is the path of its GS1 Digital Link, 01/GTIN/10/LOT."""

    product: Text
    grams: Grams
    maker: Party
    inputs: ListOf[Code]
    best_before: Maybe[Day] = None
    reason: Text = ""
    findings: Maybe[Digest] = None


class FoodTrace(Scenario):
    """Follows food from the field to the counter, and back when it must be."""

    title = Title(zh="食品追溯", en="Food traceability")
    task, lead = 10, "市市场监管局"
    record, visible, indexes = Lot, "public", ("inputs", "maker")
    producer, processor = Role("生产者", "Producer"), Role("加工者", "Processor")
    carrier, retailer = Role("运输者", "Carrier"), Role("零售者", "Retailer")
    inspector = Role("监管人员", "Inspector")
    traded, ordered = State("流通中", "Traded"), State("已下令召回", "Recall ordered")
    located = State("已定位", "Located")
    withdrawn = State("已下架", "Withdrawn", final=True)
    holders, trace = (producer, processor, carrier, retailer), Trace(gs1=True)
    labels = Labels(
        product="产品名称", maker="产出方", best_before="保质期至", findings="追查清单",
        to="去向", out="取出", step="业务环节",
    )  # fmt: skip

    @opens(traded, by=(producer, processor), title="产出")
    def make(self, product: Text, grams: Grams, inputs: ListOf[Input],
             best_before: Maybe[Day] = None) -> Lot:  # fmt: skip
        """Bring in a lot, or make it of others: mix, split, cook."""
        require(inputs or self.holds(self.producer), "加工须有投入。 Nothing comes of"
                " nothing but on a field.", code="no_input")  # fmt: skip
        self.trace.make(self.key, grams, inputs)
        return Lot(product, grams, self.caller, [i.lot for i in inputs], best_before)

    @does(by=holders, keyed=True, title="移交")
    def hand_over(self, to: Party, grams: Grams = 0) -> None:
        """Hand over grams of a lot, or a container with all that is in it."""
        self.trace.hand_over(self.key, to, grams)

    @does(by=retailer, keyed=True, title="销售")
    def sell(self, grams: Grams) -> None:
        """Sell over the counter."""
        self.trace.spend(self.key, grams)
        day = self.stored(self.key, self.traded).best_before
        require(day is None or self.today <= day, "已过保质期。 Past.", code="expired")

    @does(by=holders, keyed=True, title="销毁")
    def destroy(self, grams: Grams) -> None:
        """Destroy grams of a lot, also of a recalled one."""
        self.trace.spend(self.key, grams, destroy=True)

    @does(by=holders, keyed=True, title="装箱")
    def pack(self, contents: ListOf[Code], out: Flag = False) -> None:
        """Put lots and containers into this container, or take them out of it."""
        self.trace.pack(self.key, contents, out)

    @does(by=holders, keyed=True, title="附着")
    def attach(self, to: Text = "") -> None:
        """Bind an asset, such as a thermometer, to something; to nothing: undo it."""
        self.trace.attach(self.key, to)

    @does(by=holders, keyed=True, title="观察")
    def observe(self, step: Text, place: Text) -> None:
        """Say that it is at a place, and at which step of business."""
        self.trace.observe(self.key)

    @does(by=holders, keyed=True, title="写入文件")
    def capture(self) -> None:
        """Take the events of an EPCIS document once; its digest is the id."""
        self.trace.capture(self.key)

    @moves(traded >> ordered, by=inspector, title="下令召回")
    def order(self, lot: Lot, reason: Text) -> None:
        """Order the recall of a lot and of all that was made of it."""
        self.trace.recall(self.key)
        lot.reason = reason

    @moves(ordered >> located, by=inspector, title="定位")
    def locate(self, lot: Lot, findings: Digest) -> None:
        """Keep the digest of the list of descendants, one a line, sorted."""
        lot.findings = findings

    @moves(located >> withdrawn, by=inspector, title="下架")
    def withdraw(self, lot: Lot) -> None:
        """Close the recall when nothing of the lot is left."""
        require(self.trace.left(self.key) == 0, "尚未销毁。 Some is left.", code="left")
