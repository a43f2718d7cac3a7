"""plan: the action plan's tasks, and what is late."""

import click

from huabiao.doors.cli.settings import Settings, command


@command(click.option("--late", is_flag=True, help="只看逾期 · only what is late"))
def plan(settings: Settings, late: bool) -> None:
    """行动计划的任务与逾期。 The action plan's tasks, and what is late."""
    found = settings.city.get("/api/plan")
    if late:
        found["tasks"] = [each for each in found["tasks"] if each["days_late"]]
    lines = [
        f"{each['id']}  {each['title']}  {'、'.join(each['leads'])}"
        f"  {each['state_title'].get('zh', '')} {each['state']}  {each['due']}"
        + (f"  逾期 {each['days_late']} 天 · days late" if each["days_late"] else "")
        for each in found["tasks"]
    ]
    settings.give(found, "\n".join([*lines, f"逾期 · late: {found['late']}"]))
