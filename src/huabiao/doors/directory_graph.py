"""
A department's part of the directory as a drawing: duties, what stands on them, tables.

Three columns, a line for each dependence; inline SVG, with the same told as a tree on
the page for those who hear it.
"""

from collections.abc import Sequence

from markupsafe import Markup

from huabiao.doors.charts import shortened
from huabiao.doors.directory_levels import Node

WIDTH, HEIGHT, GAP_X, GAP_Y, EDGE = 220, 34, 110, 14, 10
MOST_IN_COLUMN, LONGEST = 40, 15
COLUMN = {"duty": 0, "system": 1, "catalog": 1, "table": 2}
ABOVE = {"system": ("duty",), "catalog": ("duty",), "table": ("catalog", "system")}


def graph(name: str, nodes: Sequence[Node]) -> Markup:
    """The drawing of a department's nodes; empty without any. A column shows its first
    MOST_IN_COLUMN nodes."""
    columns: list[list[Node]] = [[], [], []]
    for node in nodes:
        column = columns[COLUMN[node.level]]
        if len(column) < MOST_IN_COLUMN:
            column.append(node)
    rows = max(len(column) for column in columns)
    if not rows:
        return Markup("")
    at = {
        (node.level, node.key): (
            EDGE + x * (WIDTH + GAP_X), EDGE + y * (HEIGHT + GAP_Y)
        )
        for x, column in enumerate(columns)
        for y, node in enumerate(column)
    }  # fmt: skip
    shown = [node for column in columns for node in column]
    lines = [_line(at[end], at[start]) for start, end in _dependences(shown, at)]
    boxes = [_box(node, *at[node.level, node.key]) for node in shown]
    counts = "、".join(str(len(column)) for column in columns)
    return Markup(
        '<svg class="graph" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
        ' aria-labelledby="graph-title graph-told"><title id="graph-title">{name}：'
        '目录的三级 · the three levels</title><desc id="graph-told">职责、系统与目录、'
        "库表各 {counts} 项 · duties, systems and catalogs, tables</desc>{drawn}</svg>"
    ).format(
        w=2 * EDGE + 3 * WIDTH + 2 * GAP_X,
        h=2 * EDGE + rows * (HEIGHT + GAP_Y) - GAP_Y,
        name=name,
        counts=counts,
        drawn=Markup("").join([*lines, *boxes]),
    )


def _dependences(
    nodes: Sequence[Node], at: dict[tuple[str, str], tuple[int, int]]
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """(what stands, on what) for each pair that is in the drawing."""
    return [
        ((node.level, node.key), (level, key))
        for node in nodes
        for level, key in zip(ABOVE.get(node.level, ()), node.stands_on, strict=False)
        if (level, key) in at
    ]


def _line(start: tuple[int, int], end: tuple[int, int]) -> Markup:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT // 2
    x2, y2 = end[0], end[1] + HEIGHT // 2
    middle = (x1 + x2) // 2
    path = f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
    return Markup('<path class="depends" d="{}"/>').format(path)


def _box(node: Node, x: int, y: int) -> Markup:
    return Markup(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<text x="{}" y="{}">{}</text>'
    ).format(
        f"node {node.level}", x, y, WIDTH, HEIGHT,
        x + WIDTH // 2, y + 22, shortened(node.title, LONGEST),
    )  # fmt: skip
