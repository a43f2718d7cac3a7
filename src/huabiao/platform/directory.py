"""
Directory: duties, catalogs and tables, locked to each other (目录区块链).

1. A department registers its duties, each with its legal source.
2. On a duty stand its systems and its data catalogs, with the national metadata.
3. On a catalog stand tables and columns of real databases, as scanned.
4. A level cannot lose an entry that the next one stands on.
5. When a database is no longer what is registered, the drift goes on chain and is an
   alert until the owner accepts the new structure or repairs the database.

Sources: DB11/T 2047—2022; 政务信息资源目录编制指南（试行） 2017. A table of over
1,000 columns is registered in pages: the first with it, the rest by extend_table.
"""

from huabiao.contracts import (
    Code,
    Count,
    Digest,
    Flag,
    Instant,
    ListOf,
    Maybe,
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
    refuse,
    require,
)

TYPES = ("C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F")
SHARING = ("unconditional", "conditional", "not_shared")
CYCLES = ("real_time", "daily", "weekly", "monthly", "quarterly", "yearly", "other")
FORMATS = ("file", "spreadsheet", "database", "image", "stream", "other")
GRADES = ("general", "important", "core", "personal", "sensitive")
LEVELS = ("duty", "system", "catalog", "table")
ANSWERS = ("open", "repairing", "accepted", "repaired")
TABLE_KINDS = ("table", "view", "materialized view")


class Duty(Record):
    """What a department is there for, and the law that says so."""

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
    """An information item of a catalog; length 0 has no bound."""

    title: Text
    data_type: OneOf[TYPES]
    length: Count = 0


class Catalog(Record):
    """An information resource with the metadata of the national guide."""

    owner: Party
    duty: Code
    code: Code
    title: Text
    abstract: Text
    classification: Text
    format: OneOf[FORMATS]
    items: ListOf[Item]
    sharing: OneOf[SHARING]
    condition: Text
    legal_basis: Text
    open: Flag
    cycle: OneOf[CYCLES]
    grade: OneOf[GRADES]
    published: Instant
    standing: Count = 0


class Column(Record):
    """A column as scanned; `personal` is empty or what it looks like."""

    title: Text
    database_type: Text
    standard_type: OneOf[TYPES]
    nullable: Flag
    comment: Text
    personal: Text = ""


class Table(Record):
    """A table of a real database, standing on a catalog and in a system."""

    owner: Party
    catalog: Code
    system: Code
    database: Text
    schema_name: Text
    table_name: Text
    kind: OneOf[TABLE_KINDS]
    rows: Number
    structure: Digest
    comment: Text
    scanned: Instant
    pages: Count = 1


class Page(Record):
    """Up to 1,000 columns of a table."""

    columns: ListOf[Column]


class Piece(Record):
    """A piece of a table's structure as JSON text, as the scanner wrote it."""

    text: Source


class Change(Record):
    """One difference between the directory and the database."""

    kind: Code
    column: Text
    before: Text
    after: Text
    sentence: Text


class Alert(Record):
    """Drift of one table, until its owner answers it."""

    owner: Party
    system: Code
    opened: Instant
    changes: ListOf[Change]
    structure: Digest
    status: OneOf[ANSWERS]
    answered: Maybe[Instant] = None


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
    structures = Registry(Piece, "结构", "structures")
    alerts = Registry(Alert, "漂移告警", "drift alerts")

    @does(by=department, keyed=True, title="登记职责")
    def register_duty(self, office: Text, title: Text, legal_source: Text) -> None:
        """Register a duty under its code."""
        require(
            legal_source,
            "职责须注明法定依据。 A duty names its legal source.",
            code="legal_source",
        )
        self.duties.add(self.key, Duty(self.caller, office, title, legal_source))

    @does(by=department, keyed=True, title="登记系统")
    def register_system(self, duty: Code, title: Text) -> None:
        """Register an information system that serves a duty."""
        self.stand_on_duty(duty)
        self.systems.add(self.key, System(self.caller, duty, title))

    @does(by=department, keyed=True, title="登记数据目录")
    def register_catalog(
        self,
        duty: Code,
        code: Code,
        title: Text,
        abstract: Text,
        classification: Text,
        format: OneOf[FORMATS],
        items: ListOf[Item],
        sharing: OneOf[SHARING],
        cycle: OneOf[CYCLES],
        condition: Text = "",
        legal_basis: Text = "",
        open: Flag = False,
        grade: OneOf[GRADES] = "general",
    ) -> None:
        """Register an information resource that a duty produces or needs."""
        require(
            is_resource_code(code),
            "资源代码须为 类1项2目3细目/顺序号，如 303001/12。"
            " A resource code is written 303001/12.",
            code="catalog.code",
        )
        require(
            sharing != "not_shared" or legal_basis,
            "不予共享须注明法律依据。 Not sharing needs its legal basis.",
            code="legal_basis",
        )
        self.stand_on_duty(duty)
        catalog = Catalog(
            self.caller,
            duty,
            code,
            title,
            abstract,
            classification,
            format,
            items,
            sharing,
            condition,
            legal_basis,
            open,
            cycle,
            grade,
            self.now,
        )
        self.catalogs.add(self.key, catalog)

    @does(by=department, keyed=True, title="登记库表")
    def register_table(
        self,
        catalog: Code,
        system: Code,
        database: Text,
        schema_name: Text,
        table_name: Text,
        kind: OneOf[TABLE_KINDS],
        rows: Number,
        structure: Digest,
        columns: ListOf[Column],
        document: ListOf[Source] = (),
        comment: Text = "",
    ) -> None:
        """Register a scanned table, locked to its catalog and its system."""
        found = self.own(self.catalogs.get(catalog))
        found.standing += 1
        self.catalogs.put(catalog, found)
        place = self.own(self.systems.get(system))
        place.standing += 1
        self.systems.put(system, place)
        table = Table(
            self.caller,
            catalog,
            system,
            database,
            schema_name,
            table_name,
            kind,
            rows,
            structure,
            comment,
            self.now,
        )
        self.tables.add(self.key, table)
        self.columns.put(f"{self.key}#0", Page(columns))
        self.keep_structure(document)
        alert = self.alerts.find(self.key)
        if alert is not None and alert.status == "open":
            self.answer(alert, "accepted")

    @does(by=department, keyed=True, title="补充字段")
    def extend_table(self, columns: ListOf[Column]) -> None:
        """Register a further page of a wide table's columns."""
        table = self.own(self.tables.get(self.key))
        self.columns.put(f"{self.key}#{table.pages}", Page(columns))
        table.pages += 1
        self.tables.put(self.key, table)

    @does(by=department, keyed=True, title="注销")
    def retire(self, level: OneOf[LEVELS]) -> None:
        """Strike an entry that nothing stands on."""
        if level == "table":
            self.retire_table()
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
            duty = self.duties.get(entry.duty)
            duty.standing -= 1
            self.duties.put(entry.duty, duty)
        shelf.remove(self.key)

    @does(by=department, keyed=True, title="报告漂移")
    def report_drift(
        self, system: Code, changes: ListOf[Change], structure: Digest
    ) -> None:
        """Say how a database differs from the directory; no change closes the alert."""
        self.own(self.systems.get(system))
        alert = self.alerts.find(self.key)
        if not changes:
            if alert is not None and alert.answered is None:
                self.answer(alert, "repaired")
            return
        self.alerts.put(
            self.key,
            Alert(self.caller, system, self.now, changes, structure, "open"),
        )
        self.emit("drift", count=len(changes))

    @does(by=department, keyed=True, title="接受变更")
    def accept_drift(
        self,
        rows: Number,
        structure: Digest,
        columns: ListOf[Column],
        document: ListOf[Source] = (),
    ) -> None:
        """Register the structure that the database has now."""
        alert = self.open_alert()
        require(
            alert.structure == structure,
            "结构与告警不符，请重新扫描。 Not the structure of the alert; scan.",
            code="structure",
        )
        table = self.own(self.tables.get(self.key))
        table.rows, table.structure, table.scanned = rows, structure, self.now
        table.pages = 1
        self.tables.put(self.key, table)
        self.columns.put(f"{self.key}#0", Page(columns))
        self.keep_structure(document)
        self.answer(alert, "accepted")

    @does(by=department, keyed=True, title="修复数据库")
    def repair_drift(self) -> None:
        """Say that the database is put back; the next scan proves it."""
        alert = self.open_alert()
        alert.status = "repairing"
        self.alerts.put(self.key, alert)

    @answers
    def holding(self, table: Code) -> ListOf:
        """Owner, sharing type, its legal basis and the column names of a table."""
        entry = self.tables.get(table)
        catalog = self.catalogs.get(entry.catalog)
        names = []
        for page in range(entry.pages):
            for column in self.columns.get(f"{table}#{page}").columns:
                names.append(column.title)
        return [entry.owner, catalog.sharing, catalog.legal_basis, names]

    def own(self, entry: Record) -> Record:
        require(
            entry.owner == self.caller,
            "只有登记部门可以变更。 Only the department that registered it may.",
            code="owner.other",
        )
        return entry

    def stand_on_duty(self, code: str) -> None:
        duty = self.own(self.duties.get(code))
        duty.standing += 1
        self.duties.put(code, duty)

    def shelf(self, level: str) -> Registry:
        if level == "duty":
            return self.duties
        return self.systems if level == "system" else self.catalogs

    def retire_table(self) -> None:
        table = self.own(self.tables.get(self.key))
        catalog = self.catalogs.get(table.catalog)
        catalog.standing -= 1
        self.catalogs.put(table.catalog, catalog)
        system = self.systems.get(table.system)
        system.standing -= 1
        self.systems.put(table.system, system)
        for page in range(table.pages):
            self.columns.remove(f"{self.key}#{page}")
        self.tables.remove(self.key)
        alert = self.alerts.find(self.key)
        if alert is not None and alert.answered is None:
            self.answer(alert, "accepted")

    def keep_structure(self, document: ListOf[Source]) -> None:
        for index, text in enumerate(document):
            self.structures.put(f"{self.key}#{index}", Piece(text))

    def open_alert(self) -> Alert:
        alert = self.own(self.alerts.get(self.key))
        if alert.answered is not None:
            refuse("告警已处理。 The alert has been answered.", code="answered")
        return alert

    def answer(self, alert: Alert, status: str) -> None:
        alert.status, alert.answered = status, self.now
        self.alerts.put(self.key, alert)
        self.emit("drift_answered", status=status)


def is_resource_code(code: str) -> bool:
    """类 1 digit, 项 2, 目 3, 细目 any number of digits, "/" and a serial number."""
    front, slash, serial = code.partition("/")
    return len(front) >= 6 and front.isdigit() and serial.isdigit() and slash == "/"
