"""
The action plan (行动计划): its twenty tasks and four measures, and who is late.

1. The task force assigns a task of the plan to the unit that leads it, with a day.
2. The lead begins, and reports with evidence.
3. A review is "1+1": a department and an expert each give an opinion.
4. The task force accepts the task, or sends it back with a new day.

The tasks stand in action_plan.json, as the plan words them.
"""

from huabiao.contracts import (  # noqa: I001
    Day, Digest, Labels, ListOf, Maybe, Party, Record, Role, Scenario, State, Text,
    Title, moves, opens, require,
)  # fmt: skip


class Task(Record):
    """A task or measure; `leads` and `supporting` are units as the plan names them."""

    title: Text
    text: Text
    leads: ListOf[Text]
    supporting: ListOf[Text]
    lead: Party
    due: Day
    report: Text = ""
    evidence: ListOf[Digest] = ()
    department: Maybe[Party] = None
    expert: Maybe[Party] = None
    opinions: ListOf[Text] = ()
    accepted_on: Maybe[Day] = None
    reason: Text = ""


class ActionPlan(Scenario):
    """Shows the plan's tasks, who leads them, how far they are, and what is late."""

    title = Title(zh="行动计划", en="Action plan")
    task, lead = 1, "市科委"
    record = Task
    visible = "public"
    indexes = ("lead", "due")

    force = Role("工作专班", "Task force")
    unit = Role("牵头单位", "Lead unit")
    department = Role("委办局", "Department")
    expert = Role("专家组", "Experts")

    assigned = State("已下达", "Assigned")
    under_way = State("推进中", "Under way")
    reported = State("已报告", "Reported")
    reviewed = State("已评审", "Reviewed")
    returned = State("已退回", "Returned")
    accepted = State("已验收", "Accepted", final=True)
    labels = Labels(
        title="任务名称", text="任务内容", leads="牵头单位", supporting="配合单位",
        lead="牵头账户", due="完成期限", report="进展报告", department="评审部门",
        expert="评审专家", opinions="评审意见", opinion="评审意见",
        accepted_on="验收日期",
    )  # fmt: skip

    @opens(assigned, by=force, title="下达")
    def assign(
        self, title: Text, text: Text, leads: ListOf[Text], supporting: ListOf[Text],
        lead: Party, due: Day,
    ) -> Task:  # fmt: skip
        """Assign a task of the plan to the account of its first lead unit."""
        require(leads, "须有牵头单位。 A task has a lead unit.", code="leads")
        return Task(title, text, leads, supporting, lead, due)

    @moves(assigned >> under_way, by=unit, only="lead", title="启动")
    def begin(self, task: Task) -> None:
        """Begin work on the task."""

    @moves((under_way | returned) >> reported, by=unit, only="lead", title="报告")
    def report(self, task: Task, report: Text, evidence: ListOf[Digest]) -> None:
        """Report what was reached, with the digests of the evidence."""
        sentence = "须附佐证材料的摘要。 Add the digests of the evidence."
        require(report and evidence, sentence, code="evidence")
        task.report, task.evidence = report, evidence
        task.department, task.expert, task.opinions = None, None, []

    @moves(reported >> (reported | reviewed), by=(department, expert), title="评审")
    def review(self, task: Task, opinion: Text) -> State:
        """Give an opinion; the second of the two sides ends the review."""
        require(opinion, "须写明意见。 Write the opinion.", code="opinion")
        as_expert = self.holds(self.expert)
        again = task.expert if as_expert else task.department
        require(again is None, "此方已评审。 This side has reviewed.", code="again")
        own = task.lead == self.caller
        require(not own, "不得评审自己的任务。 Not one's own task.", code="own")
        if as_expert:
            task.expert = self.caller
        else:
            task.department = self.caller
        task.opinions = [*task.opinions, opinion]
        return self.reviewed if task.expert and task.department else self.reported

    @moves(reviewed >> accepted, by=force, title="验收")
    def accept(self, task: Task) -> None:
        """Accept the task."""
        task.accepted_on = self.today

    @moves((reported | reviewed) >> returned, by=force, title="退回")
    def send_back(self, task: Task, reason: Text, due: Day) -> None:
        """Send the task back, with the reason and the day it is due anew."""
        sentence = "须写明原因，新的期限不早于今天。 Say why, and name a day to come."
        require(reason and due >= self.today, sentence, code="reason")
        task.reason, task.due = reason, due
