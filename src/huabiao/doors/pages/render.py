"""Templates into pages: escaped by default, with a few words for bilingual text."""

import functools
import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from huabiao.doors.city import City
from huabiao.doors.pages.assets import address_of, takes_gzip
from huabiao.doors.pages.language import BOTH, language_of, say, two
from huabiao.doors.pages.shown import (
    HEX,
    account,
    arguments,
    both,
    called,
    called_there,
    detail,
    fields,
    label,
    marked,
    moment,
    signed_as,
    value,
)
from huabiao.doors.problems import Problem
from huabiao.doors.viewer import COOKIE

GZIP_LEVEL = 4
Json = dict[str, Any]

environment = jinja2.Environment(
    loader=jinja2.PackageLoader("huabiao.doors.pages", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def page(
    request: Request, template: str, status: int = 200, /, **values: Any
) -> HTMLResponse:
    """A page from a template. It is compressed where nobody is signed in: the length of
    what is compressed tells of what stands in it (BREACH)."""
    city: City = request.app.state.city
    described = city.descriptions()
    query = f"?{request.url.query}" if request.url.query else ""
    made = environment.get_template(template).render(
        chain=city.port.chain, path=request.url.path, account_link=_account_links(city),
        call_link=_call_links(city, described), described=described,
        language=language_of(request), here=request.url.path + query,
        suite=city.port.suite_name, founding=city.port.founding_suite, **values,
    )  # fmt: skip
    headers = {"vary": "cookie, accept-encoding"}
    if COOKIE in request.cookies or not takes_gzip(request):
        return HTMLResponse(made, status, headers)
    packed = gzip.compress(made.encode(), GZIP_LEVEL, mtime=0)
    return HTMLResponse(packed, status, {**headers, "content-encoding": "gzip"})


def problem_page(
    request: Request, problem: Problem, trace: str, headers: dict[str, str]
) -> HTMLResponse:
    """A problem as a page for people, in the language of the pages."""
    chosen = language_of(request)
    document = problem.document("" if chosen == BOTH else chosen, trace)
    answer = page(request, "problem.html", problem.status, problem=document)
    answer.headers.update(headers)
    return answer


def _account_links(city: City) -> Callable[[str], Markup]:
    """An account by its registered name where it has one, linked to its page; looked up
    once a page, however often it stands there."""

    @functools.cache
    def link(written: str) -> Markup:
        name, at = city.name_of(written), escape(written)
        if name == written:
            return marked(f'<a class="hex" href="/accounts/{at}">{at}</a>')
        return marked(
            f'<a href="/accounts/{at}">{escape(name)}</a>'
            f' <code class="small">{at[:11]}…</code>'
        )

    return link


def _call_links(city: City, described: Json) -> Callable[[str, str, str], Markup]:
    """A call by the names of its contract and operation; what it was about leads to its
    record, or to its events where it is an entry that has no page."""

    @functools.cache
    def link(contract: str, operation: str, key: str) -> Markup:
        about = described.get(contract)
        if about is None:
            return escape(f"{contract}.{operation} {key}")
        title, named = about["title"], about["operations"].get(operation)
        words = two(named["title"], operation.replace("_", " ")) if named else operation
        call = Markup('<a href="/scenarios/{}">{}</a> · {}').format(
            contract, two(title["zh"], title["en"]), words
        )
        if not key:
            return call
        record = about["record"] and city.port.read(f"{contract}/record/{key}")
        where = (
            f"/scenarios/{contract}/{quote(key)}" if record is not None
            else "/events?" + urlencode({"scenario": contract, "record": key})
        )  # fmt: skip
        shown = f"{key[:16]}…" if HEX.fullmatch(key) else key
        return call + Markup(' · <a href="{}">{}</a>').format(where, shown)

    return link


environment.globals["say"] = say
environment.globals["fields"] = fields
environment.globals["arguments"] = arguments
environment.globals["detail"] = detail
environment.globals["signed_as"] = signed_as
environment.globals["two"] = two
environment.globals["static"] = address_of
environment.filters["both"] = both
environment.filters["value"] = value
environment.filters["label"] = label
environment.filters["called_there"] = called_there
environment.filters["moment"] = moment
environment.filters["account"] = account
environment.filters["called"] = called
