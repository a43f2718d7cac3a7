"""
Licences shown by an authorisation code.

    POST /api/licences/codes    the holder asks for a code; the permit is theirs to sign
    POST /api/licences/redeem   the office asks what redeems a code; the call is its own
    GET  /api/licences/shown    what the office may see of a licence that it redeemed

Whatever is wrong with a code, the answer is the same, and it is counted: guessing locks
the account. The fields are opened by the vault, and the note of it is final first.
"""

import json
import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from huabiao.client.signing import call, sign_envelope
from huabiao.codec import decode
from huabiao.doors import vault as values
from huabiao.doors.authorising import bounded, codes_of, draw_code
from huabiao.doors.city import City
from huabiao.doors.opening import once_noted
from huabiao.doors.problems import Problem, forbidden, not_found
from huabiao.doors.viewer import CityHere, Json, SignedIn, city_of
from huabiao.services.attempts import Attempts
from huabiao.services.vault import Damaged, Missing, StorageFailed

router = APIRouter(tags=["证照 · licences"])

SHOWN_MS = 600_000
REFUSED = "授权码不可用，请与持证人核对。 The code cannot be used: ask its holder."


@router.post("/licences/codes")
def new_code(city: CityHere, account: SignedIn) -> Json:
    """Eight digits for the holder, and the id under which to sign licences.permit."""
    return draw_code(city, account)


class ToRedeem(BaseModel):
    """The code as the holder said it, and what the office needs it for."""

    code: str = Field(max_length=20, examples=["04711815"])
    purpose: str = Field(min_length=1, max_length=200, examples=["开办企业"])


@router.post("/licences/redeem")
def what_redeems(city: CityHere, account: SignedIn, wanted: ToRedeem) -> Json:
    """The secret with which to sign licences.redeem; the code itself stays here."""
    if not city.port.holds_role("licences", "clerk", account):
        raise forbidden("只有办事窗口可以核销。 Only an office may redeem codes.")
    attempts: Attempts = city.services["attempts"]
    bounded(attempts, account)
    try:
        secret = codes_of(city).secret(wanted.code)
        commitment = codes_of(city).commitment(wanted.code)
    except ValueError as error:
        raise Problem(422, "code.form", str(error)) from None
    stored = city.port.read(f"licences/permits/{commitment}")
    if stored is None or not _fits(decode(stored), account, wanted.purpose):
        raise Problem(403, "code.refused", REFUSED)
    attempts.good(account)
    licence = decode(stored)[0]
    return {"secret": secret.hex(), "use": f"{licence}/{commitment}"}


def _fits(permit: list[Any], account: bytes, purpose: str) -> bool:
    _, _, office, allowed, _, until = permit
    return bool(office == account and allowed == purpose and time.time() * 1000 < until)


Place = Annotated[str, Query(max_length=220, description="<licence>/<permit>")]


@router.get("/licences/shown")
async def shown(request: Request, account: SignedIn, use: Place) -> Json:
    """The permitted fields, for ten minutes after the code was redeemed."""
    city = city_of(request)
    return await once_noted(city, await run_in_threadpool(_open, city, account, use))


def _open(city: City, account: bytes, place: str) -> Json:
    stored = city.port.read(f"licences/uses/{place}")
    if stored is None or decode(stored)[3] != account:
        raise not_found("没有本窗口的这次用证", "There is no such use of this office's")
    licence, _, _, _, purpose, fields, at, *_ = decode(stored)
    if time.time() * 1000 > at + SHOWN_MS:
        raise forbidden("已过查看时间。 The time to look at it is over.")
    found = values.find_value(city, "licences", licence, "content")
    vault = values.check_standing(city, found)
    try:
        content = json.loads(decode(vault.open(found.place)))
    except Missing as error:
        raise Problem(404, "vault.missing", str(error)) from None
    except Damaged as error:
        raise Problem(500, "vault.damaged", str(error)) from None
    except StorageFailed as error:
        raise Problem(503, "vault.storage", str(error)) from None
    note = call(
        "privacy", "note_opening", found.place.name, reader=account, purpose=purpose
    )
    return {
        "licence": licence,
        "purpose": purpose,
        "fields": {name: content.get(name) for name in fields},
        "note": sign_envelope(
            city.port.chain, vault.signing.of(city.port.suite_name), [note]
        ),
    }
