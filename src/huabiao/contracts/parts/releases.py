"""
Releases (版本): named things whose versions are each in force from a height on.

Laws: versions of a name count from 1; in force at a height is the highest version that
starts at or below it; nothing starts at or below the block that releases it, except in
genesis. The names are a chain from the newest to the first, so that they never end.

    <part>          [newest name, releases so far, highest start]
    <part>/<name>   [the name before, newest version, [[version, start], …]]
"""

from typing import Any

from huabiao.codec import Count, ListOf, Record, Text, decode, encode
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part


class Release(Record):
    """A version, and the height from which it is in force."""

    version: Count
    start: Count


class Released(Record):
    """A name's version in force and those that wait, in the order of heights."""

    before: Text
    newest: Count
    standing: ListOf[Release]  # type: ignore[type-arg]


class Newest(Record):
    """The end of the chain, how many releases there were, and the highest start."""

    last: Text
    count: Count
    highest: Count


class Releases(Part):
    """`installed = Releases()`."""

    kind = "releases"
    labels = Labels(
        before="上一名称", newest="最新版本", standing="有效版本", version="版本",
        start="起用高度",
    )  # fmt: skip

    def release(self, name: str, start: int) -> tuple[int, int]:
        """Enter a new version; returns its number and the height where it starts."""
        height = self._context.height
        start = max(start, height + 1) if height else 0
        newest, held = self._newest(), self._find(name)
        if held is None:
            held, newest.last = Released(newest.last, 0, []), name  # type: ignore
        held.newest += 1  # type: ignore[assignment]
        # A version that waits for a later height will never be in force any more, and
        # of those that have been only the last one is.
        past = [each for each in held.standing if each.start <= height]
        waiting = [each for each in held.standing if height < each.start < start]
        held.standing = [*past[-1:], *waiting, Release(held.newest, start)]  # type: ignore[assignment]
        newest.count += 1  # type: ignore[assignment]
        newest.highest = max(newest.highest, start)  # type: ignore[assignment]
        self._context.write(self.name, encode(newest.plain()))
        self._context.write(self._path(name), encode(held.plain()))
        return held.newest, start

    def standing(self, name: str) -> list[int]:
        """The versions of a name in force or waiting; none of an unknown name."""
        held = self._find(name)
        return [each.version for each in held.standing] if held else []

    def names(self, most: int) -> list[str]:
        """The names that came last, up to so many, in their own order."""
        name, found = self._newest().last, list[str]()
        while name and len(found) < most:
            found.append(name)
            held = self._find(name)
            assert held is not None  # the chain has no gaps
            name = held.before
        return sorted(found)

    def _newest(self) -> Newest:
        stored = self._context.read(self.name)
        return Newest.from_plain(decode(stored)) if stored else Newest("", 0, 0)

    def _find(self, name: str) -> Released | None:
        stored = self._context.read(self._path(name))
        return None if stored is None else Released.from_plain(decode(stored))

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Released.__name__}

    def records(self) -> list[Any]:
        return [Released]
