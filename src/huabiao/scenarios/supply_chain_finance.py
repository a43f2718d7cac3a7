"""
Supply-chain finance (供应链金融): a large buyer's debt, split, passed on and financed.

1. A supplier registers a claim; the core enterprise acknowledges it, once an invoice.
2. The holder splits off a part as a claim of its own, or pays another supplier with it;
   what is left of each claim stands in the books, so that the parts sum to the face.
3. The holder invites quotes; funders seal theirs and open them after the close; the
   holder takes one and the claim is that funder's, or takes none.
4. The debtor pays the holder; what is paid is gone from the books.
"""

from huabiao.contracts import (  # noqa: I001
    Books, Bytes, Day, Digest, Fen, Labels, Maybe, Party, Record, Registry, Role,
    Scenario, Sealed, State, Text, Title, moves, opens, require,
)  # fmt: skip


class Claim(Record):
    debtor: Party
    holder: Party
    face: Fen  # what it began with
    due: Day
    invoice: Digest
    split_from: Text = ""
    price: Fen = 0
    payment: Maybe[Digest] = None


class Invoice(Record):
    claim: Text


class Quote(Record):
    price: Fen


class SupplyChainFinance(Scenario):
    """Lets a small supplier use a large buyer's promise to pay, once and no more."""

    title = Title(zh="供应链金融", en="Supply-chain finance")
    task, lead, record = 7, "市金融监管局", Claim
    indexes = ("debtor", "holder", "split_from")
    supplier, core = Role("供应商", "Supplier"), Role("核心企业", "Core enterprise")
    funder = Role("资金方", "Funder")
    registered, acknowledged = State("已登记", "Registered"), State("已确权", "Owed")
    offered, financed = State("询价中", "Open to quotes"), State("已融资", "Financed")
    settled = State("已清偿", "Settled", final=True)
    amounts = Books(Fen, "债权余额（分）", "fen", sources=("owed",))
    invoices, quotes = Registry(Invoice, "发票", "invoices"), Sealed(Quote)
    labels = Labels(debtor="债务人", face="债权金额", invoice="发票",
                    split_from="拆分自", price="报价", claim="债权编号",
                    parent="原债权", to="受让方", quote="报价",
                    funder="资金方")  # fmt: skip

    @opens(registered, by=supplier, title="登记债权")
    def register(self, debtor: Party, face: Fen, due: Day, invoice: Digest) -> Claim:
        """Register a claim under the digest of its electronic invoice."""
        require(due > self.today, "到期日已过。 That day is past.", code="due")
        return Claim(debtor, self.caller, face, due, invoice)

    @moves(registered >> acknowledged, by=core, only="debtor", title="确权")
    def acknowledge(self, claim: Claim) -> None:
        """Promise to pay on the day; one claim for each invoice."""
        self.invoices.add(claim.invoice.hex(), Invoice(self.key))
        self.amounts.transfer("owed", f"claim/{self.key}", claim.face)

    @opens(acknowledged, by=supplier, title="拆分")
    def split(self, parent: Text, amount: Fen) -> Claim:
        """Make a part of one's claim a claim of its own."""
        whole = self.stored(parent, self.acknowledged)
        sentence = "只有持有人可以拆分。 Only its holder splits a claim."
        require(whole.holder == self.caller, sentence, code="split.other")
        rest = self.amounts.balance(f"claim/{parent}")
        sentence = f"余额为 {rest} 分，须小于此数。 A part is less than these fen."
        require(amount < rest, sentence, code="split.beyond")
        self.amounts.transfer(f"claim/{parent}", f"claim/{self.key}", amount)
        whole.face, whole.split_from = amount, parent
        return whole

    @moves(acknowledged >> acknowledged, by=supplier, only="holder", title="转让")
    def transfer(self, claim: Claim, to: Party) -> None:
        """Pay another supplier with it."""
        sentence = "受让方须为供应商。 It passes to another supplier."
        require(self.holds(self.supplier, to), sentence, code="transfer.to")
        claim.holder = to

    @moves(acknowledged >> offered, by=supplier, only="holder", title="询价")
    def invite(self, claim: Claim) -> None:
        """Invite sealed quotes; once for each claim."""

    @moves(offered >> offered, by=funder, title="密封报价")
    def quote(self, claim: Claim, commitment: Digest) -> None:
        """Seal a quote."""
        self.quotes.seal(self.key, commitment)

    @moves(offered >> offered, by=supplier, only="holder", title="截止报价")
    def close(self, claim: Claim) -> None:
        """End the sealing."""
        self.quotes.close(self.key)

    @moves(offered >> offered, by=funder, title="揭示报价")
    def reveal(self, claim: Claim, quote: Quote, salt: Bytes) -> None:
        """Open one's own quote."""
        self.quotes.reveal(self.key, quote, salt)

    @moves(offered >> financed, by=supplier, only="holder", title="融资")
    def finance(self, claim: Claim, funder: Party) -> None:
        """Take a funder's quote; the claim is his."""
        claim.holder, claim.price = funder, self.quotes.revealed(self.key, funder).price

    @moves(offered >> acknowledged, by=supplier, only="holder", title="撤回询价")
    def withdraw(self, claim: Claim) -> None:
        """Take none of the quotes and keep the claim."""

    @moves((acknowledged | financed) >> settled, by=core, only="debtor", title="清偿")
    def settle(self, claim: Claim, payment: Digest) -> None:
        """Pay what is left to the holder; the digest is the bank's receipt."""
        left = self.amounts.balance(f"claim/{self.key}")
        self.amounts.transfer(f"claim/{self.key}", "owed", left)
        claim.payment = payment
