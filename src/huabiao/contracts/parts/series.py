"""
Series (时序): readings that devices sign, each device's in one line.

Laws:

- Signed. A batch is taken only with its device's own signature over the chain, the
  contract, the device, the start and every reading.
- Forward. A batch starts where the one before it ended, or later: what is past is never
  written again, and nothing is read in the future.
- In its term. A device is known, and reads from its first day until its last only.
- Gaps show. Readings that were left out are counted; they, readings over a limit and
  silence are faults, and a fault can be raised as an alarm, one at a time a device,
  which stands until it is settled.
- Small. The state keeps one entry a device, however much it reads. The readings stand
  in the blocks, bound to the entry by a running digest over all batches.

Readings are whole numbers of the scenario's unit, one every `interval` milliseconds,
written as differences: the first is the reading itself, each other one what it differs
from the one before. What a device signs is `statement`.

    <part>/<device>   what is known of a device, and where its line has got to
"""

from typing import Any, NamedTuple

from huabiao.codec import (
    Count,
    Digest,
    Instant,
    Number,
    Party,
    PublicKey,
    Record,
    Text,
    decode,
    encode,
)
from huabiao.contracts.context import refuse, require
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part

DOMAIN = b"huabiao series\x00"
READINGS_A_COST = 8


class Device(Record):
    """A device and its line: `next` is the moment of the reading that is due, `line`
    the running digest; `missing` and `highest` count from the last settlement."""

    key: PublicKey
    owner: Party
    interval: Count
    until: Instant
    limit: Number
    next: Instant
    line: Digest
    taken: Count = 0  # type: ignore[assignment]
    missing: Count = 0  # type: ignore[assignment]
    highest: Number = 0  # type: ignore[assignment]
    alarm: Text = ""  # type: ignore[assignment]


class Batch(NamedTuple):
    """What one batch told: how many readings, their bounds, how many were left out."""

    read: int
    lowest: int
    highest: int
    missed: int

    def detail(self) -> dict[str, int]:
        """As an event tells it."""
        return self._asdict()


def statement(chain: str, contract: str, device: str, start: int, steps: Any) -> bytes:
    """What a device signs: a start in UTC milliseconds, and readings as differences."""
    return DOMAIN + encode([chain, contract, device, start, list(steps)])


class Series(Part):
    """`readings = Series()`."""

    kind = "series"
    labels = Labels(
        key="设备公钥", owner="设备所有人", interval="间隔（毫秒）", until="有效期至",
        limit="限值", next="下一读数时间", line="读数链摘要", taken="已收读数",
        missing="缺失读数", highest="最高读数", alarm="告警编号",
    )  # fmt: skip

    def install(
        self,
        device: str,
        key: bytes,
        owner: bytes,
        interval: int,
        term: tuple[int, int],
        limit: int,
    ) -> None:
        """A device reads every `interval` ms from a term's start until before its end;
        readings over the limit are a fault."""
        since, until = term
        require(
            self.find(device) is None,
            f"设备“{device}”已登记。 The device {device!r} is registered.",
            code="series.exists",
        )
        require(
            interval > 0 and since < until,
            "采集间隔须大于零，起始须早于终止。"
            " The interval is over zero, the first day before the last.",
            code="series.term",
        )
        line = bytes(32)
        self._put(device, Device(key, owner, interval, until, limit, since, line))

    def retire(self, device: str) -> None:
        """Readings from this moment on are no longer the device's."""
        known = self.get(device)
        known.until = min(known.until, self._context.now)  # type: ignore[assignment]
        self._put(device, known)

    def append(self, device: str, start: int, steps: list[int], sign: bytes) -> Batch:
        """Take a batch; refused unless every law holds."""
        known = self.get(device)
        self._check_time(device, known, start, len(steps))
        said = statement(
            self._context.chain, self._context.contract, device, start, steps
        )
        require(
            self._context.verify(known.key, said, sign),
            f"读数不是由“{device}”的密钥签名。"
            f" The readings are not signed by the key of {device!r}.",
            code="series.signature",
        )
        self._context.spend(len(steps) // READINGS_A_COST)
        value, lowest, highest = 0, 2**63, -(2**63)
        for step in steps:
            value += step
            lowest, highest = min(lowest, value), max(highest, value)
        missed = (start - known.next) // known.interval
        peak = highest if not known.taken else max(known.highest, highest)
        known.line = self._context.digest(known.line + said)  # type: ignore[assignment]
        known.next = start + len(steps) * known.interval  # type: ignore[assignment]
        known.taken += len(steps)  # type: ignore[assignment]
        known.missing += missed  # type: ignore[assignment]
        known.highest = peak  # type: ignore[assignment]
        self._put(device, known)
        return Batch(len(steps), lowest, highest, missed)

    def _check_time(self, device: str, known: Device, start: int, count: int) -> None:
        end = start + (count - 1) * known.interval
        require(count, "没有读数。 There are no readings.", code="series.empty")
        require(
            start >= known.next,
            f"“{device}”的读数已到 {Instant.show(known.next)}，不得补写更早的。"
            f" {device!r} was read up to {Instant.show(known.next)}; what is earlier"
            " cannot be written any more.",
            code="series.backdated",
        )
        require(
            end < known.until,
            f"设备“{device}”的有效期至 {Instant.show(known.until)}。"
            f" The device {device!r} is good until {Instant.show(known.until)}.",
            code="series.expired",
        )
        require(
            end <= self._context.now,
            f"“{device}”的读数晚于现在。 Readings of {device!r} lie in the future.",
            code="series.future",
        )

    # -- faults and alarms -------------------------------------------------

    def fault(self, device: str, patience: int) -> str:
        """What is wrong: "gap", "high", "silence" (over so many intervals), or ""."""
        known = self.get(device)
        if known.missing:
            return "gap"
        if known.taken and known.highest > known.limit:
            return "high"
        due = min(self._context.now, known.until) - known.next
        return "silence" if due > patience * known.interval else ""

    def alarm(self, device: str, id_: str, fault: str) -> None:
        """A fault's alarm stands under an id; refused without one or beside another."""
        known = self.get(device)
        require(
            fault,
            f"设备“{device}”没有异常。 Nothing is wrong with {device!r}.",
            code="series.well",
        )
        require(
            not known.alarm,
            f"“{device}”的告警“{known.alarm}”尚未办结。"
            f" The alarm {known.alarm!r} of {device!r} is not closed yet.",
            code="series.alarmed",
        )
        known.alarm = id_  # type: ignore[assignment]
        self._put(device, known)

    def settle(self, device: str) -> None:
        """Close a device's alarm and count from here on; silence goes on as a gap."""
        known = self.get(device)
        known.alarm, known.missing, known.highest = "", 0, -(2**63)  # type: ignore
        self._put(device, known)

    # -- the state ---------------------------------------------------------

    def find(self, device: str) -> Device | None:
        """What is known of a device, or None."""
        stored = self._context.read(self._path(device))
        return None if stored is None else Device.from_plain(decode(stored))

    def get(self, device: str) -> Device:
        """What is known of a device; refused if nothing is."""
        known = self.find(device)
        if known is None:
            refuse(
                f"没有设备“{device}”。 There is no device {device!r}.",
                code="series.unknown",
            )
        return known

    def _put(self, device: str, known: Device) -> None:
        self._context.write(self._path(device), encode(known.plain()))

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Device.__name__}

    def records(self) -> list[Any]:
        return [Device]
