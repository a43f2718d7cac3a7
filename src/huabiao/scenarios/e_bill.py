"""
Unified electronic bills (统一电子票据).

1. The finance bureau allots an issuer numbers of a bill code.
2. The issuer issues a bill under one of them, whose lines sum to its amount.
3. It is delivered, and a unit enters it in its books: once. Bills of other cities are
   claimed here too, and what was claimed there is recorded.
4. The issuer reverses it in red; once it is entered, only with the enterer's consent.

A bill's id is its code, 8 digits of which two say the region, a dash, and 10 digits.
"""

from huabiao.contracts import (  # noqa: I001
    Code, Count, Fen, Flag, Labels, ListOf, Maybe, Party, Personal, Record, Registry,
    Role, Scenario, Segments, State, Text, Title, does, encode, is_credit_code, moves,
    opens, require,
)  # fmt: skip

REGION, Name = "11", Maybe[Personal[Text]]  # 11: Beijing, GB/T 2260


class Line(Record):
    item: Text
    quantity: Count
    amount: Fen


class Bill(Record):
    issuer: Party
    payer: Party
    payer_code: Text
    lines: ListOf[Line]
    amount: Fen
    check_code: Code
    payer_name: Name = None
    enterer: Maybe[Party] = None
    consented: Flag = False
    red: Text = ""
    reason: Text = ""


class Claim(Record):
    enterer: Party
    city: Text  # where it was entered, or issued, if not here


class EBill(Scenario):
    """Knows every bill, and lets no two units be paid for one, in whichever city."""

    title = Title(zh="统一电子票据", en="Electronic bill")
    task, lead, record, indexes = 6, "市政务服务局", Bill, ("issuer", "payer")
    bureau, issuer = Role("财政部门", "Finance bureau"), Role("开票单位", "Issuer")
    unit = Role("报销单位", "Reimbursing unit")
    issued, delivered = State("已开具", "Issued"), State("已交付", "Delivered")
    entered = State("已入账", "Entered in books")
    reversed = State("已冲红", "Reversed in red", final=True)
    segments, claims = Segments(), Registry(Claim, "报销登记", "claims")
    labels = Labels(issuer="开票单位", payer="交款人", payer_name="交款人姓名",
                    payer_code="交款人统一社会信用代码", lines="明细",
                    check_code="校验码", enterer="入账单位", consented="已同意冲红",
                    red="红票票号", code="票据代码")  # fmt: skip

    @does(by=bureau, title="发放号段")
    def allot(self, code: Code, first: Count, last: Count, issuer: Party) -> None:
        """Allot an issuer numbers of a code, in whole thousands."""
        read_number(f"{code}-{'0' * 9}1", True)
        self.segments.allot(code, first, last, issuer)

    @opens(issued, by=issuer, title="开具")
    def issue(self, payer: Party, lines: ListOf[Line], amount: Fen,
              payer_code: Text = "", payer_name: Name = None) -> Bill:  # fmt: skip
        """Issue a bill under a number of one's own; an enterprise by its code."""
        total = sum([line.amount for line in lines])
        sentence = f"明细合计 {total}，金额 {amount} 分。 The lines sum to {total} fen."
        require(total == amount > 0, sentence, code="sum")
        valid = not payer_code or is_credit_code(payer_code)
        require(valid, "统一社会信用代码有误。 No credit code.", code="credit_code")
        self.segments.use(*read_number(self.key, True), self.key)
        content = [self.chain, self.key, self.caller, payer, payer_name, amount]
        code = self.digest(encode(content)).hex()[:6]
        return Bill(self.caller, payer, payer_code, lines, amount, code, payer_name)

    @moves(issued >> delivered, by=issuer, only="issuer", title="交付")
    def deliver(self, bill: Bill) -> None:
        """Hand the bill to its payer."""

    @moves(delivered >> entered, by=(unit, bureau), title="入账")
    def enter(self, bill: Bill, city: Text = "") -> None:
        """Enter the bill in one's books, or record that a unit of a city did."""
        self.claims.add(self.key, Claim(self.caller, city))
        bill.enterer = self.caller

    @does(by=unit, keyed=True, title="入账外地票据")
    def enter_other(self, city: Code) -> None:
        """Enter a bill that another city issued, under its own number."""
        read_number(self.key, False)
        self.claims.add(self.key, Claim(self.caller, city))

    @moves(entered >> entered, by=(unit, bureau), only="enterer", title="同意冲红")
    def consent(self, bill: Bill) -> None:
        """Agree to the reversal of a bill that was entered."""
        bill.consented = True

    @moves((issued | delivered | entered) >> reversed,
           by=issuer, only="issuer", title="冲红")  # fmt: skip
    def reverse(self, bill: Bill, red: Code, reason: Text) -> None:
        """Reverse the bill in red, under a number of its own."""
        free = bill.enterer is None or bill.consented
        require(free, "入账单位尚未同意。 Its enterer has not agreed.", code="consent")
        self.segments.use(*read_number(red, True), self.key)
        bill.red, bill.reason = red, reason


def read_number(written: str, here: bool) -> list:
    """The code and the number of a bill of this city (here), or of another."""
    code, number, form = written[:8], written[9:], written[8:9] + str(len(written))
    digits = form == "-19" and (code + number).isdigit() and written.isascii()
    right = digits and int(number) > 0 and (code[:2] == REGION) == here
    require(right, f"票号“{written}”有误。 No bill number for here.", code="number")
    return [code, int(number)]
