"""
Directory: duties, systems and data catalogs, locked to each other (目录区块链).

1. A department registers its duties, each with its legal source.
2. On a duty stand its systems and its data catalogs, with the national metadata.
3. The third level, tables and columns of real databases, is the contract `library`.
4. A level cannot lose an entry that the next one stands on, and a catalog cannot lose
   an item while a table stands on it. Only the owner changes its entries.

Sources: DB11/T 2047—2022 for the levels; 政务信息资源目录编制指南（试行） 2017 for the
metadata; GB 32100 for the provider's code.
"""

from huabiao.contracts import (  # noqa: I001
    Bytes, Code, Count, Day, Flag, Instant, Labels, ListOf, OneOf, Party, Record,
    Registry, Role, Scenario, Text, Title, answers, does, encode, is_credit_code,
    require,
)  # fmt: skip

TYPES = ("C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F")
FORMATS = ("file", "spreadsheet", "database", "image", "stream", "other")
SHARING = ("unconditional", "conditional", "not_shared")
OPENNESS = ("unconditional", "conditional", "not_open")
CYCLES = ("real_time", "daily", "weekly", "monthly", "quarterly", "yearly", "other")
GRADES = ("general", "important", "core")
PERSONAL = ("none", "personal", "sensitive")
LEVELS = ("duty", "system", "catalog")
DIGITS = "0123456789"


class Duty(Record):
    """What a department is there for; `standing` counts what stands on it."""

    owner: Party
    office: Text
    title: Text
    legal_source: Text
    standing: Count = 0


class System(Record):
    """An information system that serves a duty."""

    owner: Party
    duty: Code
    title: Text


class Item(Record):
    """An information item; `data_type` is the guide's letter, length 0 is unbound."""

    name: Text
    data_type: OneOf[TYPES]
    length: Count = 0


class Resource(Record):
    """The national guide's metadata of an information resource."""

    code: Code
    title: Text
    abstract: Text
    classification: Text
    provider: Text
    provider_code: Code
    items: ListOf[Item]
    sharing: OneOf[SHARING]
    cycle: OneOf[CYCLES]
    format: OneOf[FORMATS] = "database"
    sharing_condition: Text = ""
    sharing_way: Text = ""
    legal_basis: Text = ""
    openness: OneOf[OPENNESS] = "not_open"
    open_condition: Text = ""
    grade: OneOf[GRADES] = "general"
    personal: OneOf[PERSONAL] = "none"
    classified: Flag = False
    published: Day = 0
    related: ListOf[Code] = ()


class Catalog(Record):
    """A data catalog: a resource that a duty produces or needs."""

    owner: Party
    duty: Code
    resource: Resource
    since: Instant
    revision: Count = 1


class Directory(Scenario):
    """Knows which department holds which data, and by which duty."""

    title = Title(zh="政务数据目录", en="Data directory")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    department = Role("政务部门", "Department")

    duties = Registry(Duty, "职责目录", "duties")
    systems = Registry(System, "信息系统", "systems")
    catalogs = Registry(Catalog, "数据目录", "catalogs")
    labels = Labels(
        owner="数据提供方", office="内设机构", legal_source="职责依据",
        standing="依托数", level="目录层级", code="信息资源代码",
        abstract="信息资源摘要", classification="信息资源分类", provider="提供单位",
        provider_code="提供单位代码", items="信息项", data_type="数据类型",
        length="数据长度", sharing="共享类型", sharing_condition="共享条件",
        sharing_way="共享方式", legal_basis="共享依据", openness="开放属性",
        open_condition="开放条件", cycle="更新周期", format="资源格式",
        grade="数据分级", published="发布日期", related="关联资源",
    )  # fmt: skip

    @does(by=department, keyed=True, title="登记职责")
    def register_duty(self, office: Text, title: Text, legal_source: Text) -> None:
        """Register a duty under its code."""
        check_duty(title, legal_source)
        self.ask("levels", "require_open", account=self.caller)
        self.duties.add(self.key, Duty(self.caller, office, title, legal_source))

    @does(by=department, keyed=True, title="修订职责")
    def revise_duty(self, office: Text, title: Text, legal_source: Text) -> None:
        """Change what is said of a duty; what stands on it stays."""
        check_duty(title, legal_source)
        duty = self.own(self.duties.get(self.key))
        duty.office, duty.title, duty.legal_source = office, title, legal_source
        self.duties.put(self.key, duty)

    @does(by=department, keyed=True, title="登记系统")
    def register_system(self, duty: Code, title: Text) -> None:
        """Register an information system that serves a duty."""
        require(title, "须有名称。 A system has a title.", code="system.title")
        self.stand_on(duty, 1)
        self.systems.add(self.key, System(self.caller, duty, title))

    @does(by=department, keyed=True, title="登记数据目录")
    def register_catalog(self, duty: Code, resource: Resource) -> None:
        """Register an information resource that a duty produces or needs."""
        check_resource(resource)
        self.stand_on(duty, 1)
        self.catalogs.add(self.key, Catalog(self.caller, duty, resource, self.now))

    @does(by=department, keyed=True, title="修订数据目录")
    def revise_catalog(self, resource: Resource) -> None:
        """Change a catalog's metadata; no item goes while a table stands on it."""
        check_resource(resource)
        catalog = self.own(self.catalogs.get(self.key))
        standing = self.ask("library", "standing_on", level="catalog", code=self.key)
        kept = [[item.name, item.data_type] for item in resource.items]
        for item in catalog.resource.items:
            require(
                standing == 0 or [item.name, item.data_type] in kept,
                f"库表依托于信息项“{item.name}”，不能删改；请先注销库表。"
                f" Tables stand on the item {item.name!r}; retire them first.",
                code="locked",
            )
        told = encode(resource.plain())
        self.ask("locks", "may_change", catalog=self.key, resource=told)
        catalog.resource, catalog.revision = resource, catalog.revision + 1
        self.catalogs.put(self.key, catalog)
        if self.ask("locks", "dockings_on", catalog=self.key):
            # What cannot be told now, of a paused route, is announced later.
            self.attempt([["docking", "changed", "", {"catalog": self.key}, b""]])

    @does(by=department, keyed=True, title="注销")
    def retire(self, level: OneOf[LEVELS]) -> None:
        """Strike an entry that nothing stands on."""
        entry = self.own(self.shelf(level).get(self.key))
        if level == "duty":
            standing = entry.standing
        else:
            standing = self.ask("library", "standing_on", level=level, code=self.key)
        require(
            standing == 0,
            f"仍有 {standing} 项下级目录依托于此，请先注销下级。"
            f" {standing} entries of the next level stand on it; retire them first.",
            code="locked",
        )
        if level == "catalog":
            self.ask("locks", "may_change", catalog=self.key, resource=b"")
        if level != "duty":
            self.stand_on(entry.duty, -1)
        self.shelf(level).remove(self.key)

    @answers
    def owner_of(self, level: OneOf[LEVELS], code: Code) -> Party:
        """The department that registered an entry."""
        return self.shelf(level).get(code).owner

    @answers
    def sharing_of(self, catalog: Code) -> dict:
        """How a catalog is shared: owner, sharing, condition, legal_basis."""
        entry = self.catalogs.get(catalog)
        return {
            "owner": entry.owner,
            "sharing": entry.resource.sharing,
            "condition": entry.resource.sharing_condition,
            "legal_basis": entry.resource.legal_basis,
        }

    @answers
    def resource_of(self, catalog: Code) -> Bytes:
        """A catalog's metadata, encoded."""
        return encode(self.catalogs.get(catalog).resource.plain())

    @answers
    def items_of(self, catalog: Code) -> list:
        """The names of a catalog's information items."""
        return [item.name for item in self.catalogs.get(catalog).resource.items]

    def own(self, entry: Record) -> Record:
        """The entry, if the caller registered it."""
        require(
            entry.owner == self.caller,
            "只有登记部门可以变更。 Only the department that registered it may.",
            code="owner.other",
        )
        return entry

    def stand_on(self, code: str, change: int) -> None:
        """Count one entry more or less on a duty of the caller's."""
        duty = self.own(self.duties.get(code))
        if change > 0:
            self.ask("levels", "require_open", account=self.caller)
        duty.standing += change
        self.duties.put(code, duty)

    def shelf(self, level: str) -> Registry:
        """Where the entries of a level stand."""
        above = {"duty": self.duties, "system": self.systems}
        return above.get(level, self.catalogs)


def check_duty(title: str, legal_source: str) -> None:
    """A duty without a law behind it is none."""
    require(
        title and legal_source,
        "职责须有名称和法定依据。 A duty has a title and a legal source.",
        code="duty.legal_source",
    )


def check_resource(resource: Resource) -> None:
    """What the national guide demands of an information resource."""
    require(
        is_resource_code(resource.code),
        "信息资源代码写作 类1位项2位目3位细目/顺序号，如 303001/12。"
        " A resource code is written like 303001/12.",
        code="catalog.code",
    )
    require(
        is_credit_code(resource.provider_code),
        "提供方代码不是有效的统一社会信用代码（GB 32100）。"
        " The provider's code is no unified social credit code (GB 32100).",
        code="catalog.provider_code",
    )
    names = [item.name for item in resource.items]
    require(
        names and "" not in names and len(dict.fromkeys(names)) == len(names),
        "信息项须有名称且不重名。 Items have names, each its own.",
        code="catalog.items",
    )
    sentence = "须有名称和摘要。 A resource has a title and an abstract."
    require(resource.title and resource.abstract, sentence, code="catalog.title")
    require(
        resource.sharing != "not_shared" or resource.legal_basis,
        "不予共享须注明法律依据。 Not sharing needs its legal basis.",
        code="catalog.legal_basis",
    )
    require(
        resource.sharing != "conditional" or resource.sharing_condition,
        "有条件共享须写明条件。 Sharing on conditions needs the condition.",
        code="catalog.condition",
    )
    require(
        not resource.classified,
        "涉密资源不得登记上链。 A classified resource stays out of the directory.",
        code="catalog.classified",
    )


def is_resource_code(code: str) -> bool:
    """类 1 digit, 项 2, 目 3, 细目 any number of digits, "/" and a serial number."""
    front, slash, serial = code.partition("/")
    return len(front) >= 6 and serial != "" and is_made_of(front + serial, DIGITS)


def is_made_of(text: str, alphabet: str) -> bool:
    """Whether every character of a text is one of an alphabet."""
    return all(character in alphabet for character in text)
