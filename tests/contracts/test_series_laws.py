"""The laws of the part `series`, against a model, through a contract that uses it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.codec import decode
from huabiao.contracts.parts.series import DOMAIN, statement
from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City

SOURCE = '''
"""Every use of a series."""
from huabiao.contracts import (
    Code, Count, Instant, ListOf, Number, PublicKey, Scenario, Series, Signature, Text,
    Title, anyone, does,
)


class Meter(Scenario):
    """Reads."""

    title = Title(zh="表", en="Meter")
    line = Series()

    @does(by=anyone, keyed=True)
    def install(
        self, key: PublicKey, interval: Count, since: Instant, until: Instant,
        limit: Number,
    ) -> None:
        """Install."""
        self.line.install(self.key, key, self.caller, interval, (since, until), limit)

    @does(by=anyone, keyed=True)
    def retire(self) -> None:
        """Retire."""
        self.line.retire(self.key)

    @does(by=anyone, keyed=True)
    def report(self, start: Instant, steps: ListOf[Number], sign: Signature) -> None:
        """Report."""
        self.emit("batch", **self.line.append(self.key, start, steps, sign).detail())

    @does(by=anyone, keyed=True)
    def alarm(self, id: Code, patience: Count) -> None:
        """Raise an alarm."""
        self.line.alarm(self.key, id, self.line.fault(self.key, patience))

    @does(by=anyone, keyed=True)
    def settle(self) -> None:
        """Settle."""
        self.line.settle(self.key)
'''
METER, SECOND, LIMIT = "meter", 1_000, 50
FIELDS = ("key", "owner", "interval", "until", "limit", "next", "line", "taken",
          "missing", "highest", "alarm")  # fmt: skip


@pytest.fixture(scope="module", params=["intl", "sm"])
def city(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("meter")
    sources = [*founding_sources(), SOURCE]
    made = City(folder, request.param, sources=sources)
    yield made
    made.close()


def install(city, since, until, limit=LIMIT):
    """A device that is new to the city; its id."""
    device, key = f"d{city.ledger.height}", city.cast("device").public
    city.call(
        city.cast("anna"), METER, "install", device, key=key, interval=SECOND,
        since=since, until=until, limit=limit,
    )  # fmt: skip
    return device


def report(city, device, start, values, signer="device"):
    """An upload of absolute readings, by somebody else than the device."""
    steps = [now - before for before, now in zip([0, *values], values, strict=False)]
    said = statement("test-city", METER, device, start, steps)
    sign = city.cast(signer).sign(said)
    arguments = {"start": start, "steps": steps, "sign": sign}
    return city.submit(city.cast("ben"), Call(METER, "report", device, arguments))


def state(city, device):
    return dict(zip(FIELDS, city.read(f"{METER}/line/{device}"), strict=True))


batches = st.lists(
    st.tuples(
        st.integers(-3, 4),  # intervals from where the line has got to
        st.lists(st.integers(-60, 60), max_size=5),
    ),
    max_size=6,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches)
def test_a_line_goes_forward_and_counts_what_is_missing(city, taken):
    start = city.now - 40 * SECOND
    until = start + 20 * SECOND
    device = install(city, start, until)
    due, kept, missing = start, [], 0
    for shift, values in taken:
        at = due + shift * SECOND
        last = at + (len(values) - 1) * SECOND
        receipt = report(city, device, at, values)
        if not values:
            assert receipt.code == "series.empty"
        elif at < due:
            assert receipt.code == "series.backdated"
        elif last >= until:
            assert receipt.code == "series.expired"
        else:
            assert receipt.accepted, receipt.sentence
            told = receipt.results[0].events[0].detail
            assert told == {"read": len(values), "lowest": min(values),
                            "highest": max(values), "missed": shift}  # fmt: skip
            due, missing = last + SECOND, missing + shift
            kept += values
    found = state(city, device)
    assert (found["next"], found["taken"]) == (due, len(kept))
    assert found["missing"] == missing
    assert not kept or found["highest"] == max(kept)


def test_the_entry_is_bound_to_every_batch(city):
    start = city.now - 40 * SECOND
    device = install(city, start, city.now)
    digest, line = city.admin.suite.digest, bytes(32)
    for number, values in enumerate(([1, 2, 3], [5, -5])):
        at = start + number * 3 * SECOND
        assert report(city, device, at, values).accepted
        steps = [[1, 1, 1], [5, -10]][number]
        said = statement("test-city", METER, device, at, steps)
        assert decode(said.removeprefix(DOMAIN)) == [
            "test-city", METER, device, at, steps,
        ]  # fmt: skip
        line = digest(line + said)
        assert state(city, device)["line"] == line


def test_only_the_device_itself_speaks_for_it(city):
    start = city.now - 40 * SECOND
    device, other = install(city, start, city.now), install(city, start, city.now)
    assert report(city, device, start, [1], "anna").code == "series.signature"
    said = statement("test-city", METER, device, start, [7])
    sign = city.cast("device").sign(said)
    # the same key of another device, another start, another value
    for spoilt in (
        (other, {"start": start, "steps": [7]}),
        (device, {"start": start + SECOND, "steps": [7]}),
        (device, {"start": start, "steps": [8]}),
        (device, {"start": start, "steps": [7, 0]}),
    ):
        arguments = spoilt[1] | {"sign": sign}
        city.refused(
            "series.signature",
            city.cast("ben"),
            METER,
            "report",
            spoilt[0],
            **arguments,
        )
    good = {"start": start, "steps": [7], "sign": sign}
    city.call(city.cast("ben"), METER, "report", device, **good)
    city.refused("series.backdated", city.cast("ben"), METER, "report", device, **good)


def test_nothing_is_read_in_the_future_nor_after_the_end(city):
    device = install(city, city.now - 5 * SECOND, city.now + 60 * SECOND)
    assert report(city, device, city.now + SECOND, [1]).code == "series.future"
    assert report(city, device, city.now - 2 * SECOND, [1]).accepted
    city.call(city.cast("anna"), METER, "retire", device)
    city.pass_time(10 * SECOND)
    assert report(city, device, city.now - SECOND, [1]).code == "series.expired"
    assert report(city, "unknown", city.now, [1]).code == "series.unknown"


def alarm(city, device, patience=2, id_="a"):
    arguments = {"id": id_, "patience": patience}
    return city.submit(city.cast("ben"), Call(METER, "alarm", device, arguments)).code


def test_an_alarm_needs_a_fault_and_stands_alone(city):
    start = city.now
    device = install(city, start, start + 900 * SECOND)
    assert alarm(city, device) == "series.well"
    city.pass_time(3 * SECOND)
    assert alarm(city, device) == "ok"  # silence
    assert alarm(city, device, id_="b") == "series.alarmed"
    city.call(city.cast("anna"), METER, "settle", device)
    assert report(city, device, start + SECOND, [1, 2]).accepted  # one is missing
    assert alarm(city, device, 99) == "ok"
    city.call(city.cast("anna"), METER, "settle", device)
    assert alarm(city, device, 99) == "series.well"
    assert report(city, device, start + 3 * SECOND, [LIMIT]).accepted
    assert alarm(city, device, 99) == "series.well"
    city.pass_time(SECOND)
    assert report(city, device, start + 4 * SECOND, [LIMIT + 1]).accepted
    assert alarm(city, device, 99) == "ok"  # over the limit


def test_a_device_that_was_retired_is_not_silent(city):
    device = install(city, city.now, city.now + 900 * SECOND)
    city.call(city.cast("anna"), METER, "retire", device)
    city.pass_time(100 * SECOND)
    assert alarm(city, device) == "series.well"


def test_a_device_has_a_term(city):
    anna, key = city.cast("anna"), city.cast("device").public
    term = {"key": key, "since": 5, "limit": 0}
    city.refused(
        "series.term", anna, METER, "install", "x", interval=0, until=6, **term
    )
    city.refused(
        "series.term", anna, METER, "install", "x", interval=1, until=5, **term
    )
    city.call(anna, METER, "install", "x", interval=1, until=6, **term)
    city.refused(
        "series.exists", anna, METER, "install", "x", interval=1, until=6, **term
    )
