"""
A museum issues bills: one is reimbursed, and no second time, whichever city it comes
from; two are reversed in red.
"""

from huabiao.testing.stage import Actor, Case, Stage

CODE = "11060126"
LINES = [
    {"item": "门票 · tickets", "quantity": 2, "amount": 12_000},
    {"item": "讲解服务 · guided tour", "quantity": 1, "amount": 8_000},
]
BILL = {"lines": LINES, "amount": 20_000}
# The example of python-stdnum; its last character is the check digit of GB 32100.
CREDIT_CODE = "91110000600037341L"


def walk(stage: Stage) -> None:
    """Allotted, issued, delivered, entered once, reversed in red."""
    bureau, museum = (
        stage.actor("市财政局", "bureau"),
        stage.actor("某博物馆", "issuer"),
    )
    payer, unit = stage.actor("某旅行社"), stage.actor("某研究所", "unit")
    other = stage.actor("另一单位", "unit")
    series = free_series(stage)
    allot(bureau, museum, series)

    bill = stage.case(f"{series}-0000000001")
    issue(stage, museum, payer, other, bill)
    reimburse(stage, unit, other, bill)
    elsewhere(stage, bureau, museum, payer, unit, series)
    reverse(stage, museum, payer, unit, bill, series)


def free_series(stage: Stage) -> str:
    """A bill code under which no earlier walk has issued anything."""
    year = next(
        year
        for year in range(26, 100)
        if stage.case(f"{CODE[:6]}{year}-0000000001").key.count("-") == 1
    )
    return f"{CODE[:6]}{year}"


def allot(bureau: Actor, museum: Actor, series: str) -> None:
    """Whole thousands, each once."""
    segment = {"code": series, "first": 1, "last": 2_000, "issuer": museum.account}
    bureau.refused("number", "allot", **segment | {"code": "31060126"})
    bureau.refused("segment.bounds", "allot", **segment | {"last": 1_999})
    bureau.does("allot", **segment)
    again = {"first": 1_001, "last": 2_000}
    bureau.refused("segment.allotted", "allot", **segment | again)


def issue(stage: Stage, museum: Actor, payer: Actor, other: Actor, bill: Case) -> None:
    """Under a number of one's own; the lines sum to the amount."""
    asked = {"payer": payer.account, **BILL}
    other.refused("role.missing", "issue", bill, **asked)
    museum.refused("sum", "issue", bill, **asked | {"amount": 20_001})
    wrong = {"payer_code": "911100006000373410"}
    museum.refused("credit_code", "issue", bill, **asked | wrong)
    beyond = stage.case(bill.key[:-4] + "2001")
    museum.refused("segment.other", "issue", beyond, **asked)
    museum.does("issue", bill, **asked, payer_code=CREDIT_CODE)


def reimburse(stage: Stage, unit: Actor, other: Actor, bill: Case) -> None:
    """What was delivered is entered once."""
    museum = Actor(stage, "某博物馆")
    unit.refused("state.wrong", "enter", bill)
    museum.does("deliver", bill)
    unit.refused("number", "enter_other", bill, city="北京")
    unit.does("enter", bill)
    other.refused("state.wrong", "enter", bill)


def elsewhere(
    stage: Stage, bureau: Actor, museum: Actor, payer: Actor, unit: Actor, series: str
) -> None:
    """A bill of another city is entered once; and ours, entered there, not here."""
    foreign = Case(stage, f"31{series[2:]}-0000000001")
    unit.does("enter_other", foreign, city="上海")
    unit.refused("entry.exists", "enter_other", foreign, city="上海")
    ours = stage.case(f"{series}-0000000002")
    museum.does("issue", ours, payer=payer.account, **BILL)
    museum.does("deliver", ours)
    bureau.does("enter", ours, city="天津")
    unit.refused("state.wrong", "enter", ours)


def reverse(
    stage: Stage, museum: Actor, payer: Actor, unit: Actor, bill: Case, series: str
) -> None:
    """Freely before it is entered; then only as the enterer agrees."""
    early = stage.case(f"{series}-0000000003")
    museum.does("issue", early, payer=payer.account, **BILL)
    red = {"red": f"{series}-0000000004", "reason": "票款已退 · refunded"}
    payer.refused("role.missing", "reverse", early, **red)
    museum.does("reverse", early, **red)
    early.stands("reversed", amount=20_000)
    museum.refused("consent", "reverse", bill, **red)
    stage.actor("另一单位", "unit").refused("party.other", "consent", bill)
    unit.does("consent", bill)
    museum.refused("segment.used", "reverse", bill, **red)
    museum.does("reverse", bill, **red | {"red": f"{series}-0000000005"})
    bill.stands("reversed", consented=True)
