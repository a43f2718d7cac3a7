"""
The life of a record as a drawing: inline SVG from a Description's states and moves.

States stand in columns by their distance from where a record opens; each operation is
an arrow. The same facts stand below the drawing as a list, for those who hear the page.
"""

from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT, GAP_X, GAP_Y = 130, 46, 90, 34


def layout(description: dict[str, Any]) -> list[list[str]]:
    """State names in columns: the states that open first, then what they lead to."""
    operations = description["operations"].values()
    column = [
        state
        for each in operations
        if each["manner"] == "opens"
        for state in each["to"]
    ]
    columns: list[list[str]] = []
    seen: set[str] = set()
    while column:
        column = [name for name in dict.fromkeys(column) if name not in seen]
        if not column:
            break
        columns.append(column)
        seen.update(column)
        column = [
            target
            for each in operations
            if any(source in columns[-1] for source in each["from"])
            for target in each["to"]
        ]
    return columns


def diagram(description: dict[str, Any], title: str = "") -> Markup:
    """The drawing; empty where a scenario has no states. `title` is for those who hear
    it; without one it is said in both languages."""
    columns = layout(description)
    if not columns:
        return Markup("")
    at = {
        name: (10 + x * (WIDTH + GAP_X), 24 + y * (HEIGHT + GAP_Y))
        for x, column in enumerate(columns)
        for y, name in enumerate(column)
    }
    width = 20 + len(columns) * (WIDTH + GAP_X) - GAP_X
    rows = max(len(column) for column in columns)
    height = 40 + rows * (HEIGHT + GAP_Y)
    if not any(at[to][0] <= at[source][0] for source, to, _ in _moves(description)):
        height -= GAP_Y  # no arrow goes back below the states
    parts = [_arrow(at, *move) for move in _moves(description)]
    parts += [_state(description["states"][name], *at[name]) for name in at]
    return Markup(
        '<svg class="life" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
        ' aria-labelledby="life-title"><title id="life-title">{title}</title>'
        "<defs><marker id='tip' viewBox='0 0 8 8' refX='8' refY='4'"
        " markerWidth='7' markerHeight='7' orient='auto'><path d='M0 0 8 4 0 8z'/>"
        "</marker></defs>{parts}</svg>"
    ).format(
        w=width,
        h=height,
        title=title or " · ".join(title_of(description)),
        parts=Markup("").join(parts),
    )


def title_of(description: dict[str, Any]) -> tuple[str, str]:
    """The drawing's title, in Chinese and in English."""
    title = description["title"]
    return f"{title['zh']}：状态图", f"{title['en']}: states"


def _moves(description: dict[str, Any]) -> list[tuple[str, str, tuple[str, str]]]:
    """(source, target, label in both languages) of every arrow; several operations
    share one. An operation's English title is its name."""
    labels: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, each in description["operations"].items():
        for source in each["from"]:
            for target in each["to"]:
                said = each["title"] or name, name.replace("_", " ")
                labels.setdefault((source, target), []).append(said)
    return [
        (*ends, ("、".join(zh for zh, _ in said), ", ".join(en for _, en in said)))
        for ends, said in labels.items()
    ]


def _arrow(
    at: dict[str, tuple[int, int]], source: str, target: str, label: tuple[str, str]
) -> Markup:
    (x1, y1), (x2, y2) = at[source], at[target]
    if source == target:
        path = f"M{x1 + 40} {y1}c-8 -20 38 -20 30 0"
        where = (x1 + 78, y1 - 6)
    elif x2 > x1:
        start, end = (x1 + WIDTH, y1 + HEIGHT // 2), (x2, y2 + HEIGHT // 2)
        middle = (start[0] + end[0]) // 2
        path = f"M{start[0]} {start[1]}C{middle} {start[1]} {middle} {end[1]} "
        path += f"{end[0]} {end[1]}"
        where = (end[0] - GAP_X // 2 - 2, (start[1] + end[1]) // 2 - 6)
    else:
        start, end = (x1 + WIDTH // 2, y1 + HEIGHT), (x2 + WIDTH // 2, y2 + HEIGHT)
        low = max(start[1], end[1]) + GAP_Y
        path = f"M{start[0]} {start[1]}C{start[0]} {low} {end[0]} {low} "
        path += f"{end[0]} {end[1]}"
        where = ((start[0] + end[0]) // 2, low - 8)
    return Markup(
        '<path class="move" d="{}" marker-end="url(#tip)"/>'
        '<text class="verb" x="{}" y="{}"><tspan lang="zh-CN" class="zh">{}</tspan>'
        '<tspan lang="en" class="en">{}</tspan></text>'
    ).format(path, *where, *label)


def _state(state: dict[str, Any], x: int, y: int) -> Markup:
    return Markup(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="8"/>'
        '<text lang="zh-CN" class="zh" x="{}" y="{}">{}</text>'
        '<text lang="en" class="small en" x="{}" y="{}">{}</text>'
    ).format(
        "state final" if state["final"] else "state",
        x, y, WIDTH, HEIGHT,
        x + WIDTH // 2, y + 20, state["zh"],
        x + WIDTH // 2, y + 36, state["en"],
    )  # fmt: skip
