"""
A flood, a gift and two rounds: one is paid at once, one waits for its public notice.

Payment without quorum and the same person twice in a round are tried, and refused. What
is called a name here is the commitment that a vault gives; the tags are invented.
"""

from huabiao.testing.stage import Actor, Stage


def walk(stage: Stage) -> None:
    """From the gift to the signature of the one who needed it."""
    giver = stage.actor("某爱心企业")
    office = stage.actor("市救助基金会", "fund")
    first, second = stage.actor("王处长", "approver"), stage.actor("李处长", "approver")
    gift, urgent, listed = stage.id("汇款"), stage.id("应急"), stage.id("过渡安置")
    giver.does("give", gift, amount=1_000_000)
    giver.does("give", f"{gift}-2", amount=5_000_000)
    giver.refused("role.missing", "receive", gift, arrived=True)
    office.does("receive", gift, arrived=True)
    office.does("receive", f"{gift}-2", arrived=False)
    board = [first.account, second.account]
    terms = {"needed": 2, "approvers": board, "notice_days": 0}
    office.refused("books.short", "open_round", urgent, budget=5_000_000, round=terms)
    impossible = terms | {"needed": 3}
    office.refused("quorum", "open_round", urgent, budget=600_000, round=impossible)
    office.does("open_round", urgent, budget=600_000, round=terms)
    terms |= {"needed": 1, "notice_days": 5}
    office.does("open_round", listed, budget=400_000, round=terms)

    pay_at_once(stage, urgent, office, first, second)
    wait_for_notice(stage, listed, office, second)


def pay_at_once(
    stage: Stage, urgent: str, office: Actor, first: Actor, second: Actor
) -> None:
    """Two approve and the money goes out; nobody is helped twice."""
    anna, bert = stage.actor("受助人甲"), stage.actor("受助人乙")
    tag, name = stage.digest(f"{urgent} 甲"), stage.digest("甲的姓名 · a name")
    at_once = stage.case("救助-2026-0001")
    to_anna = {"beneficiary": anna.account, "name": name}
    helped = to_anna | {"round": urgent, "tag": tag, "amount": 200_000}
    office.does("allot", at_once, **helped)
    again = stage.case("救助-2026-0002")
    office.refused("entry.exists", "allot", again, **helped)
    other = helped | {"tag": stage.digest(f"{urgent} 乙"), "amount": 400_001}
    office.refused("books.short", "allot", again, **other)

    receipt = payment(stage)
    office.refused("state.wrong", "pay", at_once, payment=receipt)
    first.does("approve", at_once)
    first.refused("approval.repeated", "approve", at_once)
    office.refused("state.wrong", "pay", at_once, payment=receipt)
    second.does("approve", at_once)
    office.does("pay", at_once, payment=receipt)
    bert.refused("party.other", "confirm", at_once)
    anna.does("confirm", at_once)
    at_once.stands("confirmed", amount=200_000, payment=receipt)


def wait_for_notice(stage: Stage, listed: str, office: Actor, approver: Actor) -> None:
    """A list in public notice: an objection is right, and nothing is paid; what nobody
    objects to is paid when the notice is over."""
    bert, auditor = stage.actor("受助人乙"), stage.actor("市审计局", "auditor")
    again = stage.case("救助-2026-0002")
    waiting = {"round": listed, "tag": stage.digest(f"{listed} 乙"), "amount": 90_000}
    waiting |= {"beneficiary": bert.account, "name": stage.digest("乙的姓名 · a name")}
    office.does("allot", again, **waiting)
    approver.does("approve", again)
    auditor.does("object", again, reason="已由民政局救助 · helped already")
    office.refused("objection.period", "pay", again, payment=payment(stage))
    answer = "属实，取消 · so it is"
    approver.does("answer", again, objector=auditor.account, answer=answer)
    office.does("cancel", again, reason=answer)
    again.stands("cancelled")

    anew = stage.case("救助-2026-0003")
    office.does("allot", anew, **waiting)
    approver.does("approve", anew)
    office.refused("objection.period", "pay", anew, payment=payment(stage))
    if not stage.days_pass(14):
        return
    auditor.refused("objection.late", "object", anew, reason="太晚 · too late")
    office.does("pay", anew, payment=payment(stage))
    bert.does("confirm", anew)
    anew.stands("confirmed", amount=90_000)


def payment(stage: Stage) -> str:
    return stage.digest("银行回单 · bank receipt")
