"""
The three levels and their locks. Each test starts from a valid case, spoils one thing
and expects one code; then random acts are held against a plain model.
"""

from typing import Any

import pytest
from civic import (
    column,
    departments,
    people_columns,
    register_people,
    resource,
    structure,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.client.signing import call
from huabiao.services.databases.population import department_code
from huabiao.testing.city import City

Town = tuple[City, Any, Any]


@pytest.fixture
def town(tmp_path: Any) -> Any:
    city = City(tmp_path)
    owner, other = departments(city, "人社局", "民政局")
    register_people(city, owner)
    yield city, owner, other
    city.close()


def test_the_three_levels_stand_on_each_other(town: Town) -> None:
    city, owner, _ = town
    assert city.read("directory/duties/SI-1")[4] == 2
    assert city.read("directory/catalogs/SI-PEOPLE")[0] == owner.account
    assert city.read("library/tables/people")[6] == len(people_columns())
    assert city.read("library/standing/catalog/SI-PEOPLE") == [1]


def test_a_level_keeps_what_the_next_stands_on(town: Town) -> None:
    city, owner, _ = town
    for level, code in (("duty", "SI-1"), ("system", "SI-SYS")):
        city.refused("locked", owner, "directory", "retire", code, level=level)
    city.refused("locked", owner, "directory", "retire", "SI-PEOPLE", level="catalog")
    city.call(owner, "library", "retire_table", "people")
    city.refused("locked", owner, "directory", "retire", "SI-1", level="duty")
    city.call(owner, "directory", "retire", "SI-PEOPLE", level="catalog")
    city.call(owner, "directory", "retire", "SI-SYS", level="system")
    city.call(owner, "directory", "retire", "SI-1", level="duty")
    left = (
        "directory/duties/SI-1",
        "library/columns/people#0",
    )
    assert [city.read(key) for key in left] == [None, None]


def test_a_catalog_keeps_its_items_while_a_table_stands_on_it(town: Town) -> None:
    city, owner, _ = town
    fewer = resource(items=[["居住区", "C", 6]])
    city.refused(
        "locked", owner, "directory", "revise_catalog", "SI-PEOPLE", resource=fewer
    )
    more = resource(items=[["姓名", "C", 50], ["居住区", "C", 6], ["性别", "C", 1]])
    city.call(owner, "directory", "revise_catalog", "SI-PEOPLE", resource=more)
    city.call(owner, "library", "retire_table", "people")
    city.call(owner, "directory", "revise_catalog", "SI-PEOPLE", resource=fewer)


def test_only_the_owner_changes_its_entries(town: Town) -> None:
    city, _, other = town
    columns = people_columns()
    facts = {"structure": structure(city, columns), "columns": columns}
    for contract, operation, key, arguments in (
        ("directory", "retire", "SI-1", {"level": "duty"}),
        ("directory", "register_system", "X", {"duty": "SI-1", "title": "x"}),
        ("directory", "register_catalog", "X",
         {"duty": "SI-1", "resource": resource()}),
        ("directory", "revise_catalog", "SI-PEOPLE", {"resource": resource()}),
        ("library", "revise_table", "people", facts),
        ("library", "retire_table", "people", {}),
        ("library", "register_table", "x",
         {"catalog": "SI-PEOPLE", "system": "SI-SYS", **facts}),
        ("library", "classify_column", "people",
         {"column": "id", "personal": "name", "grade": "personal"}),
    ):  # fmt: skip
        city.refused("owner.other", other, contract, operation, key, **arguments)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "3030/12"}, "catalog.code"),
        ({"code": "303001"}, "catalog.code"),
        ({"code": "303001/１"}, "catalog.code"),
        ({"provider_code": department_code(3)[:-1] + "Z"}, "catalog.provider_code"),
        ({"items": []}, "catalog.items"),
        ({"items": [["a", "C", 1], ["a", "N", 1]]}, "catalog.items"),
        ({"items": [["a", "Z", 1]]}, "argument.malformed"),
        ({"title": ""}, "catalog.title"),
        ({"sharing": "not_shared"}, "catalog.legal_basis"),
        ({"sharing_condition": ""}, "catalog.condition"),
        ({"classified": True}, "catalog.classified"),
    ],
)
def test_what_the_guide_demands(town: Town, changes: Any, code: str) -> None:
    city, owner, _ = town
    spoiled = resource(**changes)
    city.refused(
        code, owner, "directory", "register_catalog", "C2",
        duty="SI-1", resource=spoiled,
    )  # fmt: skip


def test_credit_codes_of_real_form_pass_and_others_do_not(town: Town) -> None:
    """python-stdnum, an independent implementation of GB 32100, made the codes."""
    city, owner, _ = town
    for serial in range(1, 10):
        code = department_code(serial)
        city.call(
            owner, "directory", "register_catalog", f"C{serial}",
            duty="SI-1", resource=resource(provider_code=code),
        )  # fmt: skip
        wrong = code[:5] + ("1" if code[5] != "1" else "2") + code[6:]
        city.refused(
            "catalog.provider_code", owner, "directory", "register_catalog", "CX",
            duty="SI-1", resource=resource(provider_code=wrong),
        )  # fmt: skip


def test_a_place_is_registered_once(town: Town) -> None:
    city, owner, _ = town
    columns = people_columns()
    facts = {
        "catalog": "SI-PEOPLE", "system": "SI-SYS",
        "structure": structure(city, columns), "columns": columns,
    }  # fmt: skip
    city.refused("entry.exists", owner, "library", "register_table", "again", **facts)
    facts["structure"] = structure(city, columns, name="others")
    city.refused("entry.exists", owner, "library", "register_table", "people", **facts)
    city.call(owner, "library", "register_table", "others", **facts)


def test_a_wide_table_comes_in_pages_and_is_checked_whole(town: Town) -> None:
    city, owner, _ = town
    columns = [column(f"列 {number} '\"") for number in range(620)]
    facts = {"catalog": "SI-PEOPLE", "system": "SI-SYS"}
    wide = structure(city, columns, name="wide")
    city.refused(
        "table.columns", owner, "library", "register_table", "wide",
        structure=wide, columns=columns[:251], **facts,
    )  # fmt: skip
    city.call(
        owner, "library", "register_table", "wide",
        structure=wide, columns=columns[:250], **facts,
    )  # fmt: skip
    city.call(owner, "library", "extend_table", "wide", columns=columns[250:500])
    other = [*columns[500:619], column("其他")]
    city.refused(
        "table.digest", owner, "library", "extend_table", "wide", columns=other
    )
    city.call(owner, "library", "extend_table", "wide", columns=columns[500:])
    one = columns[:1]
    city.refused("table.columns", owner, "library", "extend_table", "wide", columns=one)
    assert city.read("library/tables/wide")[5:7] == [3, 620]


def test_the_owner_decides_what_is_personal(town: Town) -> None:
    city, owner, _ = town
    city.call(
        owner, "library", "classify_column", "people",
        column="district", personal="address", grade="personal",
    )  # fmt: skip
    page = city.read("library/columns/people#0")[0]
    assert [each[6:8] for each in page if each[0] == "district"] == [
        ["address", "personal"]
    ]
    city.refused(
        "column.unknown", owner, "library", "classify_column", "people",
        column="nowhere", personal="name", grade="personal",
    )  # fmt: skip


def test_a_column_fills_an_item_that_is_there(town: Town) -> None:
    city, owner, _ = town
    columns = [column("a", item="不存在")]
    city.refused(
        "column.item", owner, "library", "register_table", "t", catalog="SI-PEOPLE",
        system="SI-SYS", structure=structure(city, columns, "t"), columns=columns,
    )  # fmt: skip


# -- random acts against a plain model -------------------------------------------------

WHO = st.sampled_from(["人社局", "民政局"])
CODES = st.sampled_from(["a", "b"])
ACTS = st.one_of(
    st.tuples(st.just("duty"), WHO, CODES, CODES),
    st.tuples(st.just("system"), WHO, CODES, CODES),
    st.tuples(st.just("catalog"), WHO, CODES, CODES),
    st.tuples(st.just("table"), WHO, CODES, CODES),
    st.tuples(st.just("retire duty"), WHO, CODES, CODES),
    st.tuples(st.just("retire system"), WHO, CODES, CODES),
    st.tuples(st.just("retire catalog"), WHO, CODES, CODES),
    st.tuples(st.just("retire table"), WHO, CODES, CODES),
)


class Model:
    """Levels as dictionaries: code → (owner, codes of the level above)."""

    def __init__(self) -> None:
        self.levels: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
            level: {} for level in ("duty", "system", "catalog", "table")
        }

    def expect(self, act: tuple[str, str, str, str]) -> str:
        """The code that the city must answer with; does the act if it is ok."""
        what, who, code, above = act
        if what.startswith("retire"):
            return self._retire(what.split()[1], who, code)
        stands = {
            "duty": {},
            "system": {"duty": above},
            "catalog": {"duty": above},
            "table": {"catalog": above, "system": code},
        }[what]
        for level, name in stands.items():
            if name not in self.levels[level]:
                return "entry.unknown"
            if self.levels[level][name][0] != who:
                return "owner.other"
        if code in self.levels[what]:
            return "entry.exists"
        self.levels[what][code] = who, stands
        return "ok"

    def _retire(self, level: str, who: str, code: str) -> str:
        if code not in self.levels[level]:
            return "entry.unknown"
        if self.levels[level][code][0] != who:
            return "owner.other"
        for entries in self.levels.values():
            for _, stands in entries.values():
                if stands.get(level) == code:
                    return "locked"
        del self.levels[level][code]
        return "ok"


def act_on(city: City, act: tuple[str, str, str, str]) -> str:
    what, who, code, above = act
    contract, arguments = "directory", {}
    operation = f"register_{what}"
    if what == "duty":
        arguments = {"office": "o", "title": "t", "legal_source": "l"}
    elif what == "system":
        arguments = {"duty": above, "title": "t"}
    elif what == "catalog":
        arguments = {"duty": above, "resource": resource()}
    elif what == "table":
        contract, columns = "library", people_columns()
        facts = structure(city, columns, name=code)
        arguments = {
            "catalog": above, "system": code, "structure": facts, "columns": columns
        }  # fmt: skip
    elif what == "retire table":
        contract, operation = "library", "retire_table"
    else:
        operation, arguments = "retire", {"level": what.split()[1]}
    made = call(contract, operation, code, **arguments)
    return city.submit(city.cast(who), made).code


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, max_size=25))
def test_random_acts_keep_the_locks(tmp_path_factory: Any, acts: list[Any]) -> None:
    city = City(tmp_path_factory.mktemp("random"))
    departments(city, "人社局", "民政局")
    model = Model()
    for act in acts:
        assert act_on(city, act) == model.expect(act), act
    for level, shelf in (("duty", "duties"), ("system", "systems")):
        for code in ("a", "b"):
            there = city.read(f"directory/{shelf}/{code}") is not None
            assert there == (code in model.levels[level])
    city.close()
