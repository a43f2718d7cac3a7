"""Random acts on requests and grants, held against a plain model of them."""

from typing import Any

from civic import (
    COLUMNS,
    departments,
    receipt,
    register_people,
    terms,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.client.signing import call
from huabiao.testing.city import DAY, City

# -- random acts against a plain model -------------------------------------------------

NAMES = st.lists(st.sampled_from(COLUMNS[:3]), min_size=1, max_size=3, unique=True)
FILTERS = st.lists(st.sampled_from(["110101", "110102"]), max_size=2, unique=True)
IDS = st.sampled_from(["g1", "g2"])
WHO = st.sampled_from(["人社局", "民政局", "交通委"])
ACTS = st.one_of(
    st.tuples(st.just("request"), WHO, IDS, NAMES, FILTERS, st.integers(1, 3)),
    st.tuples(st.just("approve"), WHO, IDS, NAMES, FILTERS, st.integers(1, 3)),
    st.tuples(st.just("receipt"), WHO, IDS, NAMES, FILTERS, st.integers(0, 4)),
    st.tuples(st.just("revoke"), WHO, IDS, NAMES, FILTERS, st.integers(0, 0)),
    st.tuples(st.just("decline"), WHO, IDS, NAMES, FILTERS, st.integers(0, 0)),
)
OWNER = "人社局"


class Model:
    """Grants as [state, reader, asked, given, rows today], each by its id."""

    def __init__(self) -> None:
        self.grants: dict[str, list[Any]] = {}

    def expect(self, act: Any) -> str:
        what, who, id_, columns, values, rows = act
        if what == "request":
            if id_ in self.grants:
                return "record.exists"
            self.grants[id_] = ["requested", who, (columns, values, rows), None, 0]
            return "ok"
        if id_ not in self.grants:
            return "record.unknown"
        grant = self.grants[id_]
        needed = "requested" if what in ("approve", "decline") else "granted"
        if grant[0] != needed:
            return "state.wrong"
        if who != OWNER and not (what == "revoke" and who == grant[1]):
            return "party.other"
        return str(getattr(self, what)(grant, columns, values, rows))

    def approve(self, grant: Any, columns: Any, values: Any, rows: int) -> str:
        asked = grant[2]
        if not set(columns) <= set(asked[0]):
            return "grant.wider.columns"
        if not set(asked[1]) <= set(values):
            return "grant.wider.conditions"
        if rows > asked[2]:
            return "grant.wider.rate"
        grant[0], grant[3] = "granted", (columns, values, rows)
        return "ok"

    def receipt(self, grant: Any, columns: Any, values: Any, rows: int) -> str:
        given = grant[3]
        if not set(columns) <= set(given[0]):
            return "receipt.columns"
        if rows > given[2]:
            return "receipt.rows"
        if grant[4] + rows > 4:
            return "receipt.day"
        grant[4] += rows
        return "ok"

    def revoke(self, grant: Any, *_: Any) -> str:
        grant[0] = "revoked"
        return "ok"

    def decline(self, grant: Any, *_: Any) -> str:
        grant[0] = "refused"
        return "ok"


def act_on(city: City, model: Model, act: Any, number: int, start: int) -> str:
    what, who, id_, columns, values, rows = act
    said = terms(
        city, columns=columns, since=start, until=start + DAY, rows_a_day=4,
        conditions=[["district", "ne", [each]] for each in values],
        rows_a_request=max(rows, 1),
    )  # fmt: skip
    arguments: dict[str, Any] = {"reason": "r"}
    if what == "request":
        arguments = {
            "table": "people", "purpose": "p", "legal_basis": "l", "terms": said,
        }  # fmt: skip
    elif what == "approve":
        arguments = {"terms": said}
    elif what == "receipt":
        reader = model.grants[id_][1] if id_ in model.grants else who
        arguments = receipt(
            city, city.cast(reader), id_, number, columns=columns, rows=rows
        )
    made = call("sharing", what, id_, **arguments)
    return city.submit(city.cast(who), made).code


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, max_size=20))
def test_random_acts_keep_the_grants(tmp_path_factory: Any, acts: list[Any]) -> None:
    city = City(tmp_path_factory.mktemp("random"))
    departments(city, OWNER, "民政局", "交通委")
    register_people(city, city.cast(OWNER))
    model, start = Model(), city.now
    for number, act in enumerate(acts):
        got = act_on(city, model, act, number, start)
        assert got == model.expect(act), act
    for id_, grant in model.grants.items():
        record = city.record("sharing", id_)
        assert (record["state"], record["rows"]) == (grant[0], grant[4])
    city.close()
