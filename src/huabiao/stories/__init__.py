"""
One walk per scenario: demonstration data, example in the documentation, and test.

A story is a module with its scenario's name and one function, `walk(stage)`. The day
plays every story that is found; `tests/stories` checks that each walks every operation,
every end and every refusal of its scenario; the documentation shows it.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from huabiao.testing.stage import Stage

Walk = Callable[[Stage], None]


def stories() -> dict[str, Walk]:
    """Every story, by the name of its scenario, in the order of names."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").walk for name in names}
