"""
The city at a glance: how fast it is, which members sign, what is late, what alarms.

Nothing here walks the state; a page may ask for all of it each time it is opened.
"""

from collections.abc import Sequence
from typing import Any

from huabiao.doors.city import City
from huabiao.doors.glimpses import Glimpse
from huabiao.doors.plan import PLAN, plan
from huabiao.doors.records import drift
from huabiao.proofs.header import decode_certificate

Json = dict[str, Any]
BLOCKS_LOOKED_AT, QUIET_MS = 8, 60_000
LATE_SHOWN, DRIFT_SHOWN = 5, 5
RAISED = "raised"
"""The state of a record that is an alarm until somebody answers it."""


def newest_blocks(city: City) -> list[Glimpse]:
    """The blocks that a glance looks at, newest first."""
    top = city.port.height
    found = (
        city.glimpse(height)
        for height in range(top, max(top - BLOCKS_LOOKED_AT, 0), -1)
    )
    return [block for block in found if block is not None]


def glance(city: City, health: Json, members: Sequence[Json]) -> Json:
    """blocks (what happened last), pace (envelopes a second), members, peers, late
    tasks, alarms that stand, drift."""
    blocks = newest_blocks(city)
    return {
        "blocks": [{**each.header, "items": each.items} for each in blocks],
        "pace": pace(blocks, health["time"]),
        "members": members_seen(members, blocks),
        "peers": health.get("peers"),
        **late(city),
        "alarms": alarms(city),
        "drift": drift(city)[:DRIFT_SHOWN],
    }


def pace(blocks: Sequence[Glimpse], now: int) -> float:
    """Envelopes a second over these blocks, newest first; 0 where the newest is older
    than a minute, or where no time passed between them. `now` in UTC milliseconds."""
    if len(blocks) < 2 or now - blocks[0].time > QUIET_MS:
        return 0.0
    passed = blocks[0].time - blocks[-1].time
    made = sum(block.header["envelopes"] for block in blocks[:-1])
    return 1_000 * made / passed if passed > 0 else 0.0


def members_seen(members: Sequence[Json], blocks: Sequence[Glimpse]) -> list[Json]:
    """Each member, and whether it signed one of these blocks. Certificates name their
    signers by place in the list of members (huabiao.proofs.header); a block whose
    signatures are on their way says nothing, nor does one of an earlier list."""
    signers: set[int] = set()
    digests = {block.members for block in blocks[:1]}
    for block in blocks:
        if block.certificate and block.members in digests:
            signers |= {each.member for each in decode_certificate(block.certificate)}
    return [
        {**member, "signs": number in signers} for number, member in enumerate(members)
    ]


def late(city: City) -> Json:
    """{"late": the tasks furthest behind, "late_in_all": how many}."""
    if PLAN not in city.descriptions():
        return {"late": [], "late_in_all": 0}
    tasks = [task for task in plan(city)["tasks"] if task["days_late"]]
    tasks.sort(key=lambda task: (-task["days_late"], task["id"]))
    return {"late": tasks[:LATE_SHOWN], "late_in_all": len(tasks)}


def alarms(city: City) -> list[Json]:
    """Scenarios with records in the state `raised`, and how many. Drift stands beside,
    table by table."""
    found, counts = [], city.index.all_counts()
    for name, description in city.descriptions().items():
        standing = RAISED in description["states"] and name != "drift"
        count = counts.get(name, {}).get(RAISED, 0) if standing else 0
        if count:
            title, state = description["title"], description["states"][RAISED]
            alarm = {"scenario": name, "title": title, "state": state, "count": count}
            found.append(alarm)
    return found


def catalogue(city: City, scenarios: Sequence[Json]) -> list[Json]:
    """Scenarios by the plan's task, in its order: {"task", "title", "leads",
    "scenarios"}. Titles come from the tasks on chain, where the plan was loaded."""
    titles = _titles(city)
    groups: dict[int, list[Json]] = {}
    for each in scenarios:
        groups.setdefault(each["task"], []).append(each)
    return [
        {"task": task, "title": titles.get(task, ""), "scenarios": groups[task],
         "leads": list(dict.fromkeys(each["lead"] for each in groups[task]))}
        for task in sorted(groups)
    ]  # fmt: skip


def _titles(city: City) -> dict[int, str]:
    """The plan's tasks by number; their ids are written 任务-01."""
    if PLAN not in city.descriptions():
        return {}
    tasks = plan(city)["tasks"]
    named = ((task["id"].rpartition("-"), task["title"]) for task in tasks)
    return {
        int(id_[2]): title
        for id_, title in named
        if id_[0] == "任务" and id_[2].isdecimal()
    }
