"""
Charts as inline SVG, made on the server: bars whose numbers also stand in the drawing.

A drawing has a title and a description for those who hear the page, and the page shows
the same figures in a table beside it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

LABEL, BARS, ROW, EDGE, FIGURE = 270, 330, 30, 6, 90
LONGEST_ZH, LONGEST_EN = 10, 22


class Bar(NamedTuple):
    """One bar; `kind` is a class of the style sheet."""

    zh: str
    en: str
    count: int
    kind: str = ""


def states_chart(
    description: dict[str, Any], counts: dict[str, int], title: str
) -> Markup:
    """How many records of a scenario stand in each state; a final state's is green."""
    rows = [
        Bar(each["zh"], each["en"], counts.get(name, 0), "end" if each["final"] else "")
        for name, each in description["states"].items()
    ]
    return bars("states", title, rows)


def bars(id_: str, title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars on one scale from zero; empty where there is nothing to draw.
    `id_` is the drawing's in its page."""
    if not rows:
        return Markup("")
    most = max(1, *(row.count for row in rows))
    width, height = LABEL + BARS + FIGURE, len(rows) * ROW + 2 * EDGE
    told = "；".join(f"{row.zh} {row.en} {row.count}" for row in rows)
    drawn = Markup("").join(
        _bar(row, EDGE + number * ROW, BARS * row.count // most)
        for number, row in enumerate(rows)
    )
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
        ' aria-labelledby="{id}-title {id}-told"><title id="{id}-title">{title}</title>'
        '<desc id="{id}-told">{told}</desc>{drawn}</svg>'
    ).format(w=width, h=height, id=id_, title=title, told=told, drawn=drawn)


def _bar(row: Bar, y: int, length: int) -> Markup:
    return Markup(
        '<text class="label" x="{x}" y="{base}">'
        '<tspan lang="zh-CN" class="zh">{zh}</tspan>'
        '<tspan lang="en" class="en" dx="4">{en}</tspan></text>'
        '<rect class="bar {kind}" x="{start}" y="{y}" width="{length}" height="{tall}"'
        ' rx="3"/><text class="figure" x="{after}" y="{base}">{count}</text>'
    ).format(
        x=LABEL - 8, base=y + ROW - 11,
        zh=shortened(row.zh, LONGEST_ZH), en=shortened(row.en, LONGEST_EN),
        kind=row.kind, start=LABEL, y=y + 4, length=max(length, 1 if row.count else 0),
        tall=ROW - 10, after=LABEL + length + 8, count=row.count,
    )  # fmt: skip


def shortened(text: str, longest: int) -> str:
    """A label that fits its place; the whole of it stands in the table beside."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
