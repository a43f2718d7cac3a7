"""
The pages: plain HTML made on the server, Chinese first; `language` is the switch.

No script is needed to read. Every page reads through `huabiao.doors.reading`, so it
shows no more than the API would; a session lives in a cookie that scripts cannot read.
"""

from fastapi import FastAPI

from huabiao.doors.pages import (
    accounts,
    assets,
    bills,
    contacts,
    crossings,
    directory,
    entering,
    envelopes,
    events,
    finding,
    language,
    levels,
    own,
    paper,
    passkeys,
    plan,
    supervision,
    trace,
    values,
    views,
    wallet,
    webhooks,
)


def install_pages(app: FastAPI) -> None:
    """Add the pages beside the API."""
    rooms = (
        views, accounts, envelopes, events, finding, contacts, crossings, directory,
        bills, plan, own, wallet, webhooks, values, trace, supervision, paper, language,
        entering, passkeys, levels, assets,
    )  # fmt: skip
    for room in rooms:
        app.include_router(room.router, include_in_schema=False)


__all__ = ["install_pages"]
