"""
The pages: plain HTML made on the server, Chinese first; `language` is the switch.

No script is needed. Every page reads through `huabiao.doors.reading`, so it shows no
more than the API would; a session lives in a cookie that scripts cannot read.
"""

from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from huabiao.doors.pages import (
    bills,
    directory,
    language,
    own,
    plan,
    trace,
    values,
    views,
)

STATIC = Path(str(resources.files("huabiao.doors.pages"))) / "static"


def install_pages(app: FastAPI) -> None:
    """Add the pages beside the API."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(views.router, include_in_schema=False)
    app.include_router(bills.router, include_in_schema=False)
    app.include_router(plan.router, include_in_schema=False)
    app.include_router(own.router, include_in_schema=False)
    app.include_router(values.router, include_in_schema=False)
    app.include_router(trace.router, include_in_schema=False)
    app.include_router(language.router, include_in_schema=False)
    app.include_router(directory.router, include_in_schema=False)


__all__ = ["install_pages"]
