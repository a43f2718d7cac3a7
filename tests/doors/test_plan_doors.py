"""The action plan by the doors: every task, and what is late shows by itself."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from served_city import Served

from huabiao.crypto.address import show


@pytest.fixture(scope="module")
def today(served: Served) -> date:
    """The day in Beijing, when three tasks were assigned and one was accepted."""
    roles = {
        "force": "force",
        "unit": "lead",
        "department": "bureau",
        "expert": "expert",
    }
    for role, name in roles.items():
        served.grant("action_plan", role, name)
    day = date.fromisoformat(served.remote().get("/api/plan")["today"])
    for key, days in (("任务-01", -3), ("任务-02", 0), ("任务-03", -10)):
        written = {
            "title": "研究", "text": "x",
            "leads": ["市科委"], "supporting": ["海淀区政府"],
            "lead": show(served.keys("lead").account),
            "due": (day + timedelta(days=days)).isoformat(),
        }  # fmt: skip
        does(served, "force", "assign", key, written)
    report = {"report": "完成", "evidence": ["00" * 32]}
    does(served, "lead", "begin", "任务-03", {})
    does(served, "lead", "report", "任务-03", report)
    for name in ("bureau", "expert"):
        does(served, name, "review", "任务-03", {"opinion": "同意"})
    does(served, "force", "accept", "任务-03", {})
    return day


def does(served: Served, who: str, operation: str, key: str, written: Any) -> None:
    keys = served.keys(who)
    outcome = served.remote().call(keys, "action_plan", operation, key, written)
    assert outcome.accepted, outcome


def test_what_is_late_shows_without_a_report(served: Served, today: date) -> None:
    found = served.remote().get("/api/plan")
    late = {task["id"]: task["days_late"] for task in found["tasks"]}
    assert late == {"任务-01": 3, "任务-02": 0, "任务-03": 10}
    assert found["late"] == 2
    assert found["states"]["assigned"] == 2 and found["states"]["accepted"] == 1
    first = found["tasks"][0]
    assert (first["leads"], first["supporting"]) == (["市科委"], ["海淀区政府"])


def test_the_page_and_the_command(served: Served, today: date) -> None:
    page = httpx.get(f"{served.url}/plan")
    assert page.status_code == 200
    assert "逾期 3 天" in page.text and "3 days late" in page.text
    told = served.run("plan", "--late").output
    assert "任务-01" in told and "任务-02" not in told
    assert served.json("plan")["late"] == 2
