"""A bar that shows how far long work is, to whoever looks on at a terminal."""

import sys
from typing import Any

import click


def bar(label: str, total: int | None) -> Any:
    """A context with `update(n)`, on standard error and only where that is a terminal;
    one whose total is not known has no end."""
    unknown = None if total else (_ for _ in ())
    return click.progressbar(
        unknown, total or None, label, file=sys.stderr, show_pos=True,
        hidden=not sys.stderr.isatty(),
    )  # fmt: skip
