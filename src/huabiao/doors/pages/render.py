"""Templates into pages: escaped by default, with a few words for bilingual text."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from huabiao.doors.city import City
from huabiao.doors.pages.language import BOTH, language_of, say
from huabiao.doors.problems import Problem, both_languages

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
BEIJING = timezone(timedelta(hours=8))

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
    """A page from a template."""
    city: City = request.app.state.city
    query = f"?{request.url.query}" if request.url.query else ""
    made = environment.get_template(template).render(
        chain=city.port.chain, path=request.url.path, name_of=city.name_of,
        language=language_of(request), here=request.url.path + query,
        suite=city.port.suite_name, founding=city.port.founding_suite, **values,
    )  # fmt: skip
    return HTMLResponse(made, status, {"vary": "cookie"})


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
    made = (
        Markup('<span lang="zh-CN" class="zh">{}</span>').format(zh) if zh else Markup()
    )
    if en:
        made += Markup(' <span lang="en" class="en">{}</span>').format(en)
    return made


def moment(written: str) -> Markup:
    """An instant (UTC, RFC 3339) as the clock in Beijing shows it, to the second."""
    there = datetime.fromisoformat(written).astimezone(BEIJING)
    return Markup('<time datetime="{}">{}</time>').format(
        written, there.strftime("%Y-%m-%d %H:%M:%S")
    )


@jinja2.pass_context
def account(context: jinja2.runtime.Context, written: str) -> Markup:
    """An account by its registered name where it has one, linked to its page."""
    name = context["name_of"](written)
    if name == written:
        return Markup('<a class="hex" href="/accounts/{0}">{0}</a>').format(written)
    return Markup(
        '<a href="/accounts/{0}">{1}</a> <code class="small">{2}…</code>'
    ).format(written, name, written[:11])


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
    if isinstance(shown, str) and re.fullmatch(r"hb1[0-9a-f]{44}", shown):
        return account(context, shown)
    if isinstance(shown, str) and _INSTANT.fullmatch(shown):
        return moment(shown)
    if isinstance(shown, str) and re.fullmatch(r"[0-9a-f]{24,}", shown):
        return Markup('<code class="hex">{}</code>').format(shown)
    return escape(shown)


environment.globals["say"] = say
environment.filters["both"] = both
environment.filters["value"] = value
environment.filters["moment"] = moment
environment.filters["account"] = account
