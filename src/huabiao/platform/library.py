"""
Library: tables and columns of real databases, as they were scanned (库表目录).

1. The owner registers a table on one of its catalogs and in one of its systems, with
   the first columns; further pages of a wide table follow by `extend_table`.
2. Who owns the data decides which columns are about a citizen; the scanner proposes.
3. A new structure takes the old one's place by `revise_table`, in the owner's name.
4. A place in a database is registered once; while a table stands, its catalog and its
   system stay.

With the last column the structure's digest is checked: that of the encoding of [schema,
table, kind, comment, primary key, foreign keys, unique, columns], each column [name,
type, letter, length, nullable, comment].
"""

from huabiao.contracts import (  # noqa: I001
    Code, Count, Digest, Flag, Instant, Labels, ListOf, Maybe, Number, OneOf, Party,
    Record, Registry, Role, Scenario, Text, Title, answers, does, encode, require,
)  # fmt: skip

TYPES = ("C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F")
KINDS = ("table", "view", "materialized view")
PERSONAL = ("none", "name", "identity_number", "mobile", "address", "email",
            "bank_card", "other")  # fmt: skip
GRADES = ("none", "personal", "sensitive")
MOST_IN_A_PAGE, MOST_COLUMNS = 250, 4_000


class Column(Record):
    """A column; `item` is the catalog's item that it fills."""

    name: Text
    database_type: Text
    standard_type: OneOf[TYPES]
    length: Maybe[Count]
    nullable: Flag
    comment: Text
    personal: OneOf[PERSONAL] = "none"
    grade: OneOf[GRADES] = "none"
    item: Text = ""


class ForeignKey(Record):
    """`columns` of this table refer to `to_columns` of another."""

    columns: ListOf[Text]
    to_schema: Text
    to_table: Text
    to_columns: ListOf[Text]


class Structure(Record):
    """A table but for its columns. `rows` is no part of the digest."""

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
    """A registered table; complete when `columns` reaches the structure's count."""

    owner: Party
    catalog: Code
    system: Code
    structure: Structure
    scanned: Instant
    pages: Count = 0
    columns: Count = 0
    revision: Count = 1


class Page(Record):
    """Up to 250 columns of a table, under <table>#<page from 0>."""

    columns: ListOf[Column]


class Place(Record):
    table: Code


class Standing(Record):
    tables: Count


class Library(Scenario):
    """Knows the tables and columns in which the city's data really lies."""

    title = Title(zh="库表目录", en="Library of tables")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    department = Role("政务部门", "Department")

    tables = Registry(Table, "库表目录", "tables")
    columns = Registry(Page, "字段", "columns")
    places = Registry(Place, "库表位置", "places")
    standing = Registry(Standing, "依托", "standing")
    labels = Labels(
        owner="数据提供方", structure="库表结构", scanned="扫描时间", pages="字段页数",
        database="数据库", schema_name="模式名", table_name="表名", comment="注释",
        primary_key="主键", foreign_keys="外键", unique="唯一约束",
        column_count="字段数", to_schema="引用模式", to_table="引用表",
        to_columns="引用字段", database_type="库中类型", standard_type="标准类型",
        nullable="可为空", grade="敏感程度", item="对应信息项", tables="库表数",
        level="目录层级",
    )  # fmt: skip

    @does(by=department, keyed=True, title="登记库表")
    def register_table(
        self, catalog: Code, system: Code, structure: Structure, columns: ListOf[Column]
    ) -> None:
        """Register a scanned table with its first columns, up to 250."""
        self.ask("levels", "require_open", account=self.caller)
        for level, code in (("catalog", catalog), ("system", system)):
            owner = self.ask("directory", "owner_of", level=level, code=code)
            check_owner(owner, self.caller)
            self.stand_on(level, code, 1)
        table = Table(self.caller, catalog, system, structure, self.now)
        self.tables.add(self.key, table)
        self.places.add(self.place(system, structure), Place(self.key))
        self.add_page(table, columns)

    @does(by=department, keyed=True, title="补充字段")
    def extend_table(self, columns: ListOf[Column]) -> None:
        """Register the next columns of a wide table, up to 250."""
        self.add_page(self.own(), columns)

    @does(by=department, keyed=True, title="更新库表")
    def revise_table(self, structure: Structure, columns: ListOf[Column]) -> None:
        """Register the structure that a table has now, in place of the old one."""
        table = self.own()
        self.drop_pages(table)
        self.places.remove(self.place(table.system, table.structure))
        self.places.add(self.place(table.system, structure), Place(self.key))
        table.structure, table.scanned = structure, self.now
        table.pages, table.columns, table.revision = 0, 0, table.revision + 1
        self.add_page(table, columns)

    @does(by=department, keyed=True, title="认定个人信息")
    def classify_column(
        self, column: Text, personal: OneOf[PERSONAL], grade: OneOf[GRADES]
    ) -> None:
        """Decide what of a citizen a column holds, whatever was proposed."""
        table, found = self.own(), False
        for number in range(table.pages):
            page = self.columns.get(f"{self.key}#{number}")
            for entry in page.columns:
                if entry.name == column:
                    entry.personal, entry.grade, found = personal, grade, True
                    self.columns.put(f"{self.key}#{number}", page)
        require(
            found,
            f"此表没有字段“{column}”。 The table has no column {column!r}.",
            code="column.unknown",
        )

    @does(by=department, keyed=True, title="注销库表")
    def retire_table(self) -> None:
        """Strike a table; its catalog and its system are free of it."""
        table = self.own()
        self.stand_on("catalog", table.catalog, -1)
        self.stand_on("system", table.system, -1)
        self.places.remove(self.place(table.system, table.structure))
        self.drop_pages(table)
        self.tables.remove(self.key)

    @answers
    def holding(self, table: Code) -> dict:
        """Who holds a table and what is in it."""
        entry = self.tables.get(table)
        columns = self.columns_of(table, entry)
        return {
            "owner": entry.owner,
            "catalog": entry.catalog,
            "system": entry.system,
            "complete": entry.columns == entry.structure.column_count,
            "columns": [column.name for column in columns],
            "personal": [c.name for c in columns if c.grade != "none"],
        }

    @answers
    def standing_on(self, level: Text, code: Code) -> int:
        """How many tables stand on a catalog or a system."""
        return self.count_on(f"{level}/{code}")

    @answers
    def registered(self, table: Code) -> list:
        """[owner, system, structure digest] of a table; empty if there is none."""
        entry = self.tables.find(table)
        if entry is None:
            return []
        return [entry.owner, entry.system, entry.structure.digest]

    def own(self) -> Table:
        """The table under the call's key, if the caller registered it."""
        table = self.tables.get(self.key)
        check_owner(table.owner, self.caller)
        return table

    def place(self, system: str, structure: Structure) -> str:
        """The key of a place: names of a database may be longer than a key."""
        names = [structure.database, structure.schema_name, structure.table_name]
        return self.digest(encode([system, *names])).hex()

    def stand_on(self, level: str, code: str, change: int) -> None:
        """Count one table more or less on an entry of the level above."""
        count = self.count_on(f"{level}/{code}") + change
        if count:
            self.standing.put(f"{level}/{code}", Standing(count))
        else:
            self.standing.remove(f"{level}/{code}")

    def count_on(self, key: str) -> int:
        entry = self.standing.find(key)
        return 0 if entry is None else entry.tables

    def add_page(self, table: Table, columns: list) -> None:
        """Keep the next columns; with the last of them the digest must fit."""
        declared = table.structure.column_count
        require(
            len(columns) <= MOST_IN_A_PAGE
            and table.columns + len(columns) <= declared <= MOST_COLUMNS
            and (columns or declared == 0),
            f"每页 1 至 {MOST_IN_A_PAGE} 个字段，总数须为申报的 {declared}。"
            f" A page has up to {MOST_IN_A_PAGE} columns, {declared} in all.",
            code="table.columns",
        )
        names = [column.name for column in columns]
        require(
            "" not in names and len(dict.fromkeys(names)) == len(names),
            "字段须有名称且不重复。 Columns have names, each its own.",
            code="column.name",
        )
        items = ["", *self.ask("directory", "items_of", catalog=table.catalog)]
        require(
            all(column.item in items for column in columns),
            "字段所填的信息项不在数据目录中。"
            " A column names an item that its catalog does not have.",
            code="column.item",
        )
        self.columns.put(f"{self.key}#{table.pages}", Page(columns))
        table.pages, table.columns = table.pages + 1, table.columns + len(columns)
        self.tables.put(self.key, table)
        if table.columns == declared:
            self.check_digest(table)

    def check_digest(self, table: Table) -> None:
        """The declared digest is that of what has been registered."""
        s = table.structure
        found = [
            s.schema_name, s.table_name, s.kind, s.comment, s.primary_key,
            [key.plain() for key in s.foreign_keys], s.unique,
            [c.plain()[:6] for c in self.columns_of(self.key, table)],
        ]  # fmt: skip
        require(
            self.digest(encode(found)) == s.digest,
            "结构摘要与所登记的字段不符，请重新扫描。"
            " The digest is not that of what is registered; scan again.",
            code="table.digest",
        )

    def drop_pages(self, table: Table) -> None:
        """Forget the columns of a table."""
        for number in range(table.pages):
            self.columns.remove(f"{self.key}#{number}")

    def columns_of(self, key: str, table: Table) -> list:
        """All columns of a table, in their order."""
        found = []
        for number in range(table.pages):
            found.extend(self.columns.get(f"{key}#{number}").columns)
        return found


def check_owner(owner: Party, caller: Party) -> None:
    """Only the department that registered an entry builds on it or changes it."""
    require(
        owner == caller,
        "只有登记部门可以变更。 Only the department that registered it may.",
        code="owner.other",
    )
