"""
Events as calls of the scenario `food_trace`, in stored form, for a client to sign.

    ObjectEvent ADD                   make, of nothing
    TransformationEvent               make, of shared-out inputs, once an output
    ObjectEvent OBSERVE, shipping     hand_over, where the receiver's account is known
    ObjectEvent, retail_selling       sell
    ObjectEvent DELETE                destroy
    AggregationEvent ADD, DELETE      pack, in or out
    AssociationEvent ADD, DELETE      attach, to the parent or to nothing
    every other                       observe

The first call captures the document under its digest: a document goes in once, whole or
not at all. The chain knows grams; what is counted in pieces needs the weight of one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from huabiao.codec import Day, Malformed
from huabiao.crypto.address import parse as parse_account
from huabiao.crypto.envelope import MOST_CALLS, Call
from huabiao.services.epcis.documents import Amount, Event, read_document, wrong
from huabiao.services.epcis.masses import grams_of
from huabiao.services.epcis.names import (
    NotEpcis,
    UnknownName,
    account_in,
    gtin_of,
    lot_path,
)
from huabiao.services.epcis.sharing_out import share_out

SCENARIO = "food_trace"


@dataclass
class Translation:
    """How a document is to be read: grams a piece by GTIN (14 digits), accounts by a
    party's identifier, names of products by GTIN; with `intake`, what the chain does
    not know is brought in as it is first seen, as goods from elsewhere are."""

    weights: dict[str, int] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    intake: bool = False
    is_known: Callable[[str], bool] = lambda path: True
    notes: list[str] = field(default_factory=list)
    _made: set[str] = field(default_factory=set)


def translate(raw: bytes, digest: bytes, how: Translation) -> list[Call]:
    """A document's events as the calls of one envelope; raises NotEpcis."""
    calls = [Call(SCENARIO, "capture", digest.hex(), {})]
    for event in gathered(read_document(raw)):
        try:
            made = _of_event(event, how)
        except UnknownName as error:
            raise wrong(
                event.number, f"中的名称{error.zh}", f"names something: {error.en}"
            ) from None
        if not made:
            how.notes.append(
                f"第 {event.number} 个事件没有指明货物，不上链。"
                f" Event {event.number} names no goods: nothing of it is on the chain."
            )
        calls += made
    if len(calls) > MOST_CALLS:
        raise NotEpcis(
            f"文件需要 {len(calls)} 个调用，一个信封至多 {MOST_CALLS} 个，请拆分。"
            f" The document takes {len(calls)} calls, an envelope holds {MOST_CALLS}:"
            " split it."
        )
    return calls


def gathered(events: list[Event]) -> list[Event]:
    """Transformations that were told in several events, by their id, as one each."""
    found: list[Event] = []
    places: dict[str, int] = {}
    for event in events:
        id_ = event.transformation
        if id_ and id_ in places:
            first = found[places[id_]]
            found[places[id_]] = replace(
                first,
                inputs=first.inputs + event.inputs,
                outputs=first.outputs + event.outputs,
                best_before=first.best_before or event.best_before,
            )
            continue
        if id_:
            places[id_] = len(found)
        found.append(event)
    return found


def _of_event(event: Event, how: Translation) -> list[Call]:
    if event.is_error:
        return _declared_wrong(event, how)
    if event.kind == "TransformationEvent":
        return _transformed(event, how)
    if event.kind in ("AggregationEvent", "AssociationEvent"):
        return _tied(event, how)
    items = _grams_of(event, event.items, how) if _moves_goods(event) else {}
    if event.kind == "ObjectEvent" and event.action == "ADD":
        return [_make(event, path, grams, (), how) for path, grams in items.items()]
    paths = list(items) or [lot_path(each.name) for each in event.items]
    calls = _taken_in(event, paths, how)
    if event.step == "retail_selling" and event.kind == "ObjectEvent":
        return calls + [_call("sell", path, grams=g) for path, g in items.items()]
    if event.kind == "ObjectEvent" and event.action == "DELETE":
        return calls + [_call("destroy", path, grams=g) for path, g in items.items()]
    to = _receiver(event, how)
    if to is not None:
        return calls + [
            _call("hand_over", path, to=to, grams=g) for path, g in items.items()
        ]
    if event.parent:
        paths.append(lot_path(event.parent))
    return calls + [_observe(event, path) for path in paths]


def _declared_wrong(event: Event, how: Translation) -> list[Call]:
    """An event that takes another back (EPCIS 2.0, 7.4.1.2) repeats it, and would move
    the goods a second time. The chain forgets nothing: that it was said is kept."""
    how.notes.append(
        f"第 {event.number} 个事件声明先前的事件有误（errorDeclaration）：只记为观察，"
        "不移动货物；链上的更正须另作操作。"
        f" Event {event.number} declares another to be wrong: it is taken as an"
        " observation and moves nothing; what is on the chain is corrected by"
        " operations of its own."
    )
    named = [each.name for each in (*event.items, *event.outputs)]
    named += [event.parent] if event.parent else []
    said = replace(event, step="error_declaration")
    return [_observe(said, lot_path(name)) for name in named]


def _moves_goods(event: Event) -> bool:
    """Whether amounts matter: what is only seen needs no weight."""
    return event.kind == "ObjectEvent" and (
        event.action != "OBSERVE" or event.step in ("shipping", "retail_selling")
    )


def _receiver(event: Event, how: Translation) -> bytes | None:
    """The account of whom goods are shipped to, if it is known."""
    if event.step != "shipping" or event.action != "OBSERVE":
        return None
    for party in event.destinations:
        written = how.parties.get(party) or account_in(party)
        if written:
            try:
                return parse_account(written)
            except ValueError as error:
                raise NotEpcis(str(error)) from None
    named = "、".join(event.destinations) or "—"
    how.notes.append(
        f"第 {event.number} 个事件的收货方（{named}）没有对应账户，只记为观察。"
        f" Event {event.number}: no account is known for the receiver ({named}); it is"
        " taken as an observation only."
    )
    return None


def _transformed(event: Event, how: Translation) -> list[Call]:
    inputs = _grams_of(event, event.inputs, how)
    outputs = _grams_of(event, event.outputs, how)
    if not inputs or not outputs:
        raise wrong(
            event.number, "缺少投入或产出", "transforms without inputs or outputs"
        )
    calls = _taken_in(event, list(inputs), how, inputs)
    shares = share_out(inputs, outputs)
    for (path, grams), share in zip(outputs.items(), shares, strict=True):
        calls.append(_make(event, path, grams, share, how))
    return calls


def _tied(event: Event, how: Translation) -> list[Call]:
    children = [lot_path(each.name) for each in event.items]
    if event.action == "OBSERVE":
        seen = [lot_path(event.parent)] if event.parent else []
        return [_observe(event, path) for path in seen or children]
    if not event.parent:
        raise wrong(event.number, "没有 parentID", "names no parentID")
    parent, out = lot_path(event.parent), event.action == "DELETE"
    if event.kind == "AggregationEvent":
        calls = [] if out else _taken_in(event, children, how)
        return [*calls, _call("pack", parent, contents=children, out=out)]
    to = "" if out else parent
    return [_call("attach", child, to=to) for child in children]


def _taken_in(
    event: Event,
    paths: list[str],
    how: Translation,
    grams: dict[str, int] | None = None,
) -> list[Call]:
    """With `intake`: lots that nobody has made yet, in the amounts of this event."""
    if not how.intake:
        return []
    new = [
        path
        for path in dict.fromkeys(paths)
        if gtin_of(path) and path not in how._made and not how.is_known(path)
    ]
    found = (
        grams
        if grams is not None
        else _grams_of(event, event.items, how)
        if new
        else {}
    )
    return [_make(event, path, found[path], (), how) for path in new]


def _make(event: Event, path: str, grams: int, share: Any, how: Translation) -> Call:
    how._made.add(path)
    gtin = gtin_of(path)
    arguments: dict[str, Any] = {
        "product": how.products.get(gtin, f"GTIN {gtin}"),
        "grams": grams,
        "inputs": [[name, amount, ""] for name, amount in share],
    }
    if event.best_before:
        try:
            day = date.fromisoformat(event.best_before).isoformat()
            arguments["best_before"] = Day.parse(day)
        except (ValueError, Malformed):
            raise wrong(
                event.number, "保质期不是日期", "has a best-before day that is no date"
            ) from None
    return Call(SCENARIO, "make", path, arguments)


def _observe(event: Event, path: str) -> Call:
    return _call("observe", path, step=event.step or event.action, place=event.place)


def _call(operation: str, path: str, **arguments: Any) -> Call:
    return Call(SCENARIO, operation, path, arguments)


def _grams_of(event: Event, amounts: list[Amount], how: Translation) -> dict[str, int]:
    """Grams of each identifier, in their order; of what is named twice, the sum."""
    found: dict[str, int] = {}
    for each in amounts:
        path = lot_path(each.name)
        found[path] = found.get(path, 0) + grams_of(
            event.number, each, path, how.weights
        )
    return found
