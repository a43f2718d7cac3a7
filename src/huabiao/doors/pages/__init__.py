"""
The pages: plain HTML made on the server, Chinese first; `language` is the switch.

No script is needed to read. Every page reads through `huabiao.doors.reading`, so it
shows no more than the API would; a session lives in a cookie that scripts cannot read.
"""

from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from huabiao.doors.pages import (
    bills,
    contacts,
    crossings,
    directory,
    entering,
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

STATIC = Path(str(resources.files("huabiao.doors.pages"))) / "static"


def install_pages(app: FastAPI) -> None:
    """Add the pages beside the API."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    rooms = (
        views, contacts, crossings, directory, bills, plan, own, wallet, webhooks,
        values, trace, supervision, paper, language, entering, passkeys, levels,
    )  # fmt: skip
    for room in rooms:
        app.include_router(room.router, include_in_schema=False)


__all__ = ["install_pages"]
