"""
One stop for Beijing, Tianjin and Hebei (京津冀一网通办).

1. A counter, here or of another city, takes an application that needs some materials.
2. The department that handles it pulls each from the chain where it lies, under a code
   that its holder gave for this very case: once, and the holder sees the use at home.
3. With all of them it decides and the counter delivers; or it returns the application.

Saved are a paper and a visit for each material that was pulled, and two visits where
another city's counter took the application. A person's number never comes here.
"""

from huabiao.contracts import (  # noqa: I001
    Authorisation, Bytes, Cell, Code, Count, Digest, Flag, Instant, Labels, ListOf,
    Maybe, Party, Record, Registry, Role, Scenario, State, Text, Title, contract, does,
    is_credit_code, moves, opens, require,
)  # fmt: skip


class Case(Record):
    matter: Code
    applicant: Party
    counter: Party
    department: Party
    needs: ListOf[Code]
    credit_code: Text
    from_afar: Flag
    result: Maybe[Digest] = None
    reasons: Text = ""


class Material(Record):
    route: Text  # over which it was asked for; nothing: it lies on this chain
    code: Code  # pending, ok, or why it was refused
    sentence: Text


class Saved(Record):
    cases: Count = 0
    papers: Count = 0
    visits: Count = 0


class OneStop(Scenario):
    """Handles a matter across cities: data travel, people do not."""

    title = Title(zh="京津冀一网通办", en="One stop for Beijing, Tianjin and Hebei")
    task, lead, record = 6, "市政务服务局", Case
    indexes, public = ("applicant", "department", "counter"), ("saved",)

    counter, department = Role("受理窗口", "Counter"), Role("办理部门", "Department")
    applied, handled = State("已申请", "Applied"), State("已办理", "Handled")
    delivered = State("已送达", "Delivered", final=True)
    returned = State("已退回", "Returned with reasons", final=True)
    materials, codes = Registry(Material, "材料", "materials"), Authorisation()
    saved = Cell(Saved)
    labels = Labels(matter="事项", counter="受理窗口", department="办理部门",
                    needs="所需材料", from_afar="异地受理", result="办理结果",
                    reasons="退回理由", material="材料", secret="授权码",
                    cases="办件数", papers="免交材料", visits="少跑次数")  # fmt: skip

    @opens(applied, by=counter, title="申请")
    def apply(self, matter: Code, applicant: Party, department: Party,
              needs: ListOf[Code], credit_code: Text = "") -> Case:  # fmt: skip
        """Take an application, with the materials that it needs."""
        valid = not credit_code or is_credit_code(credit_code)
        require(valid, "统一社会信用代码有误。 No credit code.", code="credit_code")
        me, afar = self.caller, self.calling != ""  # afar: by a call of another chain
        return Case(matter, applicant, me, department, needs, credit_code, afar)

    @moves(applied >> applied, by=department, only="department", title="调取材料")
    def pull(self, case: Case, material: Code, secret: Digest, route: Text = "",
             timeout: Instant = 0) -> None:  # fmt: skip
        """Fetch a material by its holder's code, whose purpose is the case's id."""
        known, key = material in case.needs, f"{self.key}/{material}"
        require(known, "本事项不需要此材料。 It is not needed.", code="material.other")
        held = self.materials.find(key)
        free = held is None or held.code not in ("pending", "ok")
        require(free, "已调取或在途。 It was asked for.", code="material.fetched")
        code, said = self.codes.redeem(secret, self.key, route, timeout, key)
        self.keep(key, Material(route, code, said))

    @does(by=contract("packets"))
    def packet_ended(
        self, route: Code, sequence: Count, receiver: Code, value: Bytes, code: Code,
        sentence: Text,
    ) -> None:  # fmt: skip
        """Write down what came of a code on its home chain."""
        key = self.codes.end(route, sequence)
        self.keep(key, Material(route, code, sentence))

    @moves(applied >> handled, by=department, only="department", title="办结")
    def decide(self, case: Case, result: Digest) -> None:
        """Decide, once every material is there."""
        found = [self.materials.find(f"{self.key}/{name}") for name in case.needs]
        whole = all(each is not None and each.code == "ok" for each in found)
        require(whole, "材料未齐。 A material is missing.", code="material.missing")
        case.result = result

    @moves(handled >> delivered, by=counter, only="counter", title="送达")
    def deliver(self, case: Case) -> None:
        """Hand the result to the applicant."""
        self.count(1, 0, 2 if case.from_afar else 0)

    @moves(applied >> returned, by=department, only="department", title="退回")
    def send_back(self, case: Case, reasons: Text) -> None:
        """Return the application, with reasons."""
        require(reasons, "须写明理由。 Say why.", code="reasons")
        case.reasons = reasons

    def keep(self, key: str, material: Material) -> None:
        self.materials.put(key, material)
        if material.code == "ok":
            self.count(0, 1, 1)

    def count(self, cases: int, papers: int, visits: int) -> None:
        old = self.saved.find() or Saved()
        papers, visits = old.papers + papers, old.visits + visits
        self.saved.set(Saved(old.cases + cases, papers, visits))
