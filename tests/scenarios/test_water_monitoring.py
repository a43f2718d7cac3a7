"""A station's whole life, and every refusal on its way."""

import pytest

from huabiao.codec import decode
from huabiao.contracts.parts.series import statement
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import HOUR, MINUTE, City

WATER, STATION = "water_monitoring", "s1"
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class WaterMonitoring(" in each],
]


@pytest.fixture(params=["intl", "sm"])
def city(tmp_path, request):
    made = City(tmp_path, request.param, sources=SOURCES)
    made.grant(WATER, "bureau", made.cast("bureau"))
    made.grant(WATER, "user", made.cast("works"), made.cast("hotel"))
    start = made.now // MINUTE * MINUTE - 3 * HOUR
    made.call(
        made.cast("bureau"), WATER, "install", STATION, key=made.cast("d").public,
        operator=made.cast("operator").account, seconds=60, since=start,
        until=start + 24 * HOUR, limit=3_000,
    )  # fmt: skip
    made.start = start
    yield made
    made.close()


def signed(city, start, steps, signer="d"):
    said = statement("test-city", WATER, STATION, start, steps)
    return {"start": start, "steps": steps, "sign": city.cast(signer).sign(said)}


def report(city, start, steps):
    return city.call(
        city.cast("anyone"), WATER, "report", STATION, **signed(city, start, steps)
    )


def test_an_hour_of_readings_is_one_call_that_anyone_uploads(city):
    receipt = report(city, city.start, [1_200, *[1, -1] * 29, 5])
    (event,) = [e for e in receipt.results[0].events if e.name == "read"]
    assert event.detail == {
        "read": 60, "lowest": 1_200, "highest": 1_205, "missed": 0,
    }  # fmt: skip
    device = city.read(f"{WATER}/readings/{STATION}")
    assert device[5:8:2] == [city.start + HOUR, 60]
    size = len(city.ledger.read(f"{WATER}/readings/{STATION}"))
    report(city, city.start + HOUR, [1_200] + [0] * 59)
    assert len(city.ledger.read(f"{WATER}/readings/{STATION}")) == size


def test_what_is_past_unknown_or_expired_is_refused(city):
    anyone, hour = city.cast("anyone"), [1_200] + [0] * 59
    report(city, city.start, hour)
    again = signed(city, city.start + 59 * MINUTE, hour)
    city.refused("series.backdated", anyone, WATER, "report", STATION, **again)
    forged = signed(city, city.start + HOUR, hour, "anyone")
    city.refused("series.signature", anyone, WATER, "report", STATION, **forged)
    unknown = signed(city, city.start + HOUR, hour)
    city.refused("series.unknown", anyone, WATER, "report", "s2", **unknown)
    city.call(city.cast("bureau"), WATER, "retire", STATION)
    city.pass_time(2 * HOUR)
    late = signed(city, city.now - HOUR, [1])
    city.refused("series.expired", anyone, WATER, "report", STATION, **late)


def close(city, alarm):
    city.call(city.cast("operator"), WATER, "answer", alarm, answer="mended")
    city.call(city.cast("bureau"), WATER, "close", alarm)


def test_silence_then_a_gap_then_a_flood(city):
    anyone = city.cast("anyone")
    for fault in ("silence", "gap", "high"):
        if fault == "gap":
            receipt = report(city, city.start + 2 * HOUR, [9] + [0] * 49)
            (event,) = [e for e in receipt.results[0].events if e.name == "gap"]
            assert event.detail["missed"] == 120
        if fault == "high":
            report(city, city.start + 2 * HOUR + 50 * MINUTE, [3_001])
        city.call(anyone, WATER, "raise_alarm", fault, device=STATION)
        second = {"device": STATION}
        city.refused("series.alarmed", anyone, WATER, "raise_alarm", "x", **second)
        assert city.record(WATER, fault)["fault"] == fault
        close(city, fault)
        assert city.record(WATER, fault)["state"] == "closed"
    city.refused("series.well", anyone, WATER, "raise_alarm", "x", device=STATION)


def test_only_the_stations_operator_answers(city):
    city.call(city.cast("anyone"), WATER, "raise_alarm", "a", device=STATION)
    said = {"answer": "mended"}
    city.refused("party.other", city.cast("bureau"), WATER, "answer", "a", **said)
    operator = city.cast("operator")
    city.refused("answer", operator, WATER, "answer", "a", answer="")
    city.refused("state.wrong", city.cast("bureau"), WATER, "close", "a")
    city.call(operator, WATER, "answer", "a", **said)
    for operation in ("close", "send_back"):
        city.refused("role.missing", operator, WATER, operation, "a")
    city.call(city.cast("bureau"), WATER, "send_back", "a")
    assert city.record(WATER, "a")["state"] == "raised"
    close(city, "a")


def test_a_quota_is_drawn_by_its_user_to_the_last_litre(city):
    works, hotel = city.cast("works"), city.cast("hotel")
    granted = {"user": works.account, "litres": 100}
    city.refused("role.missing", works, WATER, "grant", "q", **granted)
    city.call(city.cast("bureau"), WATER, "grant", "q", **granted)
    city.refused("quota.over", works, WATER, "draw", "q", litres=101)
    city.call(works, WATER, "draw", "q", litres=60)
    city.refused("quota.over", works, WATER, "draw", "q", litres=41)
    city.refused("quota.other", hotel, WATER, "draw", "q", litres=1)
    city.refused("role.missing", city.cast("bureau"), WATER, "draw", "q", litres=1)
    city.call(works, WATER, "draw", "q", litres=40)
    city.refused("quota.over", works, WATER, "draw", "q", litres=1)
    stored = city.ledger.read(f"{WATER}/quotas/q")
    assert decode(stored) == [works.account, 100, 100]
