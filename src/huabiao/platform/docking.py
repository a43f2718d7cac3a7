"""
Docking: catalogs of districts, held to the city's (目录对接).

1. A municipal department delegates a catalog of its own to a district: which fields of
   it are locked goes along.
2. A department of the district docks a catalog of its own on it. The locked fields are
   the city's from then on; the catalog is neither retired nor changed in them while the
   city has not withdrawn. The city's catalog stays while districts stand on it.
3. A change on one level is told to the other one, and is drift there until its owner
   accepts it, or until it was put back. Of locked fields only the city's side changes:
   the district follows, then accepts.
4. Either side asks the other for something in words: to repair, or to release.

Source: DB11/T 2047—2022, clause 8, docks the catalog blockchains of the two levels. Of
its text only the contents were at hand: the rules above are our own.
"""

from huabiao.contracts import Bytes as Octets  # noqa: I001
from huabiao.contracts import (
    Code, Count, Crossing, Flag, Instant, Labels, ListOf, Maybe, OneOf, Party, Record,
    Registry, Role, Scenario, Text, Title, anyone, contract, decode, does, encode,
    require,
)  # fmt: skip

STATES = ("delegated", "waiting", "docked", "withdrawing")
LARGEST, MOST_ON_ONE, LONGEST_NOTE = 15_000, 32, 500
ANSWER_MS = 7 * 86_400_000


class Docked(Record):
    """A docking as one side sees it; `catalog` and `owner` are this side's.

    `told` is this side's resource as the other one was told (telling `number`),
    `theirs` the other's as told here, `agreed` what of that was accepted here,
    `accepted` the digest of what was accepted there."""

    route: Code
    upper: Flag
    state: OneOf[STATES]
    locked: ListOf[Text]
    catalog: Text
    other: Text
    owner: Maybe[Party]
    told: Octets
    theirs: Octets
    agreed: Octets
    changed_at: Instant
    number: Count = 0
    their_number: Count = 0
    accepted: Octets = b""
    note: Text = ""
    failed: Text = ""


class Docking(Scenario):
    """Holds the catalogs of both levels together."""

    title = Title(zh="目录对接", en="Docking of catalogs")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    department = Role("政务部门", "Department")

    dockings = Registry(Docked, "对接", "dockings")
    crossing = Crossing()
    labels = Labels(
        upper="本链为上级", locked="锁定项", catalog="本级目录", other="对方目录",
        owner="本级单位", told="已告知对方", theirs="对方告知", agreed="本级已接受",
        accepted="对方已接受", number="告知序号", their_number="对方告知序号",
        failed="失败原因",
    )  # fmt: skip

    @does(by=department, keyed=True, title="下达")
    def delegate(self, route: Code, catalog: Code, locked: ListOf[Text]) -> None:
        """Delegate a catalog of the caller's to a district, some fields locked."""
        self.ask("locks", "can_lock", names=locked)
        require(
            self.ask("levels", "level_of", route=route) == "district",
            "只向区级链下达。 Catalogs are delegated to districts only.",
            code="docking.level",
        )
        mine = self.own_resource(catalog)
        entry = Docked(
            route, True, "delegated", locked, catalog, "", self.caller, mine, b"", b"",
            self.now,
        )  # fmt: skip
        self.dockings.add(self.key, entry)
        self.hold(entry, self.key)
        self.tell(entry, "delegate", [catalog, locked, mine])

    @does(by=department, keyed=True, title="对接")
    def dock(self, catalog: Code) -> None:
        """Dock a catalog of the caller's on what the city has delegated."""
        entry = self.dockings.get(self.key)
        check_state(entry, "waiting")
        mine = self.own_resource(catalog)
        self.require_fits(entry, mine)
        entry.state, entry.catalog, entry.owner = "docked", catalog, self.caller
        entry.told, entry.agreed = mine, entry.theirs
        self.hold(entry, self.key)
        self.tell(entry, "dock", [catalog, mine])

    @does(by=anyone, keyed=True, title="告知变更")
    def announce(self) -> None:
        """Tell the other level of a change that it has not been told of."""
        sentence = "没有未告知的变更。 There is no change to tell of."
        require(self.tell_change(self.key), sentence, code="docking.told")

    @does(by=contract("directory"), title="目录变更")
    def changed(self, catalog: Code) -> None:
        """Tell every other side of a change, as the directory has just made it."""
        for key in self.ask("locks", "dockings_on", catalog=catalog):
            self.tell_change(key)

    @does(by=department, keyed=True, title="接受变更")
    def accept(self) -> None:
        """Accept what the other level changed; a district has followed it by then."""
        entry = self.own()
        sentence = "对方没有待接受的变更。 There is no drift to accept."
        require(entry.theirs != entry.agreed, sentence, code="docking.none")
        if not entry.upper:
            self.require_fits(entry, self.own_resource(entry.catalog))
        entry.agreed, entry.note, entry.changed_at = entry.theirs, "", self.now
        self.hold(entry, self.key)
        self.tell(entry, "accept", [self.digest(entry.theirs)])

    @does(by=department, keyed=True, title="告知对方")
    def ask_other(self, note: Text) -> None:
        """Ask the other level for something: to put a change back, or to release."""
        sentence = (
            f"须写明，{LONGEST_NOTE} 字以内。 Say it, {LONGEST_NOTE} long at most."
        )
        require(0 < len(note) <= LONGEST_NOTE, sentence, code="docking.note")
        self.tell(self.own(), "note", [note])

    @does(by=department, keyed=True, title="撤回")
    def withdraw(self) -> None:
        """End a docking: the district's catalog is its own again, and the city's free.
        For the city's side alone."""
        entry = self.own()
        sentence = "只有市级可以撤回，且只一次。 Only the city's side withdraws, once."
        require(
            entry.upper and entry.state != "withdrawing", sentence, code="docking.upper"
        )
        entry.state = "withdrawing"
        self.tell(entry, "withdraw", [])

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Take what the other level says of a docking."""
        require(sender == "docking", "只收对接的件。 Not of a docking.", code="sender")
        kind, key, number, said = decode(value)
        if kind == "delegate":
            self.take_delegated(route, key, said)
            return
        entry = self.dockings.get(key)
        require(entry.route == route, "此对接属于另一链。 Another's.", code="route")
        entry.changed_at = self.now
        if kind == "dock":
            check_state(entry, "delegated")
            entry.state, entry.other = "docked", said[0]
            entry.theirs, entry.agreed = said[1], said[1]
        elif kind == "change" and number > entry.their_number:
            entry.theirs, entry.their_number = said[0], number
            self.hold(entry, key)
        elif kind == "accept":
            entry.accepted = said[0]
        elif kind == "note":
            entry.note = said[0]
        elif kind == "withdraw":
            require(not entry.upper, "只有市级可以撤回。 Not yours.", code="upper")
            self.end(key, entry)
            return
        self.dockings.put(key, entry)
        self.emit(kind, docking=key, drift=entry.theirs != entry.agreed)

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
        """Keep what the other level took, undo what it did not."""
        self.crossing.end(route, sequence)
        kind, key, number, _ = decode(value)
        entry = self.dockings.find(key)
        if entry is None:
            return
        entry.failed = "" if code == "ok" else f"{kind}: {sentence}"
        if kind == ("withdraw" if code == "ok" else "delegate"):
            self.end(key, entry)
            return
        if code != "ok" and kind == "dock":
            self.call("locks", "free", entry.catalog, docking=key)
            entry.state, entry.catalog, entry.owner = "waiting", "", None
            entry.agreed = b""
        elif code != "ok" and kind == "withdraw":
            entry.state = "docked" if entry.other else "delegated"
        elif code != "ok" and kind == "change" and number == entry.number:
            entry.told = b""
        self.dockings.put(key, entry)

    def take_delegated(self, route: str, key: str, said: list) -> None:
        """A catalog that the city delegates waits for a department here."""
        above = self.ask("levels", "route_above")
        require(route == above, "只有市级可以下达。 Only the city may.", code="upper")
        entry = Docked(
            route, False, "waiting", said[1], "", said[0], None, b"", said[2], b"",
            self.now,
        )  # fmt: skip
        self.dockings.add(key, entry)
        self.emit("delegated", docking=key)

    def tell_change(self, key: str) -> bool:
        """Tell the other side of this side's catalog as it is now, if it differs."""
        entry = self.dockings.get(key)
        if entry.catalog == "":
            return False
        mine = self.ask("directory", "resource_of", catalog=entry.catalog)
        if mine == entry.told:
            return False
        entry.told, entry.number = mine, entry.number + 1
        self.tell(entry, "change", [mine], key)
        return True

    def tell(self, entry: Docked, kind: str, said: list, key: str = "") -> None:
        """Keep an entry and send what is said of it."""
        key = key or self.key
        self.dockings.put(key, entry)
        value = encode([kind, key, entry.number, said])
        self.crossing.send(entry.route, "docking", value, self.now + ANSWER_MS)

    def own(self) -> Docked:
        """The docking under the call's key, if its catalog here is the caller's."""
        entry = self.dockings.get(self.key)
        sentence = "只有本级目录的单位可以。 Only the catalog's department may."
        require(entry.owner == self.caller, sentence, code="owner.other")
        return entry

    def own_resource(self, catalog: str) -> Octets:
        """A catalog of the caller's as it is now, encoded."""
        self.ask("levels", "require_open", account=self.caller)
        owner = self.ask("directory", "owner_of", level="catalog", code=catalog)
        sentence = "只有登记部门可以。 Only the department that registered it may."
        require(owner == self.caller, sentence, code="owner.other")
        found = self.ask("directory", "resource_of", catalog=catalog)
        require(
            len(found) <= LARGEST,
            f"目录元数据超过 {LARGEST} 字节，不能跨链对接。"
            f" Its metadata has over {LARGEST} bytes and cannot cross.",
            code="docking.large",
        )
        return found

    def require_fits(self, entry: Docked, mine: Octets) -> None:
        """A district's catalog has the locked fields as the city has them now."""
        city = [entry.theirs]
        self.ask("locks", "fits", locked=entry.locked, resource=mine, standards=city)

    def hold(self, entry: Docked, key: str) -> None:
        """Hold this side's catalog, a district's in its locked fields: as they were
        agreed, or as the city has changed them since."""
        if entry.catalog:
            both = [] if entry.upper else [entry.agreed, entry.theirs]
            self.call(
                "locks", "hold", entry.catalog, docking=key,
                locked=[] if entry.upper else entry.locked, standards=both,
                most=MOST_ON_ONE if entry.upper else 1,
            )  # fmt: skip

    def end(self, key: str, entry: Docked) -> None:
        """A docking is over; its catalog here, if any, is free of it."""
        if entry.catalog:
            self.call("locks", "free", entry.catalog, docking=key)
        self.dockings.remove(key)
        self.emit("ended", docking=key)


def check_state(entry: Docked, wanted: str) -> None:
    sentence = f"此对接现为 {entry.state}。 This docking stands at {entry.state}."
    require(entry.state == wanted, sentence, code="docking.state")
