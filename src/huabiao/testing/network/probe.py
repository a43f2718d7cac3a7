"""
The contract that a network's clients call: registers and accounts (网络试验合约).

1. Anybody writes a register, reads it, or changes it if it holds what is expected.
2. Anybody moves a sum between two accounts; each starts at nothing, and together they
   come to nothing for ever.

Not shipped: a test network is founded with it.
"""

from huabiao.contracts import (
    Code,
    Count,
    Record,
    Registry,
    Scenario,
    Title,
    anyone,
    does,
    require,
)


class Register(Record):
    value: Count


class Account(Record):
    """What was received and what was given; the balance is the difference."""

    received: Count
    given: Count


class Turnover(Record):
    received: Count
    given: Count


class Probe(Scenario):
    """Holds what a network's clients do, so that it can be checked afterwards."""

    title = Title(zh="网络试验", en="Network probe")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    registers = Registry(Register, "寄存器", "registers")
    accounts = Registry(Account, "账户", "accounts")
    turnover = Registry(Turnover, "发生额", "turnover")

    @does(by=anyone, keyed=True, title="写")
    def write(self, value: Count) -> None:
        """Set a register."""
        self.registers.put(self.key, Register(value))

    @does(by=anyone, keyed=True, title="读")
    def look(self) -> None:
        """Read a register in the order of blocks."""
        found = self.registers.find(self.key)
        self.emit("value", value=found.value if found else 0)

    @does(by=anyone, keyed=True, title="比较并写")
    def swap(self, expected: Count, value: Count) -> None:
        """Set a register if it holds what is expected; refused otherwise."""
        found = self.registers.find(self.key)
        held = found.value if found else 0
        require(held == expected, "不是预期的值。 Another value.", code="probe.other")
        self.registers.put(self.key, Register(value))

    @does(by=anyone, keyed=True, title="转账")
    def move(self, to: Code, amount: Count) -> None:
        """Move a sum from the account named by the key to another one."""
        require(to != self.key, "账户相同。 The same account.", code="probe.same")
        giver = self.accounts.find(self.key) or Account(0, 0)
        self.accounts.put(self.key, Account(giver.received, giver.given + amount))
        taker = self.accounts.find(to) or Account(0, 0)
        self.accounts.put(to, Account(taker.received + amount, taker.given))
        done = self.turnover.find("all") or Turnover(0, 0)
        self.turnover.put("all", Turnover(done.received + amount, done.given + amount))
