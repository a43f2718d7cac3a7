"""
What people read: blocks, envelopes, records and their history, as plain JSON.

Every function takes the city and the viewer's account (None: nobody in particular) and
gives no more than that viewer may see. API and pages both read here.
"""

from typing import Any

from huabiao.client.described import (
    show_arguments,
    show_plain,
)
from huabiao.codec import Instant
from huabiao.crypto.address import show as show_account
from huabiao.crypto.envelope import Call, Envelope
from huabiao.doors.city import City
from huabiao.doors.glimpses import header_of
from huabiao.doors.problems import Problem, not_found
from huabiao.doors.visibility import sees_all
from huabiao.proofs.receipt import Receipt

Json = dict[str, Any]
Viewer = bytes | None


def overview(city: City) -> Json:
    """What the first page says."""
    return {
        "status": city.port.status(),
        "health": city.port.health(),
        "scenarios": scenarios(city),
    }


def scenarios(city: City) -> list[Json]:
    """Every contract in one line, with how many records it has."""
    counts = city.index.all_counts()
    return [
        {**summary_of(each), "records": sum(counts.get(name, {}).values())}
        for name, each in city.descriptions().items()
    ]


def summary_of(description: Json) -> Json:
    """A scenario in one line."""
    names = ("name", "title", "summary", "task", "lead", "visible")
    return {name: description[name] for name in names}


# -- blocks ------------------------------------------------------------------------


def blocks(city: City, before: int | None, limit: int) -> list[Json]:
    """Headers of the newest blocks, or of those before a height."""
    top = city.port.height if before is None else min(before - 1, city.port.height)
    found = (city.glimpse(height) for height in range(top, max(top - limit, 0), -1))
    return [block.header for block in found if block is not None]


def block(city: City, height: int, viewer: Viewer, offset: int, limit: int) -> Json:
    """A block and some of its envelopes; Problem 404."""
    found = city.port.block(height)
    if found is None:
        raise_if_pruned(city, height)
        raise not_found(
            f"没有高度 {height} 的区块，最新为 {city.port.height}",
            f"There is no block {height}; the newest is {city.port.height}",
        )
    pairs = list(zip(found.envelopes, found.receipts, strict=True))
    return {
        **header_of(found),
        "certificate": found.certificate.hex(),
        "offset": offset,
        "items": [
            envelope_json(city, envelope, receipt, viewer)
            for envelope, receipt in pairs[offset : offset + limit]
        ],
    }


def raise_if_pruned(city: City, height: int) -> None:
    """Problem 410 where a block was pruned: it says who has it."""
    status = city.port.status()
    if 0 < height < status.get("blocks_from", 1):
        raise Problem(410, "block.pruned", status["older_blocks"])


# -- envelopes ---------------------------------------------------------------------


def locate(city: City, envelope: str) -> tuple[int, int]:
    """Height and index of an envelope by its id; Problem 404, or 503 where the read
    model is behind and cannot tell."""
    city.caught_up()
    place = city.index.locate(envelope)
    if place is None:
        raise city.nothing_found(
            f"没有信封 {envelope[:80]}", f"There is no envelope {envelope[:80]}"
        )
    return place


def envelope(city: City, id_: str, viewer: Viewer) -> Json:
    """One envelope with its receipt; Problem 404."""
    height, index = locate(city, id_)
    found = city.port.envelope(height, index)
    if found is None:
        raise_if_pruned(city, height)
        raise Problem(404, "block.gone", "区块读不出。 The block cannot be read.")
    shown = envelope_json(city, found.envelope, found.receipt, viewer)
    return {
        **shown,
        "height": height,
        "index": index,
        "time": Instant.show(found.header.time),
        "block_hash": found.hash.hex(),
    }


def envelope_json(
    city: City, envelope: Envelope, receipt: Receipt, viewer: Viewer
) -> Json:
    """What happened, to all; who, with what and why, to those who may see it."""
    own = viewer is not None and viewer == receipt.sender
    calls = [
        _call_json(city, call, receipt, number)
        if own or sees_call(city, call.contract, call.key, viewer)
        else _call_outline(call, False)
        for number, call in enumerate(envelope.body.calls)
    ]
    whole = all(call["seen"] for call in calls)
    found: Json = {
        "envelope": envelope.id.hex(),
        "accepted": receipt.accepted,
        "code": receipt.code,
        "calls": calls,
        "complete": whole,
    }
    if whole:
        found["sentence"] = receipt.sentence
        found["sender"] = show_account(receipt.sender)
        found["sender_name"] = city.organisation(receipt.sender)
        found["valid_until"] = Instant.show(envelope.body.valid_until)
    return found


def _call_outline(call: Call, seen: bool) -> Json:
    return {
        "contract": call.contract,
        "operation": call.operation,
        "key": call.key,
        "seen": seen,
    }


def _call_json(city: City, call: Call, receipt: Receipt, number: int) -> Json:
    """A call with its arguments and, if it was reached, its result and events."""
    description = city.descriptions().get(call.contract)
    shown = _call_outline(call, True)
    shown["arguments"] = (
        show_arguments(description, call.operation, call.arguments)
        if description
        else show_plain(call.arguments)
    )
    if number < len(receipt.results):
        result = receipt.results[number]
        shown["code"] = result.code
        shown["events"] = [
            {
                "contract": event.contract,
                "name": event.name,
                "key": event.key,
                "detail": show_plain(event.detail),
            }  # fmt: skip
            for event in result.events
        ]
    return shown


def sees_call(city: City, contract: str, key: str, viewer: Viewer) -> bool:
    """Whether a viewer sees what a call was about."""
    description = city.descriptions().get(contract)
    if description is None:
        return False
    return city.sight(description, key, viewer).whole


def sees_envelope(city: City, height: int, index: int, viewer: Viewer) -> bool:
    """Whether a viewer sees all of an envelope, as a proof of its receipt shows it."""
    found = city.port.envelope(height, index)
    if found is None:
        raise_if_pruned(city, height)
        return False
    if viewer is not None and viewer == found.receipt.sender:
        return True
    calls = [(call.contract, call.key) for call in found.envelope.body.calls]
    return sees_calls(city, calls, viewer)


def sees_calls(city: City, calls: list[tuple[str, str]], viewer: Viewer) -> bool:
    """Whether a viewer sees what each of some calls was about, by contract and key. Who
    sees all of a contract is asked once, not for every key."""
    seen_whole = {
        contract
        for contract in {each for each, _ in calls}
        if (description := city.descriptions().get(contract)) is not None
        and sees_all(description, viewer, city.port)
    }
    return all(
        contract in seen_whole or sees_call(city, contract, key, viewer)
        for contract, key in calls
    )
