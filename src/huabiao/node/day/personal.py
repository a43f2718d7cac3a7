"""
A driver's name on a manifest: sealed in the vault, opened for whom it is about, refused
to a department that has nothing to do with it, erased, and proven erased with no node.
"""

import time
from typing import Any

from huabiao.client.remote import Answered, Remote
from huabiao.node.day.cast import Cast, DayFailed
from huabiao.proofs.verify import verify

WASTE, LOAD, FIELD = "hazardous_waste", "京危废-2026-0100", "driver"
PLANT, TRUCK, DRIVER, CURIOUS = "某化工厂", "某运输公司", "司机", "市交通委"
NAME = "赵师傅（演示）"
DONE = ("ok", "record.exists", "state.wrong")
"""Also what a step answers that an interrupted day has gone through already."""
WAIT_SECONDS, PAUSE_SECONDS = 30.0, 0.1


def play_personal(cast: Cast) -> None:
    """Seal, open, refuse, erase, prove."""
    cast.grant(WASTE, [("generator", PLANT), ("carrier", TRUCK)])
    declared = {"waste_code": "900-041-49", "declared": 1_000}
    _call(cast, PLANT, "draft", declared, None)
    about = cast.keys(DRIVER).account
    _call(cast, TRUCK, "collect", {"weighed": 1_000, FIELD: NAME}, about)
    cast.say("  司机姓名加密入库，链上只有承诺。 Sealed; the chain has a commitment.")
    if _state(cast)["state"] == "kept":
        _look(cast)
        _erase(cast)
    _prove(cast)


def _call(
    cast: Cast, who: str, operation: str, written: dict[str, Any], about: bytes | None
) -> None:
    done = cast.city.call(cast.keys(who), WASTE, operation, LOAD, written, about)
    if done.code not in DONE:
        raise DayFailed(f"{who}: {done.code}: {done.sentence}")


def _ask(cast: Cast, who: str, purpose: str) -> Any:
    wanted = {"scenario": WASTE, "record": LOAD, "field": FIELD, "purpose": purpose}
    with Remote(cast.url) as city:
        return city.as_(cast.keys(who)).post("/api/vault/open", wanted)


def _state(cast: Cast) -> dict[str, Any]:
    with Remote(cast.url) as city:
        found: dict[str, Any] = city.as_(cast.keys(DRIVER)).get(
            "/api/vault/value", scenario=WASTE, record=LOAD, field=FIELD
        )
    return found


def _look(cast: Cast) -> None:
    """The person sees the value; a stranger to the case does not."""
    if _ask(cast, DRIVER, "核对本人信息")["value"] != NAME:
        raise DayFailed("the vault opened another value than was sealed")
    cast.say("  本人查看，查看记在链上。 Opened for the driver, and noted.")
    try:
        _ask(cast, CURIOUS, "好奇")
    except Answered as refusal:
        cast.say(f"    拒绝 refused · {refusal}")
    else:
        raise DayFailed("the vault opened a value for whom it must not")


def _erase(cast: Cast) -> None:
    """The person asks on the chain; the vault destroys the key and confirms."""
    commitment, keys = _state(cast)["commitment"], cast.keys(DRIVER)
    reason = {"reason": "运输已结束 · the transport is over"}
    asked = cast.city.call(keys, "privacy", "ask_erasure", commitment, reason)
    if not asked.accepted:
        raise DayFailed(f"{DRIVER}: {asked.code}: {asked.sentence}")


def _prove(cast: Cast) -> None:
    """When the vault has confirmed, the proof of it is taken away and checked."""
    end = time.monotonic() + WAIT_SECONDS
    while (said := _state(cast))["state"] != "erased":
        if time.monotonic() > end:
            raise DayFailed("the vault has not confirmed an erasure")
        time.sleep(PAUSE_SECONDS)
    with Remote(cast.url) as city:
        proof = city.as_(cast.keys(DRIVER)).octets(f"/api/proofs/{said['proof']}")
        verdict = verify(proof, city.get("/api/trust"))
    if not verdict.ok or not verdict.statement["kept"]["erased_at"]:
        raise DayFailed(verdict.sentence)
    path = cast.folder / "day" / "erased.proof"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(proof)
    cast.say(f"  已删除，离线可证：{verdict.sentence}")
