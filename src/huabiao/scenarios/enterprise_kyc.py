"""
Enterprise due diligence, shared (企业尽职调查共享).

1. A registered enterprise opens its file at a bank, with the digest of its papers.
2. The bank verifies it, for three years at most, or declines; its findings are sealed.
3. The enterprise lets another bank use the file, for a purpose and until a day.
4. That bank relies on it instead of asking again. Each use stands on the file's trail;
   the enterprise takes a consent back, or closes the file.
Source: FATF Recommendations 10 and 17.
"""

from huabiao.contracts import (  # noqa: I001
    Code, Count, Digest, Instant, Labels, ListOf, Mandate, Maybe, Party, Record,
    Registry, Role, Scenario, Secret, State, Text, Title, anyone, moves, opens, require,
)  # fmt: skip

LONGEST_MS, MOST_READERS = 1_096 * 86_400_000, 100
Facts = Maybe[Secret[Text]]


class File(Record):
    """An enterprise's file at the bank that verified it; `readers` rely on it."""

    enterprise: Party
    code: Code
    bank: Party
    papers: Digest
    until: Maybe[Instant] = None
    facts: Facts = None
    readers: ListOf[Party] = ()
    uses: Count = 0
    reason: Text = ""


class Consent(Record):
    enterprise: Party
    bank: Party
    purpose: Text
    until: Instant


class Use(Record):
    enterprise: Party
    bank: Party
    purpose: Text
    at: Instant


class EnterpriseKyc(Scenario):
    """Lets an enterprise be verified once; other banks rely on it by its consent."""

    title = Title(zh="企业尽职调查共享", en="Shared enterprise due diligence")
    task, lead = 7, "市金融监管局"
    record, indexes = File, ("enterprise", "bank")
    bank = Role("金融机构", "Bank")
    opened, verified = State("待核实", "Opened"), State("已核实", "Verified")
    declined = State("未通过", "Declined", final=True)
    closed = State("已关闭", "Closed", final=True)
    consents = Registry(Consent, "同意", "consents")
    uses = Registry(Use, "使用记录", "uses")
    mandates = Mandate("enterprise_kyc")
    labels = Labels(code="统一社会信用代码", bank="金融机构", papers="尽调资料",
                    facts="核实结论", readers="依托机构", uses="使用次数")  # fmt: skip

    @opens(opened, by=anyone, title="建档")
    def open_file(self, bank: Party, papers: Digest) -> File:
        """Open the caller's file at a bank; the caller is a registered enterprise."""
        code = self.mandates.organisation()
        require(code, "须是已登记的单位。 Register as an organisation.", code="unknown")
        return File(self.caller, code, bank, papers)

    @moves((opened | verified) >> verified, by=bank, only="bank", title="核实")
    def verify(self, file: File, until: Instant, facts: Facts = None) -> None:
        """Say that the papers were examined, and until when that may be relied on."""
        sentence = "有效期须在三年以内。 It holds for three years at most."
        require(self.now < until <= self.now + LONGEST_MS, sentence, code="until")
        file.until, file.facts = until, facts
        self.note(file, "核实 · verified")

    @moves(opened >> declined, by=bank, only="bank", title="不予通过")
    def decline(self, file: File, reason: Text) -> None:
        """Turn the enterprise down, with the reason."""
        require(reason, "须写明理由。 Say why.", code="reason")
        file.reason = reason

    @moves(verified >> verified, by=anyone, only="enterprise", title="同意使用")
    def consent(self, file: File, bank: Party, purpose: Text, until: Instant) -> None:
        """Let another bank rely on the file, for a purpose and until a day."""
        require(purpose, "须写明用途。 Say for what purpose.", code="purpose")
        require(until > self.now, "期限已过。 That is over already.", code="until")
        given = Consent(self.caller, bank, purpose, until)
        self.consents.put(f"{self.key}/{bank.hex()}", given)

    @moves(verified >> verified, by=anyone, only="enterprise", title="撤回同意")
    def withdraw(self, file: File, bank: Party) -> None:
        """Take a consent back; what was done under it stays on the trail."""
        self.consents.remove(f"{self.key}/{bank.hex()}")
        file.readers = [each for each in file.readers if each != bank]

    @moves(verified >> verified, by=bank, title="依托使用")
    def rely(self, file: File, purpose: Text) -> None:
        """Rely on the file under a consent, for just its purpose."""
        consent = self.consents.get(f"{self.key}/{self.caller.hex()}")
        sentence = "同意不含此用途，或已过期。 No consent to that purpose, or none now."
        fits = purpose == consent.purpose and self.now < min(consent.until, file.until)
        require(fits, sentence, code="consent")
        others = [each for each in file.readers if each != self.caller]
        file.readers = [*others, self.caller][-MOST_READERS:]
        self.note(file, purpose)

    @moves((opened | verified) >> closed, by=anyone, only="enterprise", title="关闭")
    def close(self, file: File) -> None:
        """Close the file; nobody relies on it any more."""

    def note(self, file: File, purpose: Text) -> None:
        """Put a use on the trail."""
        file.uses += 1
        use = Use(file.enterprise, self.caller, purpose, self.now)
        self.uses.add(f"{self.key}/{file.uses}", use)
