"""Templates into pages: escaped by default, with a few words for bilingual text."""

import re
from typing import Any

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from huabiao.doors.city import City
from huabiao.doors.problems import Problem

_CHINESE_END = re.compile(r"(?<=[。！？])\s+(?=[A-Za-z\"'<(])")

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
    made = environment.get_template(template).render(
        chain=city.port.chain, path=request.url.path, **values
    )
    return HTMLResponse(made, status)


def problem_page(
    request: Request, problem: Problem, headers: dict[str, str]
) -> HTMLResponse:
    """A problem as a page for people."""
    answer = page(request, "problem.html", problem.status, problem=problem.document())
    answer.headers.update(headers)
    return answer


def both(sentence: str) -> Markup:
    """A sentence of ours, 中文。 English., each marked with its language."""
    zh, *en = _CHINESE_END.split(sentence, maxsplit=1)
    made = Markup('<span lang="zh-CN">{}</span>').format(zh)
    if en:
        made += Markup(' <span lang="en" class="en">{}</span>').format(en[0])
    return made


def value(shown: Any) -> Markup:
    """A plain JSON value for people: accounts link, long hexadecimal breaks."""
    if shown is None or shown == "":
        return Markup('<span class="none">—</span>')
    if isinstance(shown, bool):
        return Markup("是 · yes") if shown else Markup("否 · no")
    if isinstance(shown, dict):
        rows = (
            Markup("<dt>{}</dt><dd>{}</dd>").format(name, value(item))
            for name, item in shown.items()
        )
        return Markup('<dl class="inner">') + Markup("").join(rows) + Markup("</dl>")
    if isinstance(shown, list):
        items = (Markup("<li>{}</li>").format(value(item)) for item in shown[:200])
        return Markup("<ul>") + Markup("").join(items) + Markup("</ul>")
    if isinstance(shown, str) and re.fullmatch(r"hb1[0-9a-f]{44}", shown):
        return Markup('<a class="hex" href="/accounts/{0}">{0}</a>').format(shown)
    if isinstance(shown, str) and re.fullmatch(r"[0-9a-f]{24,}", shown):
        return Markup('<code class="hex">{}</code>').format(shown)
    return escape(shown)


environment.filters["both"] = both
environment.filters["value"] = value
