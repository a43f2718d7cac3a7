"""Accounts: who stands in a register, one account with its acts, what it holds."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from huabiao.doors import accounts
from huabiao.doors.lists_asked import CSV, After, Before, Standing, csv_download
from huabiao.doors.standings import Page, csv_of_standings, standings
from huabiao.doors.viewer import CityHere, Json, Limit, Viewer

router = APIRouter(tags=["账户 · accounts"])


@router.get("/accounts")
def listed(
    city: CityHere, viewer: Viewer, sought: Standing, after: After = "",
    limit: Limit = 50,
) -> Json:  # fmt: skip
    """Accounts in the public registers: organisations, devices, members, holders of
    roles; to supervisors also who acted. `next` continues as `after`."""
    return standings(city, viewer, sought, Page(after, limit))


@router.get("/accounts.csv", response_class=StreamingResponse, responses=CSV)
def listed_csv(city: CityHere, viewer: Viewer, sought: Standing) -> StreamingResponse:
    """The same list as CSV, up to 100,000 rows."""
    return csv_download(city, csv_of_standings(city, viewer, sought), "accounts")


@router.get("/accounts/{account}")
def account(
    city: CityHere, viewer: Viewer, account: str, before: Before = "",
    limit: Limit = 50,
) -> Json:  # fmt: skip
    """An account, written hb1…: whose it is, and its acts as far as they are seen;
    `next` continues as `before`."""
    return accounts.account(city, accounts.read_account(account), viewer, limit, before)


@router.get(
    "/accounts/{account}/acts.csv", response_class=StreamingResponse, responses=CSV
)
def acts_csv(
    city: CityHere, viewer: Viewer, account: str, before: Before = ""
) -> StreamingResponse:
    """Its acts as CSV, up to 100,000 rows."""
    rows = accounts.csv_of_acts(city, accounts.read_account(account), viewer, before)
    return csv_download(city, rows, "acts")


@router.get("/accounts/{account}/balances")
def balances(city: CityHere, viewer: Viewer, account: str) -> Json:
    """What an account holds in the books of every scenario, for its owner."""
    return accounts.balances(city, accounts.read_account(account), viewer)
