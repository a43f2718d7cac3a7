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

from huabiao.doors.stream import Filter
from huabiao.doors.viewer import CityHere, Json, SignedIn
from huabiao.doors.webhooks import asking
from huabiao.doors.webhooks.asking import CURSOR, hooks_of

router = APIRouter(tags=["事件 · events"])


class ToRegister(BaseModel):
    """Where to, and which events; without `after`, those from now on."""

    url: str = Field(
        max_length=asking.LONGEST_URL, examples=["https://example.org/huabiao"]
    )
    scenario: str = Field(
        "", max_length=asking.LONGEST_SCENARIO, examples=["hazardous_waste"]
    )
    record: str = Field("", max_length=asking.LONGEST_RECORD)
    after: str | None = Field(None, pattern=CURSOR)


@router.post("/webhooks")
def register(city: CityHere, account: SignedIn, wanted: ToRegister) -> Json:
    """A webhook; its secret is shown this once, and signs what is sent."""
    filter_ = Filter(wanted.scenario, wanted.record)
    hook, secret = asking.register(city, account, wanted.url, filter_, wanted.after)
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

    after: str = Field(pattern=CURSOR)


@router.post("/webhooks/{id}/replay")
def replay(city: CityHere, account: SignedIn, id: str, wanted: ToReplay) -> Json:
    """Send everything after a cursor again."""
    return hooks_of(city).replay(account, id, wanted.after).shown()
