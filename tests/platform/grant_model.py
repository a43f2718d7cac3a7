"""
A plain model of a catalog's sharing and of the grants on it, and random acts on both.

Each act is (what, who, id, columns, filter values, number). `calls_of` turns it into a
call on anything that looks like a City: a ledger, or a city behind an address.
"""

from typing import Any

from civic import COLUMNS, receipt, resource, terms
from hypothesis import strategies as st

from huabiao.client.signing import call
from huabiao.crypto.envelope import Call
from huabiao.testing.city import DAY

OWNER, OTHERS = "人社局", ("民政局", "交通委")
LEVELS = ("conditional", "unconditional", "not_shared")

NAMES = st.lists(st.sampled_from(COLUMNS[:3]), min_size=1, max_size=3, unique=True)
FILTERS = st.lists(st.sampled_from(["110101", "110102"]), max_size=2, unique=True)
NUMBERS = {"request": (1, 3), "approve": (1, 3), "receipt": (0, 4), "revise": (0, 2)}
ACTS = st.one_of(
    st.tuples(
        st.just(what), st.sampled_from([OWNER, *OTHERS]), st.sampled_from(["g1", "g2"]),
        NAMES, FILTERS, st.integers(*NUMBERS.get(what, (0, 0))),
    )
    for what in (
        "request", "approve", "receipt", "revoke", "decline", "claim", "revise",
    )
)  # fmt: skip


class Model:
    """Grants as [state, reader, asked, given, rows today], each by its id."""

    def __init__(self) -> None:
        self.grants: dict[str, list[Any]] = {}
        self.sharing = "conditional"

    def expect(self, act: Any) -> str:
        """The code that this act must answer; the model is then after it."""
        what, who, id_, columns, values, number = act
        if what == "revise":
            return self.revise(who, number)
        if what == "request":
            return self.request(who, id_, (columns, values, number))
        if id_ not in self.grants:
            return "record.unknown"
        grant = self.grants[id_]
        waits = what in ("approve", "decline", "claim")
        if grant[0] != ("requested" if waits else "granted"):
            return "state.wrong"
        may = {"claim": (grant[1],), "revoke": (grant[1], OWNER)}.get(what, (OWNER,))
        if who not in may:
            return "party.other"
        return str(getattr(self, what)(grant, columns, values, number))

    def revise(self, who: str, number: int) -> str:
        if who != OWNER:
            return "owner.other"
        self.sharing = LEVELS[number]
        return "ok"

    def request(self, who: str, id_: str, asked: Any) -> str:
        if id_ in self.grants:
            return "record.exists"
        if self.sharing == "not_shared":
            return "not_shared"
        self.grants[id_] = ["requested", who, asked, None, 0]
        return "ok"

    def claim(self, grant: Any, *_: Any) -> str:
        if self.sharing != "unconditional":
            return "conditional"
        grant[0], grant[3] = "granted", grant[2]
        return "ok"

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


def call_of(
    town: Any, model: Model, act: Any, number: int, start: int, before: str = ""
) -> Call:
    """The call of an act; `before` stands before the ids, `number` is the receipt's."""
    what, who, id_, columns, values, rows = act
    if what == "revise":
        revised = resource(sharing=LEVELS[rows], legal_basis="社会保险法")
        return call("directory", "revise_catalog", "SI-PEOPLE", resource=revised)
    said = terms(
        town, columns=columns, since=start, until=start + DAY, rows_a_day=4,
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
    elif what == "claim":
        arguments = {}
    elif what == "receipt":
        reader = model.grants[id_][1] if id_ in model.grants else who
        arguments = receipt(
            town, town.cast(reader), before + id_, number, columns=columns, rows=rows
        )
    return call("sharing", what, before + id_, **arguments)
