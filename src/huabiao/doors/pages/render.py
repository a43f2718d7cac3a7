"""Templates into pages: escaped by default, with a few words for bilingual text."""

import functools
import gzip
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from huabiao.doors.city import City
from huabiao.doors.pages.assets import address_of, takes_gzip
from huabiao.doors.pages.language import BOTH, language_of, say, two
from huabiao.doors.problems import Problem, both_languages
from huabiao.doors.viewer import COOKIE

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ACCOUNT, _HEX = re.compile(r"hb1[0-9a-f]{44}"), re.compile(r"[0-9a-f]{24,}")
BEIJING = timezone(timedelta(hours=8))
GZIP_LEVEL = 4

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
    query = f"?{request.url.query}" if request.url.query else ""
    made = environment.get_template(template).render(
        chain=city.port.chain, path=request.url.path, account_link=_account_links(city),
        call_link=_call_links(city),
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


def both(sentence: str) -> Markup:
    """A sentence of ours, 中文。 English., each marked with its language."""
    zh, en = both_languages(sentence)
    if zh and not en:  # said to all, rather than to nobody who reads English
        return Markup('<span lang="zh-CN">{}</span>').format(zh)
    made = (
        Markup('<span lang="zh-CN" class="zh">{}</span>').format(zh) if zh else Markup()
    )
    if en:
        made += Markup(' <span lang="en" class="en">{}</span>').format(en)
    return made


def moment(written: str) -> Markup:
    """An instant (UTC, RFC 3339) as the clock in Beijing shows it, to the second."""
    there = datetime.fromisoformat(written).astimezone(BEIJING)
    clock = f"{there:%Y-%m-%d %H:%M:%S}"
    return _marked(f'<time datetime="{escape(written)}">{clock}</time>')


def _account_links(city: City) -> Callable[[str], Markup]:
    """An account by its registered name where it has one, linked to its page; looked up
    once a page, however often it stands there."""

    @functools.cache
    def link(written: str) -> Markup:
        name, at = city.name_of(written), escape(written)
        if name == written:
            return _marked(f'<a class="hex" href="/accounts/{at}">{at}</a>')
        return _marked(
            f'<a href="/accounts/{at}">{escape(name)}</a>'
            f' <code class="small">{at[:11]}…</code>'
        )

    return link


def _call_links(city: City) -> Callable[[str, str, str], Markup]:
    """A call by the names of its contract and operation; what it was about leads to its
    record, or to its events where it is an entry that has no page."""
    described = city.descriptions()

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
        shown = f"{key[:16]}…" if _HEX.fullmatch(key) else key
        return call + Markup(' · <a href="{}">{}</a>').format(where, shown)

    return link


def _marked(written: str) -> Markup:
    """Markup whose parts were escaped where they were put in: Markup.format does the
    same in five times the time."""
    return Markup(written)  # noqa: S704


@jinja2.pass_context
def account(context: jinja2.runtime.Context, written: str) -> Markup:
    """An account's link."""
    link: Markup = context["account_link"](written)
    return link


@jinja2.pass_context
def called(context: jinja2.runtime.Context, call: dict[str, Any]) -> Markup:
    """A call, by what it is called."""
    link: Callable[[str, str, str], Markup] = context["call_link"]
    return link(call["contract"], call["operation"], call["key"])


@jinja2.pass_context
def value(context: jinja2.runtime.Context, shown: Any) -> Markup:
    """A plain JSON value for people: accounts link, long hexadecimal breaks."""
    if shown is None or shown == "":
        return Markup('<span class="none">—</span>')
    if isinstance(shown, bool):
        return escape(say(context, "是", "yes") if shown else say(context, "否", "no"))
    if isinstance(shown, dict):
        rows = (
            Markup("<dt>{}</dt><dd>{}</dd>").format(name, value(context, item))
            for name, item in shown.items()
        )
        return Markup('<dl class="inner">') + Markup("").join(rows) + Markup("</dl>")
    if isinstance(shown, list):
        items = (
            Markup("<li>{}</li>").format(value(context, item)) for item in shown[:200]
        )
        return Markup("<ul>") + Markup("").join(items) + Markup("</ul>")
    return written(context, shown) if isinstance(shown, str) else escape(shown)


def written(context: jinja2.runtime.Context, shown: str) -> Markup:
    """A text: accounts and instants as themselves, everything else as it stands."""
    if _ACCOUNT.fullmatch(shown):
        return account(context, shown)
    if _INSTANT.fullmatch(shown):
        return moment(shown)
    if _HEX.fullmatch(shown):
        return _marked(f'<code class="hex">{shown}</code>')
    return escape(shown)


environment.globals["say"] = say
environment.globals["two"] = two
environment.globals["static"] = address_of
environment.filters["both"] = both
environment.filters["value"] = value
environment.filters["moment"] = moment
environment.filters["account"] = account
environment.filters["called"] = called
