"""
Values for people: what a field is called, and what stands in it.

Names are told by the labels of the contract's Description, in both languages; accounts
and records link, instants are the clock in Beijing, long hexadecimal breaks.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import jinja2
from markupsafe import Markup, escape

from huabiao.client.labels import (
    Named,
    asked_by,
    fields_within,
    named_by,
    parameters_of,
    title_of,
)
from huabiao.doors.pages.language import say, two
from huabiao.doors.problems import both_languages

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ACCOUNT, HEX = re.compile(r"hb1[0-9a-f]{44}"), re.compile(r"[0-9a-f]{24,}")
BEIJING = timezone(timedelta(hours=8))
Json = dict[str, Any]
BETWEEN_STATES: Named = {
    "from": {"title": {"zh": "从", "en": "from"}, "kind": "Text"},
    "to": {"title": {"zh": "到", "en": "to"}, "kind": "Text"},
}


def label(name: str, facts: Json | None = None) -> Markup:
    """What a field or parameter is called, in both languages; its name without one."""
    title = (facts or {}).get("title")
    return two(title["zh"], title["en"]) if title else escape(name)


def called_there(about: Json | None, name: str) -> Markup:
    """An operation, an event or a field of a contract by what it is called there."""
    if about is None:
        return escape(name)
    title = about["operations"].get(name, {"title": ""})["title"]
    if title:
        return two(title, name.replace("_", " "))
    return label(name, named_by(about, name).get(name))


@jinja2.pass_context
def signed_as(context: jinja2.runtime.Context, contract: str, operation: str) -> Markup:
    """What the dialog of signing calls an operation and what it is given, in the page's
    language: attributes of its form."""
    about = context["described"].get(contract)
    if about is None or operation not in about["operations"]:
        return Markup()
    titles = {
        name: title_of(name, facts)
        for name, facts in asked_by(about, operation).items()
    }
    labels = {n: say(context, each["zh"], each["en"]) for n, each in titles.items()}
    plain = operation.replace("_", " ")
    title = say(context, about["operations"][operation]["title"] or plain, plain)
    written = json.dumps(labels, ensure_ascii=False)
    return Markup('data-title="{}" data-labels="{}"').format(title, written)


@jinja2.pass_context
def fields(
    context: jinja2.runtime.Context, values: Json, about: Json | None = None,
    named: Named | None = None, inner: bool = False,
) -> Markup:  # fmt: skip
    """Values by name, each under what the Description `about` calls it; `named` has the
    facts of the names."""
    rows = []
    for name, item in values.items():
        facts = (named or {}).get(name)
        rows.append(
            Markup("<dt>{}</dt><dd>{}</dd>").format(
                label(name, facts), value(context, item, about, facts)
            )
        )
    begin = Markup('<dl class="inner">') if inner else Markup("<dl>")
    return begin + Markup("").join(rows) + Markup("</dl>")


@jinja2.pass_context
def arguments(context: jinja2.runtime.Context, call: Json) -> Markup:
    """What a call was given, by what its contract calls it."""
    about = context["described"].get(call["contract"])
    named = parameters_of(about, call["operation"]) if about else None
    return fields(context, call["arguments"], about, named)


@jinja2.pass_context
def detail(
    context: jinja2.runtime.Context, contract: str, event: str, told: Json
) -> Markup:
    """What an event tells. That of an operation on a record tells of states."""
    about = context["described"].get(contract)
    if about is None:
        return fields(context, told)
    operation = about["operations"].get(event, {"manner": ""})
    if operation["manner"] not in ("opens", "moves"):
        return fields(context, told, about, named_by(about, event))
    states = about["states"]
    shown = {
        name: two(states[held]["zh"], states[held]["en"]) if held in states else held
        for name, held in told.items()
    }
    return fields(context, shown, about, BETWEEN_STATES)


@jinja2.pass_context
def value(
    context: jinja2.runtime.Context, shown: Any, about: Json | None = None,
    facts: Json | None = None,
) -> Markup:  # fmt: skip
    """A plain JSON value for people: accounts link, long hexadecimal breaks. A record
    is told by the labels of the Description `about`, if its kind is known by `facts`.
    """
    if shown is None or shown == "":
        return Markup('<span class="none">—</span>')
    if isinstance(shown, bool):
        return escape(say(context, "是", "yes") if shown else say(context, "否", "no"))
    if isinstance(shown, dict):
        named = fields_within(about, facts) if about else {}
        return fields(context, shown, about, named, inner=True)
    if isinstance(shown, list):
        items = (
            Markup("<li>{}</li>").format(value(context, item, about, facts))
            for item in shown[:200]
        )
        return Markup("<ul>") + Markup("").join(items) + Markup("</ul>")
    return written(context, shown) if isinstance(shown, str) else escape(shown)


def written(context: jinja2.runtime.Context, shown: str) -> Markup:
    """A text: accounts and instants as themselves, everything else as it stands."""
    if _ACCOUNT.fullmatch(shown):
        return account(context, shown)
    if _INSTANT.fullmatch(shown):
        return moment(shown)
    if HEX.fullmatch(shown):
        return marked(f'<code class="hex">{shown}</code>')
    return escape(shown)


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
    return marked(f'<time datetime="{escape(written)}">{clock}</time>')


def marked(written: str) -> Markup:
    """Markup whose parts were escaped where they were put in: Markup.format does the
    same in five times the time."""
    return Markup(written)  # noqa: S704
