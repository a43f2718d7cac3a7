"""
What a supervisor looks at: alerts with their reasons, and one case end to end.

Who supervises is the question of `visibility`: a role of the scenario, or of the whole
city. What another contract keeps from this supervisor stays kept here too: an envelope
with such a call is told in outline.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from huabiao.codec import Instant
from huabiao.doors import records as cases
from huabiao.doors.at_a_glance import RAISED, late
from huabiao.doors.city import City
from huabiao.doors.listing import Asked, list_records
from huabiao.doors.problems import Problem, both_languages, sign_in
from huabiao.doors.reading import envelope
from huabiao.doors.vault import openings_of
from huabiao.doors.visibility import is_supervisor

Json = dict[str, Any]
REFUSALS_READ, ALARMS_SHOWN, ENVELOPES_TOLD = 200, 20, 200
MOST_GRANTS, SHARING = 20, "sharing"
_ACCOUNT = re.compile(r"hb1[0-9a-f]{44}")


def supervised(city: City, viewer: bytes) -> list[Json]:
    """The Descriptions of what an account supervises; empty for everybody else."""
    return [
        each
        for each in city.descriptions().values()
        if is_supervisor(each, viewer, city.port)
    ]


def check_supervisor(city: City, scenario: str, viewer: bytes | None) -> bytes:
    """The viewer, if he supervises a scenario; Problem 401, 403, 404 otherwise."""
    if viewer is None:
        raise sign_in("督查须先登录。 Supervision needs a session.")
    if not is_supervisor(city.description(scenario), viewer, city.port):
        raise not_supervising()
    return viewer


def not_supervising() -> Problem:
    return Problem(
        403,
        "supervisor.missing",
        "此账户没有监管角色。 This account holds no supervising role.",
        "监管角色 supervisor 由牵头单位或管理员授予。"
        " The lead unit or an administrator grants the role supervisor.",
    )


# -- alerts ------------------------------------------------------------------------


def alerts(city: City, viewer: bytes) -> list[Json]:
    """{"zh", "en", "reason", "link"} of all that asks for a supervisor's eye, in what
    this account supervises: alarms, refusals that came again, and what is late."""
    city.caught_up()
    scope = {each["name"]: each for each in supervised(city, viewer)}
    found = [
        alert for each in scope.values() for alert in _standing(city, each, viewer)
    ]
    found += _refusals(city, scope)
    if "action_plan" in scope:
        found += _late(city)
    return found


def _standing(city: City, description: Json, viewer: bytes) -> Iterator[Json]:
    """Alarms of a scenario that nobody has answered; the reason is what they hold."""
    state = description["states"].get(RAISED)
    if state is None:
        return
    name, title = description["name"], description["title"]
    asked = Asked(name, RAISED, limit=ALARMS_SHOWN)
    for record in list_records(city, viewer, asked)["records"]:
        zh, en = _said(record)
        yield {
            "zh": title["zh"],
            "en": title["en"],
            "reason": f"“{record['id']}”{state['zh']}，尚未答复：{zh}。"
            f" The record {record['id']!r} is not answered: {en}.",
            "link": f"/supervision/{name}/{quote(record['id'])}",
        }


def _said(record: Json) -> tuple[str, str]:
    """What an alarm says was wrong, in its own words, in Chinese and in English."""
    fields = record["fields"]
    if changes := fields.get("changes"):
        said = str(changes[0]["sentence"])
    else:
        said = str(fields.get("fault") or fields.get("reason") or record["state"])
    zh, en = both_languages(said)
    return (zh or en).rstrip("。."), (en or zh).rstrip("。.")


def _refusals(city: City, scope: dict[str, Json]) -> list[Json]:
    """The newest refusals, those of one account for one reason together."""
    counted: dict[tuple[str, str, str], list[Json]] = {}
    for row in city.index.latest(REFUSALS_READ, refused=True):
        if row["contract"] in scope:
            group = row["contract"], row["sender"], row["code"]
            counted.setdefault(group, []).append(row)
    return [
        {
            "zh": f"{scope[contract]['title']['zh']}：被拒绝 {len(rows)} 次",
            "en": f"{scope[contract]['title']['en']}: refusals: {len(rows)}",
            "reason": rows[0]["sentence"],
            "code": code,
            "account": sender,
            "at": Instant.show(rows[0]["time"]),
            "link": f"/envelopes/{rows[0]['envelope']}",
        }
        for (contract, sender, code), rows in counted.items()
    ]


def _late(city: City) -> list[Json]:
    return [
        {
            "zh": "任务逾期",
            "en": "a late task",
            "reason": f"“{task['id']}”应于 {task['due']} 完成，逾期 {task['days_late']}"
            f" 天。 The task {task['id']!r} was due on {task['due']}:"
            f" {task['days_late']} days late.",
            "link": f"/supervision/action_plan/{quote(task['id'])}",
        }
        for task in late(city)["late"]
    ]


# -- one case ----------------------------------------------------------------------


def case(city: City, scenario: str, key: str, viewer: bytes | None) -> Json:
    """A case end to end: the record, each step with its envelope and receipt, who took
    part, the grants that it names with their receipts, and who opened its values."""
    supervisor = check_supervisor(city, scenario, viewer)
    record = city.record(scenario, key, supervisor)
    steps = cases.history(city, scenario, key, supervisor)["steps"]
    told = envelopes(city, steps, supervisor)
    return {
        "record": record,
        "steps": steps,
        "envelopes": told,
        "parties": _parties(record, steps),
        "grants": _grants(city, scenario, record, told, supervisor),
        "openings": openings_of(city, scenario, key),
    }


def envelopes(city: City, steps: list[Json], viewer: bytes) -> Json:
    """The envelopes of a history by id, as far as the viewer sees them; a block that
    this node pruned is told by its problem."""
    found: Json = {}
    for id_ in dict.fromkeys(step["envelope"] for step in steps if "envelope" in step):
        if len(found) == ENVELOPES_TOLD:
            break
        try:
            found[id_] = envelope(city, id_, viewer)
        except Problem as problem:
            found[id_] = {"envelope": id_, "missing": problem.detail}
    return found


def _parties(record: Json, steps: list[Json]) -> list[Json]:
    """Accounts in the record and of whoever acted, with what each was there."""
    found: dict[str, list[str]] = {}
    for name, value in record["fields"].items():
        for written in _texts(value):
            if _ACCOUNT.fullmatch(written):
                found.setdefault(written, []).append(name)
    for step in steps:
        if step.get("sender"):
            acted = found.setdefault(step["sender"], [])
            if step["operation"] not in acted:
                acted.append(step["operation"])
    return [
        {"account": account, "as": list(dict.fromkeys(done))}
        for account, done in found.items()
    ]


def _grants(
    city: City, scenario: str, record: Json, told: Json, viewer: bytes
) -> list[Json]:
    """Grants of data that the record or a call names, each with its own history: the
    receipts of deliveries stand in it. No more of them than the viewer sees."""
    named = list(_texts(record["fields"]))
    for each in told.values():
        for call in each.get("calls", ()):
            named += _texts(call.get("arguments", {}))
    ids = [] if scenario == SHARING else list(dict.fromkeys(named))
    found = []
    for id_ in ids:
        if len(found) == MOST_GRANTS:
            break
        if 0 < len(id_) <= 200 and city.port.read(f"{SHARING}/record/{id_}"):
            history = cases.history(city, SHARING, id_, viewer)["steps"]
            grant = city.record(SHARING, id_, viewer)
            found.append({"grant": grant, "steps": history})
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every text in a plain JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
