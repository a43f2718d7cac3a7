"""
Webhooks of an account: register an address, go back to a cursor, see what was given up.

    POST   /api/webhooks                    {"url", "scenario", "record", "after"}
    GET    /api/webhooks                    one's own, how far each is
    DELETE /api/webhooks/{id}
    GET    /api/webhooks/{id}/dead          batches that nobody took
    POST   /api/webhooks/{id}/replay        {"after"}: from there on again
"""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from huabiao.doors.city import City
from huabiao.doors.problems import Problem
from huabiao.doors.stream import Filter, check_filter
from huabiao.doors.viewer import CityHere, Json, SignedIn
from huabiao.doors.webhooks import Hooks

router = APIRouter(tags=["事件 · events"])
_CURSOR = r"^\d{1,10}(-\d{1,16})?$"


def hooks_of(city: City) -> Hooks:
    found: Hooks | None = city.services.get("webhooks")
    if found is None:
        raise Problem(
            404, "webhook.none", "本节点不发送网络钩子。 This node sends no webhooks."
        )
    return found


class ToRegister(BaseModel):
    """Where to, and which events; without `after`, those from now on."""

    url: str = Field(max_length=500, examples=["https://example.org/huabiao"])
    scenario: str = Field("", max_length=200, examples=["hazardous_waste"])
    record: str = Field("", max_length=400)
    after: str | None = Field(None, pattern=_CURSOR)


@router.post("/webhooks")
def register(city: CityHere, account: SignedIn, wanted: ToRegister) -> Json:
    """A webhook; its secret is shown this once, and signs what is sent."""
    filter_ = Filter(wanted.scenario, wanted.record)
    check_filter(city, filter_)
    cursor = wanted.after or str(city.port.height)
    hook, secret = hooks_of(city).register(account, wanted.url, filter_, cursor)
    return {**hook.shown(), "secret": secret}


@router.get("/webhooks")
def mine(city: CityHere, account: SignedIn) -> Json:
    """One's own webhooks; `failure` says why one waits."""
    return {"webhooks": [hook.shown() for hook in hooks_of(city).of(account)]}


@router.delete("/webhooks/{id}")
def remove(city: CityHere, account: SignedIn, id: str) -> Json:
    hooks_of(city).remove(account, id)
    return {"removed": id}


@router.get("/webhooks/{id}/dead")
def dead(city: CityHere, account: SignedIn, id: str) -> Json:
    """What was given up, by cursors; replay from `after` to have it again."""
    return {"dead": hooks_of(city).dead_letters(account, id)}


class ToReplay(BaseModel):
    """The cursor after which events are sent again."""

    after: str = Field(pattern=_CURSOR)


@router.post("/webhooks/{id}/replay")
def replay(city: CityHere, account: SignedIn, id: str, wanted: ToReplay) -> Json:
    """Send everything after a cursor again."""
    return hooks_of(city).replay(account, id, wanted.after).shown()
