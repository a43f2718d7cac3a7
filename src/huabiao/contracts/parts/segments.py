"""
Segments (号段): numbers that somebody was allotted, each to be used once.

A segment is a run of whole thousands of one series: 1 to 1000, 1001 to 3000. So it is
known by one read whose number it is, however many were allotted.

Laws: a thousand of a series is allotted once. A number is used once, and only by the
account that its thousand was allotted to.

    <part>/<series>/<thousand>      whose it is; 0 is 1 to 1000, 1 is 1001 to 2000
    <part>.used/<series>/<number>   what the number was used for
"""

from typing import Any

from huabiao.codec import Code, Party, Record, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part

THOUSAND = 1_000
MOST_AT_ONCE = 100


class Segment(Record):
    """Whose a thousand numbers are."""

    series: Code
    holder: Party


class Segments(Part):
    """`segments = Segments()`."""

    kind = "segments"
    labels = Labels(
        series="号段代码", holder="持有人", first="起始号码", last="终止号码"
    )

    def allot(self, series: str, first: int, last: int, holder: bytes) -> None:
        """Give the numbers first to last, whole thousands, to an account."""
        start, end = first // THOUSAND, last // THOUSAND
        whole = first == start * THOUSAND + 1 and last == end * THOUSAND
        if not whole or not start < end <= start + MOST_AT_ONCE:
            raise Refused(
                "segment.bounds",
                f"号段须为整千，如 1 至 1000，每次至多 {MOST_AT_ONCE} 千个。"
                " A segment is whole thousands, as 1 to 1000, and"
                f" {MOST_AT_ONCE} thousand at most.",
            )
        for thousand in range(start, end):
            path = self._path(f"{series}/{thousand}")
            if self._context.read(path) is not None:
                raise Refused(
                    "segment.allotted",
                    f"{series} 的 {thousand * THOUSAND + 1} 起一千个号已发放。"
                    f" The thousand of {series} from {thousand * THOUSAND + 1} on"
                    " was allotted already.",
                )
            self._context.write(path, encode(Segment(series, holder).plain()))

    def use(self, series: str, number: int, purpose: str) -> None:
        """Use a number of the caller's own, for the first and only time."""
        stored = self._context.read(self._path(f"{series}/{(number - 1) // THOUSAND}"))
        found = None if stored is None else Segment.from_plain(decode(stored))
        if found is None or found.holder != self._context.caller:
            raise Refused(
                "segment.other",
                f"{series} 的 {number} 号未发放给此账户。"
                f" Number {number} of {series} was not allotted to this account.",
            )
        path = f"{self.name}.used/{series}/{number}"
        if self._context.read(path) is not None:
            raise Refused(
                "segment.used",
                f"{series} 的 {number} 号已经用过。"
                f" Number {number} of {series} was used already.",
            )
        self._context.write(path, encode(purpose))

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Segment.__name__}

    def records(self) -> list[Any]:
        return [Segment]
