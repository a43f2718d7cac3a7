"""
Opening a personal or secret value for whoever asks, by the API or by a page.

The reader may have it opened; the vault opens it; the note of it is final on the chain;
only then is the value handed out.
"""

from typing import Any

from starlette.concurrency import run_in_threadpool

from huabiao.client.signing import call, sign_envelope
from huabiao.codec import decode
from huabiao.doors import vault as values
from huabiao.doors.city import City
from huabiao.doors.problems import Problem
from huabiao.services.vault import Damaged, Missing, StorageFailed

Json = dict[str, Any]


async def open_for(
    city: City, account: bytes, scenario: str, record: str, field: str, purpose: str,
    login: str = "",
) -> Json:  # fmt: skip
    """
    {"value", "commitment", "opening"}, for an account that may see the value; `login`
    is the tag of the member of staff who reads for it, and is noted beside it.

    Problem 403 if it may not, 404 if nothing is kept, 410 once erasure was asked for.
    """
    where = scenario, record, field
    by = {"reader": account, "purpose": purpose} | ({"login": login} if login else {})
    shown = await run_in_threadpool(_opened, city, where, by)
    return await once_noted(city, shown)


async def once_noted(city: City, shown: Json) -> Json:
    """
    What was opened, and under "opening" the envelope of its "note": final on the chain
    before anything is handed out. Problem 410 once erasure was asked for, 409 where the
    chain refuses otherwise.
    """
    (outcome,) = await city.port.submit([shown.pop("note")])
    if not outcome.accepted:
        if outcome.code in ("asked", "erased"):
            raise values.erased()
        raise Problem(409, outcome.code, outcome.sentence)
    return {**shown, "opening": outcome.envelope}


def _opened(city: City, where: tuple[str, str, str], by: Json) -> Json:
    """The value in the clear, and the signed note of who had it opened."""
    found = values.find_value(city, *where)
    values.check_reader(city, found, by["reader"])
    vault = values.check_standing(city, found)
    try:
        encoded = vault.open(found.place)
    except Missing as error:
        raise Problem(404, "vault.missing", str(error)) from None
    except Damaged as error:
        raise Problem(500, "vault.damaged", str(error)) from None
    except StorageFailed as error:
        raise Problem(503, "vault.storage", str(error)) from None
    name = found.place.name
    note = call("privacy", "note_opening", name, **by)
    signer = vault.signing.of(city.port.suite_name)
    return {
        "value": found.kind.show(decode(encoded)),
        "commitment": name,
        "note": sign_envelope(city.port.chain, signer, [note]),
    }
