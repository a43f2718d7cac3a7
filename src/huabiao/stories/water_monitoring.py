"""
A station reads the level of a river, falls silent, leaves a gap, reads over its limit.

Every reading is signed by the device's own key. What nobody may do is tried on the way.
"""

from typing import Any

from huabiao.contracts import Instant
from huabiao.contracts.parts.series import statement
from huabiao.testing.stage import Actor, Case, Stage

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LIMIT = 3_000
"""The level in millimetres at which the bureau wants to know."""


def walk(stage: Stage) -> None:
    """Three alarms, one a closed case, and a permit that is drawn to its end."""
    bureau = stage.actor("区水务局", "bureau")
    operator = stage.actor("某水文运维公司")
    device = stage.actor("水位计")
    silence = stage.case("告警-0001")
    station = Case(stage, f"永定河-{silence.key}")
    start = (stage.now - 3 * HOUR) // MINUTE * MINUTE
    install(bureau, operator, device, station, start)
    read(operator, device, station, start)

    operator.does("raise_alarm", silence, device=station.key)
    operator.refused(
        "series.alarmed", "raise_alarm", stage.case("告警-0002"), device=station.key
    )
    bureau.refused("party.other", "answer", silence, answer="?")
    operator.refused("answer", "answer", silence, answer="")
    operator.does("answer", silence, answer="天线被雷击 · the aerial was struck")
    operator.refused("role.missing", "close", silence)
    bureau.does("send_back", silence)
    operator.does("answer", silence, answer="天线已更换 · the aerial was replaced")
    bureau.does("close", silence)
    bureau.refused("state.wrong", "close", silence)
    silence.stands("closed", fault="silence", device=station.key)

    come_back(stage, bureau, operator, device, station, start)
    draw(stage, bureau, silence.key)


def batch(device: Actor, station: Case, start: int, steps: list[int]) -> dict[str, Any]:
    """What the device hands to whoever uploads it."""
    said = statement(device.stage.chain, "water_monitoring", station.key, start, steps)
    return {"start": Instant.show(start), "steps": steps, "sign": device.signs(said)}


def install(
    bureau: Actor, operator: Actor, device: Actor, station: Case, start: int
) -> None:
    """The station, for a term."""
    term = {"since": Instant.show(start), "until": Instant.show(start + DAY)}
    facts = {"key": device.public, "operator": operator.account, "limit": LIMIT}
    operator.refused("role.missing", "install", station, seconds=60, **term, **facts)
    bureau.refused("series.term", "install", station, seconds=0, **term, **facts)
    bureau.does("install", station, seconds=60, **term, **facts)
    bureau.refused("series.exists", "install", station, seconds=60, **term, **facts)


def read(operator: Actor, device: Actor, station: Case, start: int) -> None:
    """An hour of readings; nobody else's, none twice, none of tomorrow."""
    hour = [1_200, *[1, -1] * 29, 2]
    nowhere = Case(station.stage, f"{station.key}-无")
    operator.refused(
        "series.unknown", "report", nowhere, **batch(device, nowhere, start, hour)
    )
    operator.refused(
        "series.signature", "report", station, **batch(operator, station, start, hour)
    )
    operator.refused("series.empty", "report", station,
                     **batch(device, station, start, []))  # fmt: skip
    operator.does("report", station, **batch(device, station, start, hour))
    operator.refused(
        "series.backdated", "report", station, **batch(device, station, start, hour)
    )
    later = start + 4 * HOUR
    operator.refused(
        "series.future", "report", station, **batch(device, station, later, hour)
    )


def come_back(
    stage: Stage, bureau: Actor, operator: Actor, device: Actor, station: Case,
    start: int,
) -> None:  # fmt: skip
    """The line is back an hour late: the gap is an alarm; later the river rises."""
    gap, well, high = (stage.case(f"告警-000{number}") for number in (2, 3, 4))
    hour = start + 2 * HOUR
    operator.does("report", station, **batch(device, station, hour, [1_300] + [0] * 49))
    operator.does("raise_alarm", gap, device=station.key)
    operator.does("answer", gap, answer="无备份 · there is no copy")
    bureau.does("close", gap)
    gap.stands("closed", fault="gap")
    operator.refused("series.well", "raise_alarm", well, device=station.key)
    last = hour + 50 * MINUTE
    operator.does("report", station, **batch(device, station, last, [2_900, 150]))
    operator.does("raise_alarm", high, device=station.key)
    high.stands("raised", fault="high")
    bureau.does("retire", station)
    late = start + DAY
    operator.refused(
        "series.expired", "report", station, **batch(device, station, late, [1_000])
    )


def draw(stage: Stage, bureau: Actor, name: str) -> None:
    """A permit, drawn by its holder, to its last litre and no further."""
    works, other = stage.actor("某自来水厂", "user"), stage.actor("某酒店", "user")
    permit, unknown = Case(stage, f"取水证-{name}"), Case(stage, f"{name}-无")
    granted = {"user": works.account, "litres": 10_000}
    bureau.does("grant", permit, **granted)
    bureau.refused("entry.exists", "grant", permit, **granted)
    works.does("draw", permit, litres=9_000)
    works.refused("quota.over", "draw", permit, litres=1_001)
    other.refused("quota.other", "draw", permit, litres=1)
    works.does("draw", permit, litres=1_000)
    works.refused("entry.unknown", "draw", unknown, litres=1)
