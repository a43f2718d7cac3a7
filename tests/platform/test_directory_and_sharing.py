"""Directory and sharing: a valid case, then one thing spoiled at a time."""

import pytest

from huabiao.testing import City

DAY_MS = 86_400_000
TABLE = "hr.public.people"
COLUMNS = [
    ["name", "text", "C", False, "姓名", "name/personal"],
    ["id", "text", "C", False, "", ""],
]


@pytest.fixture
def civic(tmp_path):
    """A city where an owner has registered a table, and a reader has its role."""
    city = City(tmp_path)
    owner, reader = city.cast("owner"), city.cast("reader")
    for scenario in ("directory", "sharing"):
        city.grant(scenario, "department", owner, reader)

    def do(operation, key, **arguments):
        return city.call(owner, "directory", operation, key, **arguments)

    do("register_duty", "z1", office="o", title="t", legal_source="社会保险法")
    do("register_system", "s1", duty="z1", title="人社系统")
    do(
        "register_catalog", "c1", duty="z1", code="303001/12", title="参保人员",
        abstract="a", classification="部门", format="database",
        items=[["姓名", "C", 20]], sharing="conditional", cycle="daily",
    )  # fmt: skip
    do(
        "register_table", TABLE, catalog="c1", system="s1", database="hr",
        schema_name="public", table_name="people", kind="table", rows=5,
        structure=b"\1" * 32, columns=COLUMNS,
    )  # fmt: skip
    yield city, owner, reader
    city.close()


def terms(city, columns=("name",), conditions=(), days=10, rate=10):
    return [
        list(columns), list(conditions), city.now, city.now + days * DAY_MS, rate, 100,
    ]  # fmt: skip


def test_a_level_cannot_lose_what_the_next_stands_on(civic):
    city, owner, reader = civic
    for key, level in (("z1", "duty"), ("s1", "system"), ("c1", "catalog")):
        city.refused("locked", owner, "directory", "retire", key, level=level)
    city.refused("owner.other", reader, "directory", "retire", "c1", level="catalog")
    for key, level in (
        (TABLE, "table"), ("s1", "system"), ("c1", "catalog"), ("z1", "duty"),
    ):  # fmt: skip
        city.call(owner, "directory", "retire", key, level=level)


def test_drift_is_an_alert_until_its_owner_answers(civic):
    city, owner, _ = civic
    change = ["column dropped", "id", "text", "", "dropped"]
    seen = {"system": "s1", "changes": [change], "structure": b"\2" * 32}
    city.call(owner, "directory", "report_drift", TABLE, **seen)
    wrong = {"rows": 5, "structure": b"\3" * 32, "columns": COLUMNS[:1]}
    city.refused("structure", owner, "directory", "accept_drift", TABLE, **wrong)
    right = {**wrong, "structure": b"\2" * 32}
    city.call(owner, "directory", "accept_drift", TABLE, **right)
    city.refused("answered", owner, "directory", "accept_drift", TABLE, **right)
    city.call(owner, "directory", "report_drift", TABLE, **seen)
    city.call(owner, "directory", "report_drift", TABLE, **{**seen, "changes": []})
    assert city.read(f"directory/alerts/{TABLE}")[5] == "repaired"


def test_a_grant_is_never_wider_than_the_request(civic):
    city, owner, reader = civic
    asked = terms(city, conditions=[["id", "eq", ["7"]]])
    ask = {"table": TABLE, "purpose": "p", "legal_basis": "l"}
    unknown = terms(city, columns=["salary"])
    city.refused(
        "column.unknown", reader, "sharing", "request", "r1", **ask, terms=unknown
    )
    city.call(reader, "sharing", "request", "r1", **ask, terms=asked)
    city.refused("conditional", reader, "sharing", "claim", "r1")
    city.refused("party.other", reader, "sharing", "approve", "r1", terms=asked)
    for wider in (
        [["name", "id"], *asked[1:]],
        [asked[0], [], *asked[2:]],
        [*asked[:3], asked[3] + 1, *asked[4:]],
        [*asked[:4], asked[4] + 1, asked[5]],
    ):
        city.refused("grant.wider", owner, "sharing", "approve", "r1", terms=wider)
    city.call(owner, "sharing", "approve", "r1", terms=asked)
    city.call(owner, "sharing", "revoke", "r1", reason="ended")
