"""What a scenario's page has in its form: the list that a person chose."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from huabiao.doors.listing import Asked


@dataclass(frozen=True)
class Choice:
    """The fields of the form as they were sent."""

    state: str
    field: str
    value: str
    sort: str
    own: bool

    def asked(self, scenario: str) -> Asked:
        """As a list is asked for."""
        where = {self.field: self.value} if self.field and self.value else {}
        sort = self.sort or "id"
        return Asked(scenario, self.state or None, where, self.own, sort)

    def query(self) -> str:
        """As the query of an address, for the next page and for the CSV."""
        own = "true" if self.own else ""
        given = {"state": self.state, "field": self.field, "value": self.value,
                 "sort": self.sort, "own": own}  # fmt: skip
        return urlencode({name: value for name, value in given.items() if value})


_Word = Annotated[str, Query(max_length=500)]


async def choice(
    state: _Word = "",
    field: _Word = "",
    value: _Word = "",
    sort: _Word = "id",
    own: bool = False,
) -> Choice:
    return Choice(state, field, value, sort, own)


Chosen = Annotated[Choice, Depends(choice)]
