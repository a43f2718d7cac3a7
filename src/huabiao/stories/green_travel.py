"""
A ride on the underground and one by bicycle: credited, exchanged, retired.

The method is DB11/T 3043—2024 (碳普惠项目减排量核算技术规范 低碳出行) of Beijing,
Tianjin and Hebei, published on 2024-06-28 and in force since 2024-10-01; it grew out of
Beijing's trial method of 2021 (北京市低碳出行碳减排方法学（试行）). Its formulas were
read in a copy of the text (6.2, 6.3: BE = Σ EF·BD, PE = Σ EF·PD). The factors stand
here as public calculators quote them from it, in mg of CO2 a passenger-kilometre (kg:
0.104 baseline, 0.052 bus, 0.032 rail, 0.0087 bicycle, 0 on foot); who publishes the
method in a city takes them from the standard itself.
"""

from huabiao.testing.stage import Actor, Stage

FACTORS = [
    {"mode": "bus", "milligrams": 52_000},
    {"mode": "rail", "milligrams": 32_000},
    {"mode": "bicycle", "milligrams": 8_700},
    {"mode": "walk", "milligrams": 0},
]


def walk(stage: Stage) -> None:
    """From the ride to the reward; overlapping and false trips are refused."""
    bureau = stage.actor("市交通委", "bureau")
    method = {"name": "DB11/T 3043—2024", "baseline": 104_000}
    wrong = [*FACTORS, {"mode": "taxi", "milligrams": 250_000}]
    bureau.refused("method", "publish", factors=wrong, **method)
    bureau.does("publish", factors=FACTORS, **method)
    rider, friend = stage.actor(stage.id("某市民")), stage.actor(stage.id("另一市民"))
    ride_and_cycle(stage, rider, friend)
    use_credits(stage, rider, friend)


def ride_and_cycle(stage: Stage, rider: Actor, friend: Actor) -> None:
    """Two trips are credited, one is rejected, one is by a mode that nobody knows."""
    metro, bikes = stage.actor("地铁", "operator"), stage.actor("单车", "operator")
    verifier = stage.actor("核证机构", "verifier")

    ride, same = stage.case("地铁-8001"), stage.case("地铁-8002")
    times = {"started": stage.moment(180), "ended": stage.moment(140)}
    trip = {"traveller": rider.account, "mode": "rail", "metres": 18_350, **times}
    rider.refused("role.missing", "log", ride, **trip)
    later = trip | {"ended": stage.moment(-60)}
    metro.refused("times", "log", ride, **later)
    metro.does("log", ride, **trip)
    metro.refused("record.exists", "log", ride, **trip)
    metro.refused("overlap", "log", same, **trip)
    metro.does("log", same, **trip | {"traveller": friend.account})
    cycle = stage.case("骑行-17")
    times = {"started": stage.moment(150), "ended": stage.moment(100)}
    way = trip | {"mode": "bicycle", "metres": 4_020, **times}
    bikes.refused("overlap", "log", cycle, **way)
    bikes.does("log", cycle, **way | {"started": trip["ended"]})

    rider.refused("state.wrong", "credit", ride)
    verifier.does("verify", ride)
    friend.refused("party.other", "credit", ride)
    rider.does("credit", ride)
    rider.refused("state.wrong", "credit", ride)
    ride.stands("credited", reduction=1_321)
    verifier.does("verify", cycle)
    rider.does("credit", cycle)
    cycle.stands("credited", reduction=383)
    verifier.does("reject", same, reason="未出站 · never left the station")
    same.stands("rejected", reduction=0)

    boat = stage.case("摆渡-1")
    times = {"started": stage.moment(60), "ended": stage.moment(50)}
    metro.does("log", boat, **trip | times | {"mode": "ferry"})
    verifier.refused("mode", "verify", boat)


def use_credits(stage: Stage, rider: Actor, friend: Actor) -> None:
    """A reward, and two retirements; no gram is used twice."""
    shop = stage.actor("书店", "buyer")
    reward = {"amount": 1_000, "reward": "图书券 · a book token"}
    rider.refused("buyer", "exchange", buyer=friend.account, **reward)
    rider.does("exchange", buyer=shop.account, **reward)
    rider.refused("books.short", "retire", amount=705, purpose="抵消会议 · a meeting")
    rider.does("retire", amount=704, purpose="抵消会议 · a meeting")
    shop.does("retire", amount=1_000, purpose="书店碳中和 · a carbon-neutral shop")
