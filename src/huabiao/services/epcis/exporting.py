"""
What happened on the chain as an EPCIS 2.0 document: the other way of `calls`.

Each accepted call of `food_trace` is one event. Its time is the block's, its id is made
of the envelope's and the call's number, so that the same call is the same event in
every document. Parties are addresses of accounts in this city. Where the node keeps
the document that calls came from, its own events stand in their place, as written.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from huabiao.codec import Instant
from huabiao.services.epcis.documents import BUSINESS_STEPS
from huabiao.services.epcis.names import digital_link, gtin_of

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
OFFSET = "+08:00"
MOST_DOCUMENTS = 50
"""So many documents are opened for one export; what came of others is drawn."""
Json = dict[str, Any]
Kept = Callable[[str, Collection[str]], list[Json] | None]


@dataclass(frozen=True)
class Act:
    """An accepted call, its arguments as plain JSON; `time` in UTC milliseconds."""

    operation: str
    key: str
    arguments: Json
    sender: str
    time: int
    envelope: str
    number: int
    document: str = ""
    """The digest of the document that its envelope captured."""


def write_document(
    acts: Iterable[Act],
    city: str,
    created: int,
    kept: Kept = lambda digest, paths: None,
) -> Json:
    """A document of acts in their order; `city` is the address of its public pages,
    `kept` gives the events of a captured document that name some goods, or None."""
    events: list[Json] = []
    bound: dict[str, str] = {}
    listed = list(acts)
    opened: dict[str, list[Json] | None] = {"": None}
    for act in listed:
        if act.document not in opened:
            here = len(opened) <= MOST_DOCUMENTS
            paths = {each.key for each in listed if each.document == act.document}
            opened[act.document] = kept(act.document, paths) if here else None
            events += opened[act.document] or []
        made = WAYS.get(act.operation)
        if made is None or opened[act.document] is not None:
            continue
        bound_to = bound.get(act.key, "")
        if act.operation == "attach":
            bound[act.key] = str(act.arguments.get("to") or "")
        events.append(_head(act) | made(act, city.rstrip("/"), bound_to))
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": Instant.show(created),
        "epcisBody": {"eventList": events},
    }


def _head(act: Act) -> Json:
    id_ = uuid5(NAMESPACE_URL, f"{act.envelope}/{act.number}")
    return {
        "eventID": f"urn:uuid:{id_}",
        "eventTime": Instant.show(act.time),
        "eventTimeZoneOffset": OFFSET,
    }


def _made(act: Act, city: str, bound: str) -> Json:
    output = [_quantity(act.key, act.arguments["grams"])]
    best = act.arguments.get("best_before")
    ilmd = {"ilmd": {"cbvmda:bestBeforeDate": best}} if best else {}
    step: Json = {"bizStep": "commissioning", "disposition": "active"}
    inputs = [_quantity(i["lot"], i["grams"]) for i in act.arguments["inputs"]]
    if not inputs:
        new = {"type": "ObjectEvent", "action": "ADD", "quantityList": output}
    else:
        new = {
            "type": "TransformationEvent",
            "inputQuantityList": inputs,
            "outputQuantityList": output,
        }
    return new | step | _party(act, city) | ilmd


def _handed(act: Act, city: str, bound: str) -> Json:
    to = {"type": "possessing_party",
          "destination": f"{city}/accounts/{act.arguments['to']}"}  # fmt: skip
    grams = act.arguments.get("grams", 0)
    return {"type": "ObjectEvent", "action": "OBSERVE", **_goods(act.key, grams),
            "bizStep": "shipping", "disposition": "in_transit",
            **_party(act, city), "destinationList": [to]}  # fmt: skip


def _gone(step: str, disposition: str, action: str) -> Callable[[Act, str, str], Json]:
    def made(act: Act, city: str, bound: str) -> Json:
        goods = _goods(act.key, act.arguments.get("grams", 0))
        return {"type": "ObjectEvent", "action": action, **goods, "bizStep": step,
                "disposition": disposition, **_party(act, city)}  # fmt: skip

    return made


def _packed(act: Act, city: str, bound: str) -> Json:
    out = bool(act.arguments.get("out"))
    inner = act.arguments["contents"]
    return {
        "type": "AggregationEvent",
        "action": "DELETE" if out else "ADD",
        "parentID": digital_link(act.key),
        "childEPCs": [digital_link(each) for each in inner if not _is_class(each)],
        "childQuantityList": [
            {"epcClass": digital_link(each)} for each in inner if _is_class(each)
        ],
        "bizStep": "unpacking" if out else "packing",
    }


def _attached(act: Act, city: str, bound: str) -> Json:
    to = str(act.arguments.get("to") or "")
    return {
        "type": "AssociationEvent",
        "action": "ADD" if to else "DELETE",
        "parentID": digital_link(to or bound),
        "childEPCs": [digital_link(act.key)],
        "bizStep": "assembling" if to else "disassembling",
    }


def _observed(act: Act, city: str, bound: str) -> Json:
    place, step = act.arguments["place"], act.arguments["step"]
    found: Json = {"type": "ObjectEvent", "action": "OBSERVE", **_goods(act.key, 0)}
    if step:
        known = step in BUSINESS_STEPS
        found["bizStep"] = step if known else _address(f"{city}/steps/", step)
    if place:
        found["readPoint"] = {"id": _address(f"{city}/places/", place)}
    return found


def _address(under: str, name: str) -> str:
    """A name as an address: its own where it is one, else under the city's."""
    return name if ":" in name else under + quote(name)


def _goods(key: str, grams: int) -> Json:
    if _is_class(key):
        return {"quantityList": [_quantity(key, grams)]}
    return {"epcList": [digital_link(key)]}


def _is_class(path: str) -> bool:
    """Whether a path names a batch; else it is one single thing."""
    return bool(gtin_of(path)) and "/10/" in path


def _quantity(path: str, grams: int) -> Json:
    whole = grams // 1_000 if grams % 1_000 == 0 else grams / 1_000
    amount = {"quantity": whole, "uom": "KGM"} if grams else {}
    return {"epcClass": digital_link(path), **amount}


def _party(act: Act, city: str) -> Json:
    source = {"type": "possessing_party", "source": f"{city}/accounts/{act.sender}"}
    return {"sourceList": [source]}


WAYS: dict[str, Callable[[Act, str, str], Json]] = {
    "make": _made,
    "hand_over": _handed,
    "sell": _gone("retail_selling", "retail_sold", "OBSERVE"),
    "destroy": _gone("destroying", "destroyed", "DELETE"),
    "pack": _packed,
    "attach": _attached,
    "observe": _observed,
    "order": _gone("holding", "recalled", "OBSERVE"),
}
