"""A load of hazardous waste, from draft to disposal, with what its laws refuse."""

from huabiao.client.signing import call
from huabiao.crypto.envelope import Call
from huabiao.node.day.cast import Cast

SCENARIO, LOAD = "hazardous_waste", "京危废-2026-0001"
PLANT, TRUCK, SITE = "某化工厂", "某运输公司", "某处置中心"


def play_waste(cast: Cast) -> None:
    """Draft, collect, receive, dispose; four refusals on the way."""
    cast.grant(SCENARIO, [("generator", PLANT), ("carrier", TRUCK), ("facility", SITE)])

    def step(operation: str, **arguments: object) -> Call:
        return call(SCENARIO, operation, LOAD, **arguments)

    cast.do(PLANT, step("draft", waste_code="900-041-49", declared=1_000))
    cast.say("  产废单位填报联单：900-041-49，1000 千克。 Drafted: 1,000 kg.")
    cast.refused("role.missing", PLANT, step("collect", weighed=1_000))
    cast.refused("heavier", TRUCK, step("collect", weighed=1_200))
    cast.do(TRUCK, step("collect", weighed=1_000))
    cast.say("  运输单位起运 1000 千克。 Collected: 1,000 kg.")
    cast.refused("lost", SITE, step("receive", weighed=900))
    cast.do(SITE, step("receive", weighed=996))
    cast.refused("state.wrong", TRUCK, step("collect", weighed=996))
    cast.do(SITE, step("dispose", certificate=cast.keys(SITE).suite.digest(b"day")))
    cast.say("  处置单位接收 996 千克并处置，联单办结。 Received 996 kg, disposed of.")
    cast.say(f"  {cast.see(f'/scenarios/{SCENARIO}/{LOAD}')}")
