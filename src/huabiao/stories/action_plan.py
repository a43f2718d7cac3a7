"""
The plan of 2020 is assigned whole; one task is reported, sent back and accepted, and
the others are late.
"""

import json
from importlib import resources
from typing import Any

from huabiao.testing.stage import Actor, Case, Stage


def plan() -> dict[str, Any]:
    """The plan's tasks and measures, each with its units, and the day they are due."""
    file = resources.files("huabiao.scenarios") / "action_plan.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def walk(stage: Stage) -> None:
    """All that the plan names is assigned; its third task is carried through."""
    force = stage.actor("区块链工作专班", "force")
    cases = assign(stage, force)
    lead, other = Actor(stage, "市科委"), Actor(stage, "市经济和信息化局")
    bureau, expert = (
        stage.actor("市发展改革委", "department"),
        stage.actor("专家组", "expert"),
    )
    task = cases[2]
    evidence = [stage.digest("平台验收报告 · report of the platforms")]
    told = {"report": "四个统一平台已建成 · the platforms stand", "evidence": evidence}

    bureau.refused("state.wrong", "review", task, opinion="可")
    other.refused("party.other", "begin", task)
    lead.does("begin", task)
    lead.refused("evidence", "report", task, **told | {"evidence": []})
    lead.does("report", task, **told)
    bureau.does("review", task, opinion="指标未全部达到 · not all of it is reached")
    back = {"reason": "补充性能测试 · add load tests", "due": "2099-12-31"}
    force.refused("reason", "send_back", task, **back | {"due": "2022-12-31"})
    force.does("send_back", task, **back)
    lead.does("report", task, **told)
    review(stage, bureau, expert, lead, task)
    lead.refused("role.missing", "accept", task)
    force.does("accept", task)
    task.stands("accepted", leads=["市科委", "市经济和信息化局"])


def assign(stage: Stage, force: Actor) -> list[Case]:
    """Every task, to the account of its first lead unit."""
    found, units = plan(), dict[str, Actor]()
    cases = []
    for entry in found["tasks"]:
        unit = entry["leads"][0]
        if unit not in units:
            units[unit] = stage.actor(unit, "unit")
        task = stage.case(entry["id"])
        written = {
            "title": entry["title"], "text": entry["text"], "leads": entry["leads"],
            "supporting": entry["supporting"], "lead": units[unit].account,
            "due": found["due"],
        }  # fmt: skip
        if not cases:
            force.refused("leads", "assign", task, **written | {"leads": []})
        force.does("assign", task, **written)
        cases.append(task)
    return cases


def review(stage: Stage, bureau: Actor, expert: Actor, lead: Actor, task: Case) -> None:
    """A department and an expert, each once, and neither on its own task."""
    bureau.refused("opinion", "review", task, opinion="")
    bureau.does("review", task, opinion="同意 · agreed")
    bureau.refused("again", "review", task, opinion="同意 · agreed")
    stage.actor(lead.name, "expert").refused("own", "review", task, opinion="同意")
    expert.does("review", task, opinion="达到指标 · the targets are met")
