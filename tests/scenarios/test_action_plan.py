"""The action plan: every task as the plan words it, its life, its two-sided review."""

import re

import pytest

from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.stories.action_plan import plan
from huabiao.testing.city import DAY, HOUR, City

PLAN = "action_plan"
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class ActionPlan(" in each],
]

# The plan's own words: its numbered headings, and who leads and supports.
QUOTED = """
1.强化区块链基础研究和关键核心技术攻关（牵头单位：市科委，配合单位：中关村管委会、海淀区政府）
2.构建区块链底层开源技术平台与生态（牵头单位：市科委、海淀区政府，配合单位：市经济和信息化局）
3.打造基于区块链的可信信息基础设施体系（牵头单位：市科委、市经济和信息化局）
4.推进区块链标准体系建设（牵头单位：市科委、海淀区政府，配合单位：市经济和信息化局、中关村管委会）
5.建设国际一流的区块链新型研发机构（牵头单位：市科委，配合单位：海淀区政府）
6.推动政务服务“数据共享，业务协同”（牵头单位：市政务服务局，配合单位：市财政局、北京市税务局等）
7.促进金融服务“多方互信，降本增效”（牵头单位：市金融监管局，配合单位：中关村管委会等）
8.加快信用信息“可信采集，可信共享”（牵头单位：市经济和信息化局）
9.赋能城市管理“可信互联，精细治理”（牵头单位：市城市管理委、市交通委、市水务局）
10.推进公共安全“全程可查，流程可溯”（牵头单位：市市场监管局、市农业农村局、市生态环境局、市应急局、市公安局）
11.助力卫生健康“可信共享，存证溯源”（牵头单位：市卫生健康委）
12.推动电商交易“高效透明，过程可溯”（牵头单位：市商务局、海淀区政府等）
13.培育区块链创新企业集群（牵头单位：海淀区政府、中关村管委会、市科委，配合单位：市经济和信息化局、朝阳区政府、通州区政府）
14.打造区块链创新创业服务平台（牵头单位：海淀区政府、中关村管委会，配合单位：市科委、市经济和信息化局、朝阳区政府、通州区政府）
15.建设区块链产业创新发展基地（牵头单位：市科委，配合单位：市经济和信息化局、中关村管委会、海淀区政府、朝阳区政府、通州区政府）
16.设立区块链产业投资基金（牵头单位：市科委、海淀区政府，配合单位：市经济和信息化局、市金融监管局、中关村管委会、朝阳区政府、通州区政府）
17.推进区块链产业联盟建设（牵头单位：中关村管委会、海淀区政府，配合单位：市科委、朝阳区政府、通州区政府）
18.引进区块链全球顶尖专业人才（牵头单位：市人才局，配合单位：中关村管委会）
19.培养区块链高水平创新人才（牵头单位：市教委）
20.建立区块链人才培训体系（牵头单位：市委组织部、市人力资源社会保障局，配合单位：市科委）
（一）加强组织领导（牵头单位：市科委）
（二）强化资金支持（牵头单位：市财政局、市科委，配合单位：市经济和信息化局、中关村管委会、朝阳区政府、海淀区政府、通州区政府）
（三）完善监管机制（牵头单位：市科委，配合单位：市司法局）
（四）营造良好氛围（牵头单位：市科委、海淀区政府）
"""  # noqa: E501


def as_quoted(task):
    """A task of the file, written as the plan writes it."""
    kind, number = task["id"].split("-")
    head = f"{int(number)}." if kind == "任务" else f"（{'一二三四'[int(number) - 1]}）"
    more = task.get("and_others", "")
    units = "牵头单位：" + "、".join(task["leads"]) + ("等" if more == "leads" else "")
    if task["supporting"]:
        units += "，配合单位：" + "、".join(task["supporting"])
        units += "等" if more == "supporting" else ""
    return f"{head}{task['title']}（{units}）"


def test_the_file_has_the_plans_twenty_tasks_and_four_measures():
    tasks = plan()["tasks"]
    assert [as_quoted(task) for task in tasks] == QUOTED.split()
    assert len({task["id"] for task in tasks}) == 24
    for task in tasks:
        assert task["text"].endswith("。") and not re.search("单位：", task["text"])


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path, sources=SOURCES)
    roles = {"force": "专班", "unit": "市科委", "department": "委", "expert": "专家"}
    for role, name in roles.items():
        made.grant(PLAN, role, made.cast(name))
    yield made
    made.close()


def today(city):
    return (city.now + 8 * HOUR) // DAY


def assign(city, key="t1", **changes):
    task = {
        "title": "研究", "text": "", "leads": ["市科委"], "supporting": [],
        "lead": city.cast("市科委").account, "due": today(city),
    }  # fmt: skip
    city.call(city.cast("专班"), PLAN, "assign", key, **task | changes)


def does(city, who, operation, key="t1", /, **arguments):
    city.call(city.cast(who), PLAN, operation, key, **arguments)


def until_reported(city):
    assign(city)
    does(city, "市科委", "begin")
    does(city, "市科委", "report", report="完成", evidence=[bytes(32)])


def test_a_task_from_assignment_to_acceptance(city):
    until_reported(city)
    does(city, "委", "review", opinion="同意")
    assert city.record(PLAN, "t1")["state"] == "reported"
    does(city, "专家", "review", opinion="达标")
    city.pass_time(3 * DAY)
    does(city, "专班", "accept")
    held = city.record(PLAN, "t1")
    assert (held["state"], held["accepted_on"]) == ("accepted", today(city))
    assert held["opinions"] == ["同意", "达标"]


def test_one_side_is_no_review(city):
    until_reported(city)
    does(city, "委", "review", opinion="同意")
    city.grant(PLAN, "department", city.cast("另一委"))
    for who in ("委", "另一委"):
        city.refused("again", city.cast(who), PLAN, "review", "t1", opinion="同意")
    city.refused("state.wrong", city.cast("专班"), PLAN, "accept", "t1")
    city.refused("opinion", city.cast("专家"), PLAN, "review", "t1", opinion="")
    city.grant(PLAN, "expert", city.cast("市科委"))
    city.refused("own", city.cast("市科委"), PLAN, "review", "t1", opinion="好")


def test_sent_back_it_is_reviewed_by_both_again(city):
    until_reported(city)
    does(city, "委", "review", opinion="不足")
    force, late = city.cast("专班"), {"reason": "不足", "due": today(city) - 1}
    city.refused("reason", force, PLAN, "send_back", "t1", **late)
    late = {"reason": "", "due": today(city)}
    city.refused("reason", force, PLAN, "send_back", "t1", **late)
    does(city, "专班", "send_back", reason="不足", due=today(city) + 30)
    city.refused("state.wrong", city.cast("委"), PLAN, "review", "t1", opinion="同意")
    does(city, "市科委", "report", report="补充", evidence=[bytes(32)])
    does(city, "专家", "review", opinion="达标")
    assert city.record(PLAN, "t1")["state"] == "reported"
    does(city, "委", "review", opinion="同意")
    assert city.record(PLAN, "t1")["state"] == "reviewed"


def test_only_the_lead_works_and_with_evidence(city):
    assign(city)
    city.grant(PLAN, "unit", city.cast("另一单位"))
    city.refused("party.other", city.cast("另一单位"), PLAN, "begin", "t1")
    city.refused("role.missing", city.cast("专家"), PLAN, "begin", "t1")
    does(city, "市科委", "begin")
    for wrong in (
        {"report": "", "evidence": [bytes(32)]},
        {"report": "x", "evidence": []},
    ):
        city.refused("evidence", city.cast("市科委"), PLAN, "report", "t1", **wrong)
    with pytest.raises(Exception, match="lead unit"):
        assign(city, "t2", leads=[])
