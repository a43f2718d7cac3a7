"""The pages /accounts, who stands in a register, and of one account with its acts."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, StreamingResponse

from huabiao.doors import accounts
from huabiao.doors.lists_asked import After, Before, Standing, csv_download
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.registers import REGISTERS, Sought
from huabiao.doors.standings import Page, csv_of_standings, standings
from huabiao.doors.viewer import CityHere
from huabiao.doors.visibility import SUPERVISOR

router = APIRouter(default_response_class=HTMLResponse)
SHOWN = 50
TITLES = {
    "department": ("部门", "departments"),
    "organisation": ("登记单位", "organisations"),
    "device": ("设备", "devices"),
    "member": ("链上成员", "members"),
    "role": ("角色", "holders of roles"),
    "actor": ("办过事的", "who acted"),
}


@router.get("/accounts")
def listed(
    request: Request, city: CityHere, viewer: PageViewer, sought: Standing,
    after: After = "",
) -> HTMLResponse:  # fmt: skip
    """Accounts in the public registers; to supervisors also who acted."""
    found = standings(city, viewer, sought, Page(after, SHOWN))
    supervised = sought.supervised(city, viewer)
    shown = [name for name in REGISTERS if name != "actor" or supervised]
    described = city.descriptions()
    roles = described[sought.scenario]["roles"] if sought.scenario in described else {}
    return page(
        request,
        "accounts.html",
        sought=sought,
        registers={name: TITLES[name] for name in shown},
        scenarios=described,
        roles=[*roles, SUPERVISOR],
        query=_query(sought),
        **found,
    )


def _query(sought: Sought) -> str:
    """As the query of an address, for the next page and for the CSV."""
    given = {
        "register": sought.register, "scenario": sought.scenario, "role": sought.role,
        "q": sought.words, "sort": "-account" if sought.backward else "",
    }  # fmt: skip
    return urlencode({name: value for name, value in given.items() if value})


@router.get("/accounts.csv")
def exported(city: CityHere, viewer: PageViewer, sought: Standing) -> StreamingResponse:
    """The same list as CSV, for whom the page's session may see."""
    return csv_download(city, csv_of_standings(city, viewer, sought), "accounts")


@router.get("/accounts/{account}")
def account(
    request: Request, city: CityHere, viewer: PageViewer, account: str,
    before: Before = "",
) -> HTMLResponse:  # fmt: skip
    found = accounts.account(
        city, accounts.read_account(account), viewer, SHOWN, before
    )
    return page(request, "account.html", account=found, before=before)


@router.get("/accounts/{account}/acts.csv")
def acts(
    city: CityHere, viewer: PageViewer, account: str, before: Before = ""
) -> StreamingResponse:
    """The acts of the page as CSV, those before the same block."""
    rows = accounts.csv_of_acts(city, accounts.read_account(account), viewer, before)
    return csv_download(city, rows, "acts")
