"""
The two levels.

    GET /api/levels            the chains, the progress, the dockings
    GET /api/levels/account    as which account a department of another chain acts here
"""

from typing import Annotated

from fastapi import APIRouter, Query

from huabiao.contracts import Refused
from huabiao.crypto.address import parse, show
from huabiao.doors.levels import levels
from huabiao.doors.problems import malformed
from huabiao.doors.viewer import CityHere, Json

router = APIRouter(tags=["市区两级 · city and districts"])


@router.get("/levels")
def get_levels(city: CityHere) -> Json:
    """Followed chains with the newest anchored header, how far each department is on
    either level, and the catalogs docked between them with what drifted."""
    return levels(city)


@router.get("/levels/account")
def account_here(
    city: CityHere,
    route: Annotated[str, Query(max_length=200)],
    account: Annotated[str, Query(max_length=60, description="hb1…")],
) -> Json:
    """The account as which a department of the chain at the end of a route asks here;
    what grants it the role of a department lets it in."""
    try:
        party = parse(account)
        found = city.port.ask(
            "remote_sharing", "account_of", {"route": route, "party": party}
        )
    except (ValueError, Refused) as error:
        raise malformed(str(error), "account.malformed", "account") from None
    return {"route": route, "of": account, "account": show(found)}
