"""
Levels: the chains of the city and of its districts, and who takes part (市区两级).

1. A coordinator says which chain a route leads to: the city's, or a district's.
2. It enlists the departments that are to come on chain. One that is classified (涉密)
   stays out: it registers nothing, docks nothing, and asks for nothing.
3. It reports how far each department is. A district's report goes to the city's chain
   by a packet; there the newest of each district is kept.

Sources: DB11/T 2047—2022 clause 8 docks the catalog chains of the two levels; GB/T 2260
has the districts' codes, GB 32100 the departments'. A classified resource stays out by
the guide of 2017; that a whole department does is the city's practice since 2019.
"""

from huabiao.contracts import Bytes as Octets
from huabiao.contracts import (
    Code,
    Count,
    Crossing,
    Flag,
    Instant,
    Labels,
    ListOf,
    OneOf,
    Party,
    Record,
    Registry,
    Role,
    Scenario,
    Text,
    Title,
    answers,
    contract,
    does,
    is_credit_code,
    require,
)

LEVELS = ("municipal", "district")
MOST_DEPARTMENTS, DAY_MS = 120, 86_400_000
HERE = "here"


class Chain(Record):
    """The chain at the end of a route."""

    level: OneOf[LEVELS]
    zh: Text
    en: Text
    code: Code
    since: Instant


class Above(Record):
    """The route to the city's chain, for a district."""

    route: Code


class Department(Record):
    """One that is to come on chain, or is classified and stays out."""

    title: Text
    code: Code
    classified: Flag
    since: Instant


class Progress(Record):
    """What a department has on chain."""

    department: Text
    duties: Count
    systems: Count
    catalogs: Count
    tables: Count
    docked: Count


class Report(Record):
    """How far a level is; `excluded` counts its classified departments, which no report
    names. `height` is the block of the reporting chain that it tells of."""

    at: Instant
    height: Count
    departments: ListOf[Progress]
    excluded: Count
    awaited: Count


class Levels(Scenario):
    """Knows the chains of both levels, and which departments are on them."""

    title = Title(zh="市区两级", en="City and districts")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    coordinator = Role("目录统筹", "Coordinator")

    chains = Registry(Chain, "两级链", "chains of both levels")
    above = Registry(Above, "上级链", "the chain above")
    departments = Registry(Department, "入链单位", "departments")
    reports = Registry(Report, "入链进度", "progress")
    crossing = Crossing("在途报告", "reports under way")
    labels = Labels(
        zh="中文名称", en="英文名称", code="单位代码", title="单位名称",
        departments="各单位进度", duties="职责数", systems="系统数", catalogs="目录数",
        tables="库表数", docked="已对接数", excluded="涉密单位数",
        awaited="待入链单位数",
    )  # fmt: skip

    @does(by=coordinator, keyed=True, title="认定")
    def recognise(self, level: OneOf[LEVELS], zh: Text, en: Text, code: Code) -> None:
        """Say which level's chain the route under the key leads to."""
        self.ask("routes", "way", route=self.key)
        require(zh and en, "须有中英文名称。 Name it in both languages.", code="name")
        if level == "municipal":
            self.above.add(HERE, Above(self.key))
        self.chains.add(self.key, Chain(level, zh, en, code, self.now))

    @does(by=coordinator, title="登记单位")
    def enlist(
        self, account: Party, title: Text, code: Code, classified: Flag = False
    ) -> None:
        """Enter a department, or change what is said of it."""
        require(
            title and is_credit_code(code),
            "须有名称和有效的统一社会信用代码（GB 32100）。"
            " A department has a title and a unified social credit code (GB 32100).",
            code="department.code",
        )
        entry = Department(title, code, classified, self.now)
        self.departments.put(account.hex(), entry)

    @does(by=coordinator, title="报告进度")
    def report(
        self, height: Count, departments: ListOf[Progress], excluded: Count,
        awaited: Count = 0,
    ) -> None:  # fmt: skip
        """Say what each department has on chain; a district's goes to the city too."""
        require(
            len(departments) <= MOST_DEPARTMENTS and height < self.height,
            f"至多 {MOST_DEPARTMENTS} 个单位，高度须为已有区块。"
            f" {MOST_DEPARTMENTS} departments at most, and a height that there is.",
            code="report.size",
        )
        found = Report(self.now, height, departments, excluded, awaited)
        self.reports.put(HERE, found)
        above = self.above.find(HERE)
        if above is not None:
            self.crossing.send(above.route, "levels", found, self.now + DAY_MS)

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Keep a district's report, unless a newer one is here already."""
        entry = self.chains.find(route)
        require(
            sender == "levels" and entry is not None and entry.level == "district",
            "只收已认定的区级链的报告。 Only recognised districts report here.",
            code="level.unknown",
        )
        found = self.crossing.read(Report, value)
        known = self.reports.find(route)
        if known is None or known.height < found.height:
            self.reports.put(route, found)

    @does(by=contract("packets"))
    def packet_ended(
        self,
        route: Code,
        sequence: Count,
        receiver: Code,
        value: Octets,
        code: Code,
        sentence: Text,
    ) -> None:
        """A report that did not arrive is replaced by the next one."""
        self.crossing.end(route, sequence)
        self.emit("reported", route=route, code=code)

    @answers
    def level_of(self, route: Code) -> str:
        """The level of the chain at the end of a route."""
        return self.chains.get(route).level

    @answers
    def route_above(self) -> str:
        """A district's route to the city's chain; refused on the city's own."""
        return self.above.get(HERE).route

    @answers
    def name_of(self, account: Party) -> str:
        """A department's title as it is enlisted; empty where it is not."""
        entry = self.departments.find(account.hex())
        return entry.title if entry else ""

    @answers
    def require_open(self, account: Party) -> bool:
        """Whether a department may be on chain; refused if it is classified."""
        entry = self.departments.find(account.hex())
        require(
            entry is None or not entry.classified,
            "涉密单位不入链：不登记、不对接、不申请。"
            " A classified department stays out: it registers, docks and asks nothing.",
            code="department.classified",
        )
        return True
