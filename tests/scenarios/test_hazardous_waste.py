"""The whole life of a hazardous-waste manifest, and every refusal on its way."""

import pytest

from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import City

WASTE = "hazardous_waste"
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class HazardousWaste(" in each],
]


@pytest.fixture(params=["intl", "sm"])
def city(tmp_path, request):
    made = City(tmp_path, request.param, sources=SOURCES)
    for name in ("generator", "carrier", "facility"):
        made.grant(WASTE, name, made.cast(name))
    yield made
    made.close()


@pytest.fixture
def cast(city):
    return [city.cast(name) for name in ("generator", "carrier", "facility")]


def draft(city, key="m1", declared=1_000, code="900-041-49"):
    who = city.cast("generator")
    return city.call(who, WASTE, "draft", key, waste_code=code, declared=declared)


def until_received(city, cast, received=995):
    draft(city)
    city.call(cast[1], WASTE, "collect", "m1", weighed=1_000)
    city.call(cast[2], WASTE, "receive", "m1", weighed=received)


def test_from_the_gate_to_the_grave(city, cast):
    until_received(city, cast)
    receipt = city.call(cast[2], WASTE, "dispose", "m1", certificate=bytes(32))
    assert receipt.results[0].events[0].detail == {"from": "received", "to": "disposed"}
    assert city.record(WASTE, "m1") == {
        "state": "disposed",
        "waste_code": "900-041-49",
        "declared": 1_000,
        "generator": cast[0].account,
        "carrier": cast[1].account,
        "facility": cast[2].account,
        "collected": 1_000,
        "received": 995,
        "certificate": bytes(32),
        "reason": "",
        "driver": None,
    }


def test_or_back_to_the_gate(city, cast):
    until_received(city, cast)
    city.refused("reason", cast[2], WASTE, "send_back", "m1", reason="")
    city.call(cast[2], WASTE, "send_back", "m1", reason="wrong waste")
    assert city.record(WASTE, "m1")["state"] == "returned"


@pytest.mark.parametrize(
    "code",
    ["", "900-041-51", "900-041-00", "900041-49", "90-041-49", "900-04a-49", "x" * 10],
)
def test_a_waste_code_is_of_the_national_list(city, cast, code):
    expected = "waste.code" if code else "argument.malformed"
    load = {"waste_code": code, "declared": 5}
    city.refused(expected, cast[0], WASTE, "draft", "m1", **load)


def test_weights(city, cast):
    load = {"waste_code": "900-041-49", "declared": 0}
    city.refused("empty", cast[0], WASTE, "draft", "m1", **load)
    draft(city)
    for weighed in (0, 1_001):
        city.refused("heavier", cast[1], WASTE, "collect", "m1", weighed=weighed)
    city.refused("argument.malformed", cast[1], WASTE, "collect", "m1", weighed=-1)
    city.call(cast[1], WASTE, "collect", "m1", weighed=1_000)
    city.refused("grew", cast[2], WASTE, "receive", "m1", weighed=1_001)
    city.refused("lost", cast[2], WASTE, "receive", "m1", weighed=989)
    city.call(cast[2], WASTE, "receive", "m1", weighed=990)


def test_roles(city, cast):
    load = {"waste_code": "900-041-49", "declared": 5}
    for other in cast[1:]:
        city.refused("role.missing", other, WASTE, "draft", "m1", **load)
    draft(city)
    for other in (cast[0], cast[2]):
        city.refused("role.missing", other, WASTE, "collect", "m1", weighed=5)
    city.call(cast[1], WASTE, "collect", "m1", weighed=5)
    for other in cast[:2]:
        city.refused("role.missing", other, WASTE, "receive", "m1", weighed=5)


def test_only_the_facility_that_received_it_ends_it(city, cast):
    until_received(city, cast)
    other = city.cast("another facility")
    city.grant(WASTE, "facility", other)
    city.refused("party.other", other, WASTE, "dispose", "m1", certificate=bytes(32))
    city.refused("party.other", other, WASTE, "send_back", "m1", reason="x")


def test_every_step_in_its_state_only(city, cast):
    steps = {
        "collect": (cast[1], {"weighed": 1_000}, "drafted"),
        "receive": (cast[2], {"weighed": 1_000}, "moving"),
        "dispose": (cast[2], {"certificate": bytes(32)}, "received"),
        "send_back": (cast[2], {"reason": "x"}, "received"),
    }
    for name, (who, arguments, _) in steps.items():
        city.refused("record.unknown", who, WASTE, name, "m1", **arguments)
    draft(city)
    for then, state in [
        (None, "drafted"), ("collect", "moving"), ("receive", "received"),
        ("dispose", "disposed"),
    ]:  # fmt: skip
        if then:
            city.call(steps[then][0], WASTE, then, "m1", **steps[then][1])
        for name, (who, arguments, needed) in steps.items():
            if needed != state:
                city.refused("state.wrong", who, WASTE, name, "m1", **arguments)


def test_an_id_is_used_once(city, cast):
    draft(city)
    load = {"waste_code": "900-041-49", "declared": 5}
    city.refused("record.exists", cast[0], WASTE, "draft", "m1", **load)
    city.refused("key.missing", cast[0], WASTE, "draft", **load)
