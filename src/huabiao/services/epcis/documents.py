"""
Documents: an EPCIS 2.0 document in JSON-LD, taken apart into events.

What others write differs in small ways, and all of these are read: `type` or `isA`,
words of the vocabulary bare (`shipping`), as a URN
(`urn:epcglobal:cbv:bizstep:shipping`) or as an address
(`https://ref.gs1.org/cbv/BizStep-shipping`), a whole document or one event. What a
document adds beyond the standard is left aside.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from huabiao.services.epcis.names import NotEpcis

KINDS = ("ObjectEvent", "AggregationEvent", "TransformationEvent", "TransactionEvent",
         "AssociationEvent")  # fmt: skip
ACTIONS = ("ADD", "OBSERVE", "DELETE")
LARGEST_DOCUMENT, MOST_EVENTS, MOST_NAMES = 4 * 1024 * 1024, 900, 500
_WORD = re.compile(
    r"^(?:urn:epcglobal:cbv:\w+:|https://ref\.gs1\.org/cbv/\w+-|cbv:\w+-)"
)


@dataclass(frozen=True)
class Amount:
    """An identifier with its quantity; `uom` is a UN/ECE code, "" counts pieces."""

    name: str
    quantity: Decimal | None = None
    uom: str = ""


@dataclass
class Event:
    """One event; identifiers as they were written, words of the vocabulary bare."""

    number: int
    kind: str
    action: str
    time: datetime
    step: str = ""
    place: str = ""
    disposition: str = ""
    items: list[Amount] = field(default_factory=list)
    inputs: list[Amount] = field(default_factory=list)
    outputs: list[Amount] = field(default_factory=list)
    parent: str = ""
    sources: list[str] = field(default_factory=list)
    destinations: list[str] = field(default_factory=list)
    transformation: str = ""
    best_before: str = ""


def read_document(raw: bytes) -> list[Event]:
    """The events in the order of their times; raises NotEpcis."""
    if len(raw) > LARGEST_DOCUMENT:
        raise NotEpcis(
            f"文件超过 {LARGEST_DOCUMENT} 字节，请拆分。"
            f" The document has over {LARGEST_DOCUMENT} bytes: split it."
        )
    try:
        document = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise NotEpcis(f"不是 JSON：{error}。 Not JSON: {error}.") from None
    listed = _event_list(document)
    if not 1 <= len(listed) <= MOST_EVENTS:
        raise NotEpcis(
            f"一个文件 1 至 {MOST_EVENTS} 个事件，此文件 {len(listed)} 个。"
            f" A document has 1 to {MOST_EVENTS} events, this one {len(listed)}."
        )
    events = [_event(number, each) for number, each in enumerate(listed, 1)]
    return sorted(events, key=lambda event: event.time)


def _event_list(document: Any) -> list[Any]:
    kind = _kind(document)
    if kind in KINDS:
        return [document]
    body = document.get("epcisBody") if kind == "EPCISDocument" else None
    if kind == "EPCISQueryDocument" and isinstance(document.get("epcisBody"), dict):
        results = document["epcisBody"].get("queryResults", {})
        body = results.get("resultsBody") if isinstance(results, dict) else None
    if not isinstance(body, dict) or not isinstance(body.get("eventList"), list):
        raise NotEpcis(
            "没有 epcisBody.eventList，不是 EPCIS 2.0 文件。"
            " There is no epcisBody.eventList: not an EPCIS 2.0 document."
        )
    return list(body["eventList"])


def _kind(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return str(value.get("type") or value.get("isA") or "").rpartition(":")[2]


def _event(number: int, given: Any) -> Event:
    kind = _kind(given)
    if kind not in KINDS:
        raise wrong(
            number, f"不认识的类型 {kind!r:.60}", f"of no known type, {kind!r:.60}"
        )
    action = str(given.get("action", "ADD" if kind == "TransformationEvent" else ""))
    if action not in ACTIONS:
        raise wrong(
            number, f"action 须为 {ACTIONS} 之一", f"needs an action of {ACTIONS}"
        )
    items = "child" if kind in ("AggregationEvent", "AssociationEvent") else ""
    return Event(
        number,
        kind,
        action,
        _time(number, given.get("eventTime")),
        bare(given.get("bizStep")),
        _id(given.get("readPoint")) or _id(given.get("bizLocation")),
        bare(given.get("disposition")),
        _amounts(number, given, f"{items}EPCs" if items else "epcList",
                 "childQuantityList" if items else "quantityList"),
        _amounts(number, given, "inputEPCList", "inputQuantityList"),
        _amounts(number, given, "outputEPCList", "outputQuantityList"),
        str(given.get("parentID") or ""),
        _parties(given.get("sourceList"), "source"),
        _parties(given.get("destinationList"), "destination"),
        str(given.get("transformationID") or ""),
        _best_before(given.get("ilmd")),
    )  # fmt: skip


def _time(number: int, written: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(written).replace("Z", "+00:00"))
    except ValueError:
        raise wrong(number, "没有有效的 eventTime", "has no valid eventTime") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _amounts(
    number: int, given: dict[str, Any], epcs: str, classes: str
) -> list[Amount]:
    found = [Amount(str(name)) for name in _list(number, given, epcs)]
    for each in _list(number, given, classes):
        if not isinstance(each, dict) or not each.get("epcClass"):
            raise wrong(
                number, f"{classes} 缺 epcClass", f"lacks an epcClass in {classes}"
            )
        quantity = each.get("quantity")
        if quantity is not None and (
            isinstance(quantity, bool) or not isinstance(quantity, int | Decimal)
        ):
            raise wrong(number, "quantity 须为数", "has a quantity that is no number")
        exact = None if quantity is None else Decimal(quantity)
        found.append(Amount(str(each["epcClass"]), exact, str(each.get("uom") or "")))
    return found


def _list(number: int, given: dict[str, Any], name: str) -> list[Any]:
    value = given.get(name) or []
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        zh, en = f"{name} 须为至多 {MOST_NAMES} 项的列表", "needs a list of up to"
        raise wrong(number, zh, f"{en} {MOST_NAMES} in {name}")
    return value


def _id(value: Any) -> str:
    return str(value.get("id") or "") if isinstance(value, dict) else str(value or "")


def _parties(value: Any, name: str) -> list[str]:
    """Possessing parties first: it is they who have the goods in hand."""
    given = [each for each in value or [] if isinstance(each, dict) and each.get(name)]
    order = ("possessing_party", "owning_party", "location")
    kinds = {kind: place for place, kind in enumerate(order)}
    given.sort(key=lambda each: kinds.get(bare(each.get("type")), len(order)))
    return [str(each[name]) for each in given]


def _best_before(ilmd: Any) -> str:
    """A day in the master data of a lot, under whatever prefix."""
    for name, value in (ilmd if isinstance(ilmd, dict) else {}).items():
        short = str(name).rpartition(":")[2].rpartition("#")[2]
        if short in ("bestBeforeDate", "itemExpirationDate", "expirationDate"):
            written = value.get("@value") if isinstance(value, dict) else value
            return str(written)[:10]
    return ""


def bare(word: Any) -> str:
    """A word of the Core Business Vocabulary without what it is written under."""
    return _WORD.sub("", str(word or ""))


def wrong(number: int, zh: str, en: str) -> NotEpcis:
    return NotEpcis(f"第 {number} 个事件{zh}。 Event {number} {en}.")
