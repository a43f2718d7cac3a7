"""Progress of long work, said at most once a second."""

import time
from collections.abc import Callable

Say = Callable[[str], None]
Progress = Callable[[int, int], None]


def every_second(
    say: Say | None, what: str, what_en: str
) -> Callable[[int, int], None]:
    """A function of (done, in all) that says where the work is."""
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        if say is not None and time.monotonic() - last > 1:
            last = time.monotonic()
            say(f"{what} {done}/{total} · {what_en}")

    return progress
