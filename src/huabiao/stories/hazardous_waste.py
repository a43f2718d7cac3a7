"""
Two loads of hazardous waste: one is disposed of, the other goes back to the gate.

What the law forbids is tried on the way, and refused.
"""

from huabiao.testing.stage import Stage


def walk(stage: Stage) -> None:
    """From the gate to the grave, and once back to the gate."""
    plant = stage.actor("某化工厂", "generator")
    truck = stage.actor("某运输公司", "carrier")
    site = stage.actor("某处置中心", "facility")
    other = stage.actor("另一处置中心", "facility")

    load = stage.case("京危废-2026-0001")
    truck.refused("role.missing", "draft", load, waste_code="900-041-49", declared=1)
    plant.refused("waste.code", "draft", load, waste_code="900-041-51", declared=1_000)
    plant.refused("waste.code", "draft", load, waste_code="９00-041-49", declared=1_000)
    plant.refused("empty", "draft", load, waste_code="900-041-49", declared=0)
    plant.does("draft", load, waste_code="900-041-49", declared=1_000)
    truck.refused("heavier", "collect", load, weighed=1_200)
    truck.does("collect", load, weighed=1_000)
    truck.refused("state.wrong", "collect", load, weighed=1_000)
    site.refused("grew", "receive", load, weighed=1_001)
    site.refused("lost", "receive", load, weighed=900)
    site.does("receive", load, weighed=996)
    certificate = stage.digest("处置证明 · certificate of disposal")
    other.refused("party.other", "dispose", load, certificate=certificate)
    site.does("dispose", load, certificate=certificate)
    load.stands("disposed", received=996, waste_code="900-041-49")

    wrong = stage.case("京危废-2026-0002")
    plant.does("draft", wrong, waste_code="772-003-18", declared=400)
    truck.does("collect", wrong, weighed=400)
    site.does("receive", wrong, weighed=400)
    site.refused("reason", "send_back", wrong, reason="")
    site.does("send_back", wrong, reason="包装破损，与联单不符 · damaged drums")
    wrong.stands("returned", collected=400)
