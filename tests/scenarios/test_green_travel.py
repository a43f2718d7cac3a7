"""Green travel: what its story does not show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.stories.green_travel import FACTORS, walk
from huabiao.testing import City, CityGround, Stage, unbalanced
from huabiao.testing.city import DAY, HOUR, MINUTE

TRAVEL = "green_travel"
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class GreenTravel(" in each],
]
ROLES = ("bureau", "operator", "verifier", "buyer")
BASELINE = 104_000
METHOD = {
    "name": "DB11/T 3043—2024",
    "baseline": BASELINE,
    "factors": [[each["mode"], each["milligrams"]] for each in FACTORS],
}


def make_city(folder):
    made = City(folder, sources=SOURCES)
    for role in ROLES:
        made.grant(TRAVEL, role, made.cast(role))
    made.call(made.cast("bureau"), TRAVEL, "publish", **METHOD)
    return made


@pytest.fixture
def city(tmp_path):
    made = make_city(tmp_path)
    yield made
    assert unbalanced(made) == []
    made.close()


@pytest.fixture(scope="module")
def long_city(tmp_path_factory):
    made = make_city(tmp_path_factory.mktemp("trips"))
    yield made
    made.close()


def trip(city, started, ended, rider="rider", mode="rail", metres=10_000):
    """A trip between two moments, in milliseconds before now."""
    traveller = city.cast(rider).account
    times = {"started": city.now - started, "ended": city.now - ended}
    return {"traveller": traveller, "mode": mode, "metres": metres, **times}


def log(city, key, *times, **changed):
    city.call(
        city.cast("operator"), TRAVEL, "log", key, **trip(city, *times, **changed)
    )


def credit(city, key, rider="rider"):
    city.call(city.cast("verifier"), TRAVEL, "verify", key)
    city.call(city.cast(rider), TRAVEL, "credit", key)


def held(city, name):
    stored = city.read(f"{TRAVEL}/credits/{city.cast(name).account.hex()}")
    return stored[0] if stored else 0


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(FACTORS), st.integers(0, 10**7))
def test_grams_are_baseline_less_project_rounded_down(long_city, factor, metres):
    city = long_city
    city.pass_time(2 * MINUTE)
    key = str(city.ledger.height)
    log(city, key, 2 * MINUTE, MINUTE, mode=factor["mode"], metres=metres)
    city.call(city.cast("verifier"), TRAVEL, "verify", key)
    record = city.record(TRAVEL, key)
    milligrams = (BASELINE - factor["milligrams"]) * metres // 1_000
    assert record["reduction"] == milligrams // 1_000
    assert record["method"] == "DB11/T 3043—2024 v1"


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 12)), min_size=1, max_size=8)
)
def test_nobody_makes_two_trips_at_a_time(long_city, wanted):
    city = long_city
    city.pass_time(63 * HOUR)
    base, taken = city.now - 63 * HOUR, []
    for number, (begin, length) in enumerate(wanted):
        started, ended = base + begin * HOUR, base + (begin + length) * HOUR
        arguments = trip(city, 0, 0, "busy") | {"started": started, "ended": ended}
        call = Call(TRAVEL, "log", f"{city.ledger.height}.{number}", arguments)
        receipt = city.submit(city.cast("operator"), call)
        if length == 0:
            assert receipt.code == "times"
        elif any(started < other[1] and other[0] < ended for other in taken):
            assert receipt.code == "overlap"
        else:
            assert receipt.accepted
            taken.append((started, ended))


@pytest.mark.parametrize(
    ("started", "ended"),
    [(HOUR, -HOUR), (HOUR, HOUR), (HOUR, 2 * HOUR), (32 * DAY, 31 * DAY)],
    ids=["not ended", "no time", "backwards", "long past"],
)
def test_a_trip_has_ended_and_lies_within_a_month(city, started, ended):
    given_ = trip(city, started, ended)
    city.refused("times", city.cast("operator"), TRAVEL, "log", "t", **given_)


def test_the_same_trip_is_taken_once_under_whatever_number(city):
    log(city, "t", 2 * HOUR, HOUR)
    city.now -= 1  # the same moments again
    same = trip(city, 2 * HOUR, HOUR)
    operator, other = city.cast("operator"), city.cast("other operator")
    city.grant(TRAVEL, "operator", other)
    city.refused("record.exists", operator, TRAVEL, "log", "t", **same)
    city.refused("overlap", operator, TRAVEL, "log", "t2", **same)
    city.refused("overlap", other, TRAVEL, "log", "t3", **same)
    log(city, "t4", 2 * HOUR, HOUR, rider="somebody else")


def test_a_rejected_trip_leaves_its_time_free(city):
    log(city, "wrong", 2 * HOUR, HOUR)
    city.call(city.cast("verifier"), TRAVEL, "reject", "wrong", reason="no such ride")
    log(city, "right", 2 * HOUR, HOUR)
    verifier = city.cast("verifier")
    city.refused("state.wrong", verifier, TRAVEL, "verify", "wrong")


def test_trips_of_a_month_ago_are_forgotten_and_so_the_entry_stays_small(city):
    rider = city.cast("rider").account.hex()
    log(city, "a", 2 * HOUR, HOUR)
    city.pass_time(40 * DAY)
    log(city, "b", 2 * HOUR, HOUR)
    assert len(city.read(f"{TRAVEL}/trips/{rider}")[0]) == 1


def test_a_trip_is_verified_by_the_newest_version_and_keeps_it(city):
    log(city, "old", 4 * HOUR, 3 * HOUR)
    city.call(city.cast("verifier"), TRAVEL, "verify", "old")
    tighter = METHOD | {"baseline": 90_000, "factors": [["rail", 30_000]]}
    city.call(city.cast("bureau"), TRAVEL, "publish", **tighter)
    log(city, "new", 2 * HOUR, HOUR)
    city.call(city.cast("verifier"), TRAVEL, "verify", "new")
    old, new = city.record(TRAVEL, "old"), city.record(TRAVEL, "new")
    assert (old["reduction"], old["method"][-2:]) == (720, "v1")
    assert (new["reduction"], new["method"][-2:]) == (600, "v2")
    log(city, "bus", HOUR, MINUTE, mode="bus")
    city.refused("mode", city.cast("verifier"), TRAVEL, "verify", "bus")


def test_a_factor_above_the_baseline_saves_nothing_and_is_refused(city):
    wrong = METHOD | {"factors": [["rail", BASELINE + 1]]}
    city.refused("method", city.cast("bureau"), TRAVEL, "publish", **wrong)


def test_nobody_retires_or_gives_more_than_is_held(city):
    log(city, "t", 2 * HOUR, HOUR)
    credit(city, "t")
    rider, buyer = city.cast("rider"), city.cast("buyer")
    assert held(city, "rider") == 720
    more = {"amount": 721, "purpose": "x"}
    city.refused("books.short", rider, TRAVEL, "retire", **more)
    reward = {"buyer": buyer.account, "reward": "x"}
    city.refused("books.short", rider, TRAVEL, "exchange", amount=721, **reward)
    city.call(rider, TRAVEL, "exchange", amount=700, **reward)
    city.call(rider, TRAVEL, "retire", amount=20, purpose="x")
    assert (held(city, "rider"), held(city, "buyer")) == (0, 700)
    assert city.read(f"{TRAVEL}/credits/retired")[0] == 20
    city.refused("books.short", rider, TRAVEL, "retire", amount=1, purpose="x")


def test_a_trip_is_credited_once_and_to_its_traveller(city):
    log(city, "t", 2 * HOUR, HOUR)
    city.refused("state.wrong", city.cast("rider"), TRAVEL, "credit", "t")
    city.call(city.cast("verifier"), TRAVEL, "verify", "t")
    city.refused("party.other", city.cast("operator"), TRAVEL, "credit", "t")
    city.call(city.cast("rider"), TRAVEL, "credit", "t")
    city.refused("state.wrong", city.cast("rider"), TRAVEL, "credit", "t")


def test_the_story_can_be_walked_twice(tmp_path):
    city = City(tmp_path, sources=SOURCES)
    stage = Stage(TRAVEL, CityGround(city))
    walk(stage)
    city.pass_time(DAY)
    walk(stage)
    city.close()
