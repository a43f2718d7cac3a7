"""
Locks: which catalogs of this chain a docking holds, and in which fields (目录锁定).

1. A docking holds a catalog: it cannot be retired. A district's is held in its locked
   fields too: each stays as one of the city's resources has it.
2. What is docked no more is free.

Only the contract `docking` holds and frees; the directory asks before it changes or
strikes anything. The fields, in the order of the directory's record, are those of
政务信息资源目录编制指南（试行） 2017.
"""

from huabiao.contracts import Bytes as Octets
from huabiao.contracts import (
    Code,
    Count,
    Labels,
    ListOf,
    Record,
    Registry,
    Scenario,
    Text,
    Title,
    answers,
    contract,
    decode,
    does,
    refuse,
    require,
)

FIELDS = (
    "code", "title", "abstract", "classification", "provider", "provider_code", "items",
    "sharing", "cycle", "format", "sharing_condition", "sharing_way", "legal_basis",
    "openness", "open_condition", "grade", "personal", "classified", "published",
    "related",
)  # fmt: skip
ALWAYS_OWN = ("code", "provider", "provider_code", "classified", "published", "related")
"""Fields in which a district's catalog is another than the city's by its nature."""


class Hold(Record):
    """A docking's hold; `standards` are the city's resources that are allowed."""

    docking: Code
    locked: ListOf[Text]
    standards: ListOf[Octets]


class Held(Record):
    """What holds a catalog."""

    holds: ListOf[Hold]


class Locks(Scenario):
    """Keeps docked catalogs as they were agreed."""

    title = Title(zh="目录锁定", en="Locks of catalogs")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    held = Registry(Held, "锁定", "holds")
    labels = Labels(
        holds="锁定记录", docking="对接编号", locked="锁定项", standards="市级标准",
        most="锁定上限", names="锁定项",
    )  # fmt: skip

    @does(by=contract("docking"), keyed=True, title="锁定")
    def hold(
        self, docking: Code, locked: ListOf[Text], standards: ListOf[Octets],
        most: Count,
    ) -> None:  # fmt: skip
        """Hold a catalog, or hold it otherwise; `most` dockings in all."""
        others = [each for each in self.holds_on(self.key) if each.docking != docking]
        require(
            len(others) < most,
            f"此目录至多对接 {most} 次。 This catalog is docked {most} times at most.",
            code="docking.most",
        )
        self.held.put(self.key, Held([*others, Hold(docking, locked, standards)]))

    @does(by=contract("docking"), keyed=True, title="解锁")
    def free(self, docking: Code) -> None:
        """A docking holds a catalog no more."""
        left = [each for each in self.holds_on(self.key) if each.docking != docking]
        if left:
            self.held.put(self.key, Held(left))
        else:
            self.held.remove(self.key)

    @answers
    def dockings_on(self, catalog: Code) -> list:
        """The dockings that hold a catalog."""
        return [each.docking for each in self.holds_on(catalog)]

    @answers
    def may_change(self, catalog: Code, resource: Octets) -> bool:
        """Whether a catalog may become this (nothing: be retired); refused if not."""
        for each in self.holds_on(catalog):
            if resource == b"":
                refuse(
                    f"目录已与另一级对接（{each.docking}），须先由市级撤回。"
                    f" It is docked with the other level ({each.docking}): the city"
                    " withdraws first.",
                    code="docked",
                )
            check_locked(each.locked, resource, each.standards)
        return True

    @answers
    def fits(
        self, locked: ListOf[Text], resource: Octets, standards: ListOf[Octets]
    ) -> bool:
        """Whether a resource has the locked fields of one of these; refused if not."""
        check_locked(locked, resource, standards)
        return True

    @answers
    def can_lock(self, names: ListOf[Text]) -> bool:
        """Whether there are such fields, in which a district can follow; refused."""
        allowed = [name for name in FIELDS if name not in ALWAYS_OWN]
        require(
            names and all(name in allowed for name in names),
            f"锁定的字段须为：{'、'.join(allowed)}。"
            f" Lock some of these fields: {', '.join(allowed)}.",
            code="docking.fields",
        )
        return True

    def holds_on(self, catalog: str) -> list:
        found = self.held.find(catalog)
        return found.holds if found else []


def check_locked(locked: list, resource: Octets, standards: list) -> None:
    """Each locked field is as a standard has it; of items, at least the standard's,
    with their types."""
    mine, allowed = decode(resource), [decode(each) for each in standards]
    for at, name in enumerate(FIELDS):
        require(
            name not in locked or any(has(mine[at], each[at]) for each in allowed),
            f"字段 {name} 由市级锁定，须与市级目录一致。"
            f" The field {name} is locked: it is as the city's catalog has it.",
            code="docking.locked",
        )


def has(mine: list | str, standard: list | str) -> bool:
    """Equal; or of items, all of the standard's by name and type."""
    if not isinstance(standard, list):
        return mine == standard
    named = [each[:2] for each in mine]
    return all(each[:2] in named for each in standard)
