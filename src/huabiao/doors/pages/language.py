"""
The language of a page: Chinese with English beside it, or one of the two, by a switch.

Every template says a sentence once in both languages; a class on <html> hides one, so
that one page serves all three. What stands in an attribute or a title is said in the
chosen language by `say`. The choice is a cookie that tells nothing of the reader.
"""

from typing import Annotated, Literal

import jinja2
from fastapi import APIRouter, Query, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

COOKIE, YEAR_S = "lang", 365 * 86_400
BOTH, CHINESE, ENGLISH = "both", "zh", "en"
LONGEST_BACK = 2_000

router = APIRouter()
Chosen = Literal["both", "zh", "en"]


def language_of(request: Request) -> str:
    """What a reader chose; both where nothing was chosen, or nothing that there is."""
    chosen = request.cookies.get(COOKIE, BOTH)
    return chosen if chosen in (CHINESE, ENGLISH) else BOTH


@router.get("/language/{chosen}")
def choose(
    request: Request,
    chosen: Chosen,
    back: Annotated[str, Query(max_length=LONGEST_BACK)] = "/",
) -> Response:
    """Keep a choice, and go back to where the reader was. It changes nothing but how
    pages read, so that a link may do it."""
    answer = RedirectResponse(own_path(back), 303, {"cache-control": "no-store"})
    secure = request.url.scheme == "https"
    answer.set_cookie(
        COOKIE, chosen, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure
    )
    return answer


def own_path(back: str) -> str:
    """`back` if it is a path of this site, else the first page. A browser drops tabs
    and takes a backslash for a slash, so neither may stand there."""
    is_own = back.startswith("/") and not back.startswith("//")
    clean = back.isprintable() and "\\" not in back and " " not in back
    return back if is_own and clean else "/"


def two(zh: object, en: object) -> Markup:
    """A text in both languages, each marked with its own. A page says some hundreds of
    them: a macro of the template's takes several times as long."""
    return Markup(  # noqa: S704 — both are escaped where they are put in
        f'<span lang="zh-CN" class="zh">{escape(zh)}</span>'
        f' <span lang="en" class="en">{escape(en)}</span>'
    )


@jinja2.pass_context
def say(context: jinja2.runtime.Context, zh: str, en: str) -> str:
    """Plain text in the page's language: for attributes, titles and options."""
    return said(context["language"], zh, en)


def said(language: str, zh: str, en: str) -> str:
    """One of two texts, or both where nothing was chosen."""
    both = zh if zh == en else f"{zh} · {en}"
    return {CHINESE: zh, ENGLISH: en}.get(language, both)
