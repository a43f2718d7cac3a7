"""
Directory: duties, catalogs and tables, locked to each other (目录区块链).

1. A department registers its duties, each with its legal source.
2. On a duty stand its systems and its data catalogs, with the national metadata.
3. On a catalog and in a system stand tables of real databases, as they were scanned:
   the first columns with the table, further pages of a wide one by `extend_table`.
4. A level cannot lose an entry that the next one stands on, and a catalog cannot lose
   an item while a table stands on it. Only the owner changes its entries.

What happens when a database no longer is what stands here is the contract `drift`.
Sources: DB11/T 2047—2022; 政务信息资源目录编制指南（试行） 2017 for the metadata.
"""

from huabiao.contracts import (
    Code,
    Count,
    Day,
    Digest,
    Flag,
    Instant,
    ListOf,
    Number,
    OneOf,
    Party,
    Record,
    Registry,
    Role,
    Scenario,
    Source,
    Text,
    Title,
    answers,
    does,
    encode,
    require,
)

TYPES = ("C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F")
FORMATS = ("file", "spreadsheet", "database", "image", "stream", "other")
SHARING = ("unconditional", "conditional", "not_shared")
OPENNESS = ("unconditional", "conditional", "not_open")
CYCLES = ("real_time", "daily", "weekly", "monthly", "quarterly", "yearly", "other")
GRADES = ("general", "important", "core")
PERSONAL = ("none", "personal", "sensitive")
KINDS = ("table", "view", "materialized view")
LONGEST_PAGE, MOST_PAGES = 250, 16


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
    standing: Count = 0


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
    standing: Count = 0


class Column(Record):
    """A column as scanned; `personal` is empty or what it holds of a citizen."""

    name: Text
    database_type: Text
    standard_type: OneOf[TYPES]
    length: Count
    nullable: Flag
    comment: Text
    personal: Text = ""
    grade: OneOf[PERSONAL] = "none"
    item: Text = ""


class ForeignKey(Record):
    """`columns` of this table refer to `to_columns` of another."""

    columns: ListOf[Text]
    to_schema: Text
    to_table: Text
    to_columns: ListOf[Text]


class Structure(Record):
    """A table as scanned, but for its columns. `digest` is the scanner's, of all."""

    database: Text
    schema_name: Text
    table_name: Text
    kind: OneOf[KINDS]
    comment: Text
    primary_key: ListOf[Text]
    foreign_keys: ListOf[ForeignKey]
    unique: ListOf[ListOf[Text]]
    rows: Number
    column_count: Count
    digest: Digest


class Table(Record):
    """A table of a real database, standing on a catalog and in a system."""

    owner: Party
    catalog: Code
    system: Code
    structure: Structure
    scanned: Instant
    pages: Count
    columns: Count
    revision: Count = 1


class Page(Record):
    """Up to 250 columns of a table."""

    columns: ListOf[Column]


class Place(Record):
    """Which table is registered for a place in a database."""

    table: Code


class Directory(Scenario):
    """Knows which department holds which data, by which duty, in which table."""

    title = Title(zh="政务数据目录", en="Data directory")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    department = Role("政务部门", "Department")

    duties = Registry(Duty, "职责目录", "duties")
    systems = Registry(System, "信息系统", "systems")
    catalogs = Registry(Catalog, "数据目录", "catalogs")
    tables = Registry(Table, "库表目录", "tables")
    columns = Registry(Page, "字段", "columns")
    places = Registry(Place, "库表位置", "places")

    @does(by=department, keyed=True, title="登记职责")
    def register_duty(self, office: Text, title: Text, legal_source: Text) -> None:
        """Register a duty under its code."""
        require(
            title and legal_source,
            "职责须有名称和法定依据。 A duty has a title and a legal source.",
            code="duty.legal_source",
        )
        self.duties.add(self.key, Duty(self.caller, office, title, legal_source))

    @does(by=department, keyed=True, title="登记系统")
    def register_system(self, duty: Code, title: Text) -> None:
        """Register an information system that serves a duty."""
        self.stand(self.duties, duty, 1)
        self.systems.add(self.key, System(self.caller, duty, title))

    @does(by=department, keyed=True, title="登记数据目录")
    def register_catalog(self, duty: Code, resource: Resource) -> None:
        """Register an information resource that a duty produces or needs."""
        check_resource(resource)
        self.stand(self.duties, duty, 1)
        catalog = Catalog(self.caller, duty, resource, self.now)
        self.catalogs.add(self.key, catalog)

    @does(by=department, keyed=True, title="修订数据目录")
    def revise_catalog(self, resource: Resource) -> None:
        """Change a catalog's metadata; no item goes while a table stands on it."""
        check_resource(resource)
        catalog = self.own(self.catalogs.get(self.key))
        kept = [[item.name, item.data_type] for item in resource.items]
        for item in catalog.resource.items:
            require(
                catalog.standing == 0 or [item.name, item.data_type] in kept,
                f"库表依托于信息项“{item.name}”，不能删改；请先注销库表。"
                f" Tables stand on the item {item.name!r}; retire them first.",
                code="locked",
            )
        catalog.resource, catalog.revision = resource, catalog.revision + 1
        self.catalogs.put(self.key, catalog)

    @does(by=department, keyed=True, title="登记库表")
    def register_table(
        self, catalog: Code, system: Code, structure: Structure, columns: ListOf[Column]
    ) -> None:
        """Register a scanned table with its first columns, up to 250."""
        self.stand(self.catalogs, catalog, 1)
        self.stand(self.systems, system, 1)
        table = Table(self.caller, catalog, system, structure, self.now, 0, 0)
        require(
            self.key not in self.tables,
            "此编号已登记库表。 A table is registered under this id.",
            code="entry.exists",
        )
        self.places.add(self.place(system, structure), Place(self.key))
        self.add_page(table, columns)

    @does(by=department, keyed=True, title="补充字段")
    def extend_table(self, columns: ListOf[Column]) -> None:
        """Register the next columns of a wide table, up to 250."""
        self.add_page(self.own(self.tables.get(self.key)), columns)

    @does(by=department, keyed=True, title="更新库表")
    def revise_table(self, structure: Structure, columns: ListOf[Column]) -> None:
        """Register the structure that a table has now, in place of the old one."""
        table = self.own(self.tables.get(self.key))
        self.drop_pages(table)
        self.places.remove(self.place(table.system, table.structure))
        self.places.add(self.place(table.system, structure), Place(self.key))
        table.structure, table.scanned, table.pages = structure, self.now, 0
        table.columns, table.revision = 0, table.revision + 1
        self.add_page(table, columns)

    @does(by=department, keyed=True, title="注销")
    def retire(self, level: OneOf["duty", "system", "catalog", "table"]) -> None:
        """Strike an entry that nothing stands on."""
        if level == "table":
            table = self.own(self.tables.get(self.key))
            self.stand(self.catalogs, table.catalog, -1)
            self.stand(self.systems, table.system, -1)
            self.places.remove(self.place(table.system, table.structure))
            self.drop_pages(table)
            self.tables.remove(self.key)
            return
        shelf = self.shelf(level)
        entry = self.own(shelf.get(self.key))
        require(
            entry.standing == 0,
            f"仍有 {entry.standing} 项下级目录依托于此，请先注销下级。"
            f" {entry.standing} entries of the next level stand on it; retire them.",
            code="locked",
        )
        if level != "duty":
            self.stand(self.duties, entry.duty, -1)
        shelf.remove(self.key)

    @answers
    def holding(self, table: Code) -> dict:
        """Who owns a table, how its catalog is shared, and its column names."""
        entry = self.tables.get(table)
        resource = self.catalogs.get(entry.catalog).resource
        return {
            "owner": entry.owner,
            "catalog": entry.catalog,
            "system": entry.system,
            "digest": entry.structure.digest,
            "complete": entry.columns == entry.structure.column_count,
            "sharing": resource.sharing,
            "condition": resource.sharing_condition,
            "legal_basis": resource.legal_basis,
            "columns": [column.name for column in self.columns_of(table, entry)],
        }

    @answers
    def personal_columns(self, table: Code) -> list:
        """The columns of a table that hold a citizen's data: [name, what, grade]."""
        found = self.columns_of(table, self.tables.get(table))
        return [[c.name, c.personal, c.grade] for c in found if c.grade != "none"]

    @answers
    def owner_of(
        self, level: OneOf["duty", "system", "catalog", "table"], key: Code
    ) -> Party:
        """The department that registered an entry."""
        return (self.tables if level == "table" else self.shelf(level)).get(key).owner

    @answers
    def registered_at(
        self, system: Code, database: Text, schema_name: Text, table_name: Text
    ) -> str:
        """The id of the table at a place in a system's database, or empty."""
        entry = self.places.find(self.spot(system, database, schema_name, table_name))
        return "" if entry is None else entry.table
