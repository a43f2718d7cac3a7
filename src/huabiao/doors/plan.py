"""
The action plan as people look at it: each task, how far it is, and what is late.

Lateness is nobody's report: a task is late when its day has passed by the clock of the
newest block and it has not been accepted, or was accepted after its day.
"""

from datetime import date
from typing import Any

from huabiao.codec import Day
from huabiao.doors.city import City
from huabiao.services.index import Wanted

PLAN, DONE = "action_plan", "accepted"
DAY_MS, BEIJING_MS = 86_400_000, 28_800_000
MOST_TASKS = 200

Json = dict[str, Any]


def plan(city: City) -> Json:
    """The tasks in the order of their ids, and how many are late. The first 200."""
    description = city.description(PLAN)
    city.caught_up()
    today = today_of(city)
    tasks = []
    for row in city.index.records(PLAN, Wanted(limit=MOST_TASKS)):
        sight = city.sight(description, row["id"], None, row["value"])
        shown = city.shown(description, row["id"], row["value"], sight)
        tasks.append(task_json(shown, today))
    states = dict.fromkeys(description["states"], 0)
    for task in tasks:
        states[task["state"]] += 1
    return {
        "today": today.isoformat(),
        "states": states,
        "late": sum(task["days_late"] > 0 for task in tasks),
        "tasks": tasks,
    }


def today_of(city: City) -> date:
    """The day in Beijing at the newest block's time."""
    block = city.glimpse(city.port.height)
    time = block.time if block is not None else 0
    return date.fromisoformat(Day.show((time + BEIJING_MS) // DAY_MS))


def task_json(record: Json, today: date) -> Json:
    """A task in one line."""
    fields = record["fields"]
    done = record["state"] == DONE
    until = date.fromisoformat(fields["accepted_on"]) if done else today
    late = (until - date.fromisoformat(fields["due"])).days
    names = ("title", "leads", "supporting", "lead", "due", "accepted_on")
    return {
        "id": record["id"],
        "state": record["state"],
        "state_title": record["state_title"],
        "days_late": max(0, late),
        **{name: fields[name] for name in names},
    }
