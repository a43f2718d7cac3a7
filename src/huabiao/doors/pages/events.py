"""The page /events: what happened on the chain, of all contracts or of one kind."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, StreamingResponse

from huabiao.doors.happened import Looked, csv_of_events, happened
from huabiao.doors.lists_asked import csv_download
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.problems import malformed
from huabiao.doors.viewer import HIGHEST, CityHere
from huabiao.services.index import Sought

router = APIRouter(default_response_class=HTMLResponse)
SHOWN = 50
_Word = Annotated[str, Query(max_length=400)]


@dataclass(frozen=True)
class Search:
    """The fields of the form as they were sent."""

    scenario: str
    event: str
    record: str
    until: str

    def looked(self, before: str = "") -> Looked:
        """As events are looked for; Problem 422 where the height is none."""
        short = len(self.until) <= len(str(HIGHEST))
        if self.until and not (self.until.isdecimal() and short):
            raise malformed(
                "区块高度应为数字。 The height of a block is a number.",
                "events.height", "until",
            )  # fmt: skip
        sought = Sought(self.scenario, self.event, self.record)
        return Looked(sought, int(self.until) if self.until else None, before)

    def query(self) -> str:
        """As the query of an address, for the next page and for the CSV."""
        given = {"scenario": self.scenario, "event": self.event,
                 "record": self.record, "until": self.until}  # fmt: skip
        return urlencode({name: value for name, value in given.items() if value})


async def search(
    scenario: _Word = "", event: _Word = "", record: _Word = "", until: _Word = ""
) -> Search:
    return Search(scenario, event.strip(), record.strip(), until.strip())


Searched = Annotated[Search, Depends(search)]


@router.get("/events")
def events(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    searched: Searched,
    before: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """Events of all contracts, newest first."""
    found = happened(city, viewer, searched.looked(before), SHOWN)
    return page(
        request,
        "events.html",
        scenarios=city.descriptions(),
        searched=searched,
        query=searched.query(),
        is_first=not before,
        **found,
    )


@router.get("/events.csv")
def exported(
    city: CityHere, viewer: PageViewer, searched: Searched
) -> StreamingResponse:
    """The same list as CSV, for whom the page's session may see."""
    rows = csv_of_events(city, viewer, searched.looked())
    return csv_download(city, rows, "events")
