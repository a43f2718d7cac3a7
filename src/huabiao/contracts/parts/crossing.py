"""
Crossing (跨链往来): messages to contracts of other chains, each of which ends once.

A scenario that crosses sends a value over a route and hears what became of it. It has
two operations of these names and parameters, for the contract `packets` alone:

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None: …

    @does(by=contract("packets"))
    def packet_ended(
        self, route: Code, sequence: Count, receiver: Code, value: Octets, code: Code,
        sentence: Text,
    ) -> None: …

Laws:

1. What was sent is under way until it ends; it ends exactly once, and what this
   scenario has not sent never ends.
2. What a value is read as satisfies the kinds of the record, or it is refused, which
   the other chain is told: nothing of it has happened.

    <part>/<route>.<n>    [receiver, timeout, about]; gone when it has ended
"""

from typing import Any, TypeVar

from huabiao.codec import (
    Bytes,
    Code,
    Instant,
    Malformed,
    NotCanonical,
    Record,
    Text,
    decode,
    decode_canonical,
    encode,
)
from huabiao.contracts.context import Refused
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part

PACKETS = "packets"
Value = TypeVar("Value", bound=Record)


class Underway(Record):
    """A message that has not ended; `about` is what the scenario sent it for."""

    receiver: Code
    timeout: Instant
    about: Text = ""  # type: ignore[assignment]


class Crossing(Part):
    """`crossing = Crossing()`."""

    kind = "crossing"
    labels = Labels(receiver="收件合约", timeout="期限", about="事由")

    def __init__(self, zh: str = "跨链往来", en: str = "messages under way") -> None:
        self.zh, self.en = zh, en

    def send(
        self, route: str, receiver: str, value: Record | bytes, timeout: int,
        about: str = "",
    ) -> str:  # fmt: skip
        """Send a value to a contract over there, to arrive before a moment (UTC ms);
        its number, <route>.<n>."""
        number = self._context.ask(PACKETS, "next_number", {"route": route})
        key = f"{route}.{number}"
        written = encode(value.plain()) if isinstance(value, Record) else value
        arguments = {
            "route": route, "receivers": [receiver], "values": [Bytes.check(written)],
            "timeout": timeout,
        }  # fmt: skip
        self._context.call(PACKETS, "send", key, arguments, b"")
        entry = Underway(receiver, timeout, about)
        self._context.write(self._path(key), encode(entry.plain()))
        return key

    def find(self, key: str) -> Underway | None:
        """What is under way under <route>.<n>, or None."""
        stored = self._context.read(self._path(key))
        return None if stored is None else Underway.from_plain(decode(stored))

    def end(self, route: str, sequence: int) -> str:
        """Take note that a message has ended, in whichever way; what it was about.
        Refused where none is under way."""
        key = f"{route}.{sequence}"
        held = self.find(key)
        if held is None:
            raise Refused(
                "crossing.none",
                f"没有在途的“{key}”。 Nothing is under way under {key!r}.",
            )
        self._context.write(self._path(key), None)
        return str(held.about)

    def read(self, record: type[Value], value: bytes) -> Value:
        """The record that a value holds; refused where it is another or none."""
        self._context.spend(len(value) // 32)
        try:
            return record.from_plain(record.check(decode_canonical(value)))
        except (Malformed, NotCanonical) as error:
            raise Refused(
                "crossing.malformed",
                f"收到的内容不是{record.__name__}：{error}"
                f" What came is no {record.__name__}.",
            ) from error

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Underway.__name__, "zh": self.zh,
                "en": self.en}  # fmt: skip

    def records(self) -> list[Any]:
        return [Underway]
