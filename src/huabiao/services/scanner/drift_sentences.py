"""What is said about each kind of drift, in Chinese and in English."""

SENTENCES: dict[str, tuple[str, str]] = {
    "table added": (
        "库中有表 {place}，目录中没有；请登记，或说明其用途。",
        "Table {place} is in the database but not in the directory; register it.",
    ),
    "table dropped": (
        "目录中的表 {place} 在库中已不存在。",
        "Table {place} of the directory is gone from the database.",
    ),
    "column added": (
        "{place} 新增了列，类型 {after}；请登记。",
        "Column {place} was added, of type {after}; register it.",
    ),
    "column dropped": (
        "{place} 这一列已被删除，原类型 {before}。",
        "Column {place} was dropped; its type was {before}.",
    ),
    "type changed": (
        "{place} 的类型由 {before} 变为 {after}。",
        "The type of {place} changed from {before} to {after}.",
    ),
    "nullability changed": (
        "{place} 是否可空发生变化：由{before}变为{after}。",
        "Whether {place} may be null changed: from {before} to {after}.",
    ),
    "primary key changed": (
        "{place} 的主键由 {before} 变为 {after}。",
        "The primary key of {place} changed from {before} to {after}.",
    ),
    "foreign keys changed": (
        "{place} 的外键发生变化。",
        "The foreign keys of {place} changed.",
    ),
    "unique changed": (
        "{place} 的唯一约束由 {before} 变为 {after}。",
        "The unique constraints of {place} changed from {before} to {after}.",
    ),
    "kind changed": (
        "{place} 由 {before} 变为 {after}。",
        "{place} changed from {before} to {after}.",
    ),
    "comment changed": (
        "{place} 的注释由“{before}”变为“{after}”。",
        "The comment of {place} changed from “{before}” to “{after}”.",
    ),
    "columns reordered": (
        "{place} 的列换了次序。",
        "The columns of {place} stand in another order.",
    ),
    "rows changed": (
        "{place} 的行数由 {before} 变为 {after}，相差一个数量级。",
        "Rows of {place} went from {before} to {after}, an order of magnitude.",
    ),
}


def sentence(
    kind: str, table: str, column: str | None, before: str | None, after: str | None
) -> tuple[str, str]:
    """(Chinese, English) for one drift. `table` is `schema.table`."""
    place = f"{table}.{column}" if column else table
    # names come from a database and may contain braces: format does not re-read them
    said = {"place": place, "before": before or "", "after": after or ""}
    zh, en = SENTENCES[kind]
    return zh.format(**said), en.format(**said)
