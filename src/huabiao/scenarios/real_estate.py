"""
Real-estate registration (不动产登记).

1. The registrar adds a unit: its value, its owners' shares, its title deed.
2. Transfer: an owner applies, eleven departments (国办发〔2019〕8号) verify, the tax
   office taxes, the registrar registers, revokes the old deed, issues a new one.
3. Owners mortgage, courts seize: a burdened share never moves until it is released.
"""

from huabiao.contracts import (  # noqa: I001
    Code, Count, Fen, Labels, ListOf, Party, Record, Role, Scenario, Share, SignOffs,
    State, Text, Title, Titles, anyone, does, is_estate_unit_code, moves, opens, require
)  # fmt: skip

DEPARTMENTS = ("公安", "市场监管", "机构编制", "住房城乡建设", "税务", "金融监管",
               "法院", "民政", "公证", "国资", "卫生健康")  # fmt: skip


class Filing(Record):
    unit: Code
    giver: Party
    taker: Party  # buyer, mortgagee or court
    share: Count = 0
    amount: Fen = 0
    tax: Fen = 0
    reason: Text = ""


class RealEstate(Scenario):
    """Says who owns which share of a home, and never lets a seized one move."""

    title = Title(zh="不动产登记", en="Real-estate registration")
    task, lead, record, indexes = 6, "市政务服务局", Filing, ("unit", "giver", "taker")
    registrar, department = Role("登记机构", "Registrar"), Role("部门", "Department")
    tax, court = Role("税务机关", "Tax office"), Role("法院", "Court")
    applied, verified = State("已申请", "Applied"), State("已核验", "Verified")
    taxed, registered = State("已完税", "Taxed"), State("已登记", "Registered")
    certified = State("已发证", "Certified", final=True)
    declined = State("不予登记", "Declined", final=True)
    pledged, mortgaged = State("抵押已申请", "Pledged"), State("已抵押", "Mortgaged")
    released = State("已解押", "Released", final=True)
    placed, lifted = State("已查封", "Seized"), State("已解封", "Lifted", final=True)
    titles, sign_offs = Titles("登记簿", "land register"), SignOffs(DEPARTMENTS)
    labels = Labels(unit="不动产单元代码", giver="义务人", taker="权利人", tax="税款",
                    amount="金额", price="成交价", paid="税款", deed="权证号",
                    revoked="注销权证号", mortgagee="抵押权人")  # fmt: skip

    @does(by=registrar, title="指定会签账户")
    def appoint(self, desk: Text, account: Party) -> None:
        """Name the account that signs for one of DEPARTMENTS."""
        self.sign_offs.appoint(desk, account)

    @does(by=registrar, keyed=True, title="首次登记")
    def add(self, value: Fen, whole: Count, shares: ListOf[Share], deed: Code) -> None:
        """Add a unit under its 28-digit code (GB/T 37346)."""
        valid = is_estate_unit_code(self.key)
        require(valid, "不动产单元代码有误。 Not a unit code.", code="unit.code")
        self.titles.register(self.key, value, whole, shares)
        self.titles.certify(self.key, deed)

    @opens(applied, by=anyone, title="申请转移")
    def apply(self, unit: Code, taker: Party, share: Count, price: Fen) -> Filing:
        """Apply to give a share of one's own."""
        self.titles.check_movable(unit, self.caller, taker, share)
        return Filing(unit, self.caller, taker, share, price)

    @moves(applied >> (applied | verified), by=department, title="会签")
    def sign_off(self, filing: Filing) -> State:
        """Find no obstacle; the last department verifies the filing."""
        return self.verified if self.sign_offs.sign(self.key) else self.applied

    @moves(verified >> taxed, by=tax, title="完税")
    def levy(self, filing: Filing, paid: Fen) -> None:
        """Certify the tax that was paid."""
        filing.tax = paid

    @moves(taxed >> registered, by=registrar, title="登簿")
    def register(self, filing: Filing) -> None:
        """Move the share; refused while anything lies on it."""
        self.titles.transfer(filing.unit, filing.giver, filing.taker, filing.share)

    @moves(registered >> certified, by=registrar, title="发证")
    def certify(self, filing: Filing, revoked: Code, deed: Code) -> None:
        """Revoke the old deed, and only then issue the new one."""
        self.titles.revoke(revoked)
        self.titles.certify(filing.unit, deed)

    @moves((applied | verified | taxed | pledged) >> declined,
           by=registrar, title="不予登记")  # fmt: skip
    def decline(self, filing: Filing, reason: Text) -> None:
        """Decline what was applied for, with the reason."""
        filing.reason = reason

    @opens(pledged, by=anyone, title="申请抵押")
    def pledge(self, unit: Code, mortgagee: Party, amount: Fen) -> Filing:
        """Apply to mortgage one's own share, within its value."""
        self.titles.check_burden(unit, self.caller, amount)
        return Filing(unit, self.caller, mortgagee, amount=amount)

    @moves(pledged >> mortgaged, by=registrar, title="抵押登记")
    def secure(self, filing: Filing) -> None:
        """Register the mortgage."""
        owner, bank, amount = filing.giver, filing.taker, filing.amount
        self.titles.encumber(filing.unit, self.key, "抵押", owner, bank, amount)

    @moves(mortgaged >> released, by=anyone, only="taker", title="解押")
    def release(self, filing: Filing) -> None:
        """End the mortgage."""
        self.titles.discharge(filing.unit, self.key)

    @opens(placed, by=court, title="查封")
    def seize(self, unit: Code, owner: Party) -> Filing:
        """Seize an owner's share; it may be mortgaged already."""
        self.titles.encumber(unit, self.key, "查封", owner, self.caller)
        return Filing(unit, owner, self.caller)

    @moves(placed >> lifted, by=court, only="taker", title="解封")
    def lift(self, filing: Filing) -> None:
        """Lift the seizure."""
        self.titles.discharge(filing.unit, self.key)
