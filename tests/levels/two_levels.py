"""A city and a district, connected, each knowing the other's level."""

from typing import Any

from huabiao.client.signing import call
from huabiao.services.databases.population import department_code
from huabiao.testing.chains import Chains

CITY, DISTRICT = "beijing", "haidian"
CONTRACTS = ("directory", "library", "sharing", "docking", "remote_sharing")
LOCKED = ["title", "items", "sharing", "grade"]


class TwoLevels(Chains):
    """`up` and `down` are the departments of the city and of the district."""

    def __init__(self, folder: Any, suites: tuple[str, str] = ("intl", "sm")) -> None:
        super().__init__(folder, {CITY: suites[0], DISTRICT: suites[1]})
        self.connect(CITY, DISTRICT)
        self.numbers = {CITY: 0, DISTRICT: 0}
        for here, there, level in (
            (CITY, DISTRICT, "district"),
            (DISTRICT, CITY, "municipal"),
        ):
            city = self[here]
            city.grant("levels", "coordinator", city.admin)
            city.call(
                city.admin, "levels", "recognise", there, level=level, zh=there,
                en=there, code="110000",
            )  # fmt: skip
            for contract in CONTRACTS:
                if contract in city.ledger.contracts:
                    self[here].grant(contract, "department", city.cast("dept"))

    def act(self, name: str, contract: str, operation: str, key: str = "", /, **args):
        """The department of a level does something."""
        self.tick()
        city = self[name]
        return city.call(city.cast("dept"), contract, operation, key, **args)

    def refused(self, code: str, name: str, contract: str, operation: str, key: str,
                /, **args: Any) -> None:  # fmt: skip
        self.tick()
        self[name].refused(
            code, self[name].cast("dept"), contract, operation, key, **args
        )

    def carry_all(self) -> None:
        """Carry whatever is under way, both ways, to its end."""
        for here, there in ((CITY, DISTRICT), (DISTRICT, CITY)):
            newest = self[here].read(f"packets/flows/{there}")
            for number in range(self.numbers[here] + 1, newest[0] if newest else 1):
                self.carry(here, there, number)
                self.numbers[here] = number

    def docking(self, name: str, key: str = "D1") -> dict[str, Any]:
        """A docking as a level sees it, by field names."""
        stored = self[name].read(f"docking/dockings/{key}")
        contract = self[name].ledger.contracts["docking"].scenario
        fields = contract.drawing.parts["dockings"].entry.fields
        return dict(zip(fields, stored, strict=True)) if stored else {}


def catalog_calls(code: str, resource: list[Any]) -> list[Any]:
    return [
        call("directory", "register_duty", f"{code}-duty", office="处",
             title="职责", legal_source="三定规定"),
        call("directory", "register_catalog", code, duty=f"{code}-duty",
             resource=resource),
    ]  # fmt: skip


def resource(**changes: Any) -> list[Any]:
    """A resource in its stored form; `changes` alter it."""
    fields = {
        "code": "303001/12", "title": "参保人员", "abstract": "参加社会保险的人员",
        "classification": "主题/社会保障", "provider": "部门",
        "provider_code": department_code(3), "items": [["姓名", "C", 40]],
        "sharing": "conditional", "cycle": "daily", "format": "database",
        "sharing_condition": "用于核对", "sharing_way": "接口", "legal_basis": "",
        "openness": "not_open", "open_condition": "", "grade": "important",
        "personal": "sensitive", "classified": False, "published": 20_000,
        "related": [],
    }  # fmt: skip
    assert set(changes) <= set(fields)
    return [*(fields | changes).values()]
