"""
An invoice of a million becomes a payment to a second supplier and cash for the first.

Financing twice, splitting beyond the remainder and settling another's claim are tried
on the way, and refused; so is opening another quote than the one that was sealed.
"""

from huabiao.testing.stage import Actor, Case, Stage

SALT, OTHER_SALT = "7d" * 16, "e2" * 16


def walk(stage: Stage) -> None:
    """From the invoice to the last fen; a part goes to a second supplier."""
    maker = stage.actor("某零部件公司", "supplier")
    smelter = stage.actor("某铸造公司", "supplier")
    buyer = stage.actor("某汽车集团", "core")
    rival = stage.actor("另一汽车集团", "core")
    bank = stage.actor("某银行", "funder")
    claim, part = register_and_split(stage, maker, buyer, rival)
    maker.refused("transfer.to", "transfer", part, to=bank.account)
    maker.does("transfer", part, to=smelter.account)
    part.stands("acknowledged", holder=smelter.account, face=30_000_000)

    finance(stage, claim, maker, bank)
    smelter.does("invite", part)
    smelter.does("withdraw", part)
    paid = stage.digest("银行回单 · bank receipt")
    rival.refused("party.other", "settle", claim, payment=paid)
    buyer.does("settle", claim, payment=paid)
    buyer.refused("state.wrong", "settle", claim, payment=paid)
    buyer.does("settle", part, payment=paid)
    claim.stands("settled", holder=bank.account, price=68_600_000, payment=paid)
    part.stands("settled", split_from=claim.key)


def register_and_split(
    stage: Stage, maker: Actor, buyer: Actor, rival: Actor
) -> tuple[Case, Case]:
    """A claim and a part of it; its invoice can carry no other."""
    claim, double = stage.case("债权-2026-0001"), stage.case("债权-2026-0002")
    invoice = stage.digest(f"发票 · invoice {claim.key}")
    past = {"debtor": buyer.account, "face": 100_000_000, "invoice": invoice}
    asked = past | {"due": "2999-12-31"}
    buyer.refused("role.missing", "register", claim, **asked)
    maker.refused("due", "register", claim, due="2020-12-31", **past)
    maker.does("register", claim, **asked)
    rival.refused("party.other", "acknowledge", claim)
    buyer.does("acknowledge", claim)
    maker.does("register", double, **asked)
    buyer.refused("entry.exists", "acknowledge", double)

    part = stage.case("债权-2026-0001-A")
    split = {"parent": claim.key, "amount": 30_000_000}
    maker.refused("split.beyond", "split", part, parent=claim.key, amount=100_000_000)
    thief = stage.actor("另一供应商", "supplier")
    thief.refused("split.other", "split", part, **split)
    maker.does("split", part, **split)
    double.stands("registered")
    return claim, part


def finance(stage: Stage, claim: Case, maker: Actor, bank: Actor) -> None:
    """Two funders seal their quotes, one opens it and is taken; once."""
    trust = stage.actor("某信托", "funder")
    maker.does("invite", claim)
    banks = stage.seal("quotes", claim, bank, SALT, price=68_600_000)
    trusts = stage.seal("quotes", claim, trust, OTHER_SALT, price=67_900_000)
    bank.does("quote", claim, commitment=banks)
    trust.does("quote", claim, commitment=trusts)
    bank.refused("sealed.repeated", "quote", claim, commitment=banks)
    opened = {"quote": {"price": 68_600_000}, "salt": SALT}
    bank.refused("sealed.open", "reveal", claim, **opened)
    maker.does("close", claim)
    bank.refused("sealed.differs", "reveal", claim, quote={"price": 1}, salt=SALT)
    bank.does("reveal", claim, **opened)
    maker.refused("sealed.unrevealed", "finance", claim, funder=trust.account)
    maker.does("finance", claim, funder=bank.account)
    maker.refused("state.wrong", "finance", claim, funder=bank.account)
    maker.refused("state.wrong", "invite", claim)
