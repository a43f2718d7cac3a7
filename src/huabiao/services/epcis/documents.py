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
from datetime import datetime
from decimal import Decimal
from typing import Any

from huabiao.services.epcis.names import NotEpcis

KINDS = ("ObjectEvent", "AggregationEvent", "TransformationEvent", "TransactionEvent",
         "AssociationEvent")  # fmt: skip
ACTIONS = ("ADD", "OBSERVE", "DELETE")
_STEPS = """
accepting arriving assembling collecting commissioning consigning cycle_counting
creating_class_instance decommissioning departing destroying disassembling dispensing
encoding entering_exiting holding inspecting installing killing loading other packing
picking receiving removing repackaging repairing replacing reserving retail_selling
sampling sensor_reporting shipping staging_outbound stock_taking stocking storing
transporting unloading unpacking void_shipping
"""
BUSINESS_STEPS = frozenset(_STEPS.split())
"""Core Business Vocabulary 2.0, 7.1; every other step is written as an address."""
LARGEST_DOCUMENT, MOST_EVENTS, MOST_NAMES = 4 * 1024 * 1024, 900, 500
MOST_IN_ALL = 10_000
"""Each costs a tenth of a millisecond to read."""
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
    is_error: bool = False
    """It declares an event of before to be wrong (errorDeclaration): nothing moves."""

    @property
    def named(self) -> list[str]:
        """Every identifier of goods, containers and assets in it, as written."""
        amounts = (*self.items, *self.inputs, *self.outputs)
        parents = [self.parent] if self.parent else []
        return [each.name for each in amounts] + parents


def read_document(raw: bytes) -> list[Event]:
    """The events in the order of their times; raises NotEpcis."""
    if len(raw) > LARGEST_DOCUMENT:
        raise NotEpcis(
            f"文件超过 {LARGEST_DOCUMENT} 字节，请拆分。"
            f" The document has over {LARGEST_DOCUMENT} bytes: split it."
        )
    try:  # RFC 8259, 8.1: JSON that systems exchange is UTF-8.
        document = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise NotEpcis(f"不是 JSON：{error}。 Not JSON: {error}.") from None
    listed = listed_events(document)
    if not 1 <= len(listed) <= MOST_EVENTS:
        raise NotEpcis(
            f"一个文件 1 至 {MOST_EVENTS} 个事件，此文件 {len(listed)} 个。"
            f" A document has 1 to {MOST_EVENTS} events, this one {len(listed)}."
        )
    events = [_event(number, each) for number, each in enumerate(listed, 1)]
    if sum(len(event.named) for event in events) > MOST_IN_ALL:
        raise NotEpcis(
            f"文件共有超过 {MOST_IN_ALL} 个标识，请拆分。"
            f" The document has over {MOST_IN_ALL} identifiers in all: split it."
        )
    return sorted(events, key=lambda event: event.time)


def listed_events(document: Any) -> list[Any]:
    """The events of a document as it lists them; of a single event, that event."""
    kind = kind_of(document)
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


def kind_of(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return str(value.get("type") or value.get("isA") or "").rpartition(":")[2]


def _event(number: int, given: Any) -> Event:
    kind = kind_of(given)
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
        bare(_word(number, given, "bizStep")),
        _place(number, given, "readPoint") or _place(number, given, "bizLocation"),
        bare(_word(number, given, "disposition")),
        _amounts(number, given, f"{items}EPCs" if items else "epcList",
                 "childQuantityList" if items else "quantityList"),
        _amounts(number, given, "inputEPCList", "inputQuantityList"),
        _amounts(number, given, "outputEPCList", "outputQuantityList"),
        _word(number, given, "parentID"),
        _parties(number, given, "source"),
        _parties(number, given, "destination"),
        _word(number, given, "transformationID"),
        _best_before(given.get("ilmd")),
        bool(given.get("errorDeclaration")),
    )  # fmt: skip


def _time(number: int, written: Any) -> datetime:
    """A moment with its zone, as xsd:dateTimeStamp asks (EPCIS 2.0, 7.4.1)."""
    try:
        moment = datetime.fromisoformat(str(written).replace("Z", "+00:00"))
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        zh, en = "没有带时区的有效 eventTime", "has no valid eventTime with its zone"
        raise wrong(number, zh, en)
    return moment


def _amounts(
    number: int, given: dict[str, Any], epcs: str, classes: str
) -> list[Amount]:
    names = _list(number, given, epcs)
    if not all(isinstance(name, str) for name in names):
        raise wrong(number, f"{epcs} 的每一项须为文本", f"needs text in {epcs}")
    found = [Amount(name) for name in names]
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


def _word(number: int, given: dict[str, Any], name: str) -> str:
    value = given.get(name) or ""
    if not isinstance(value, str):
        raise wrong(number, f"{name} 须为文本", f"needs text in {name}")
    return value


def _place(number: int, given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    inner = {name: value.get("id")} if isinstance(value, dict) else given
    return _word(number, inner, name)


def _parties(number: int, event: dict[str, Any], name: str) -> list[str]:
    """Possessing parties first: it is they who have the goods in hand."""
    listed = _list(number, event, f"{name}List")
    given = [each for each in listed if isinstance(each, dict) and each.get(name)]
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
