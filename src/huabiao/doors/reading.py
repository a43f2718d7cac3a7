"""
What people read: blocks, envelopes, records and their history, as plain JSON.

Every function takes the city and the viewer's account (None: nobody in particular) and
gives no more than that viewer may see. API and pages both read here.
"""

from typing import Any

from huabiao.client.described import (
    show_arguments,
    show_entry,
    show_plain,
    show_stored_record,
)
from huabiao.client.port import BlockView
from huabiao.codec import Instant
from huabiao.crypto.address import show as show_account
from huabiao.crypto.envelope import Envelope
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, not_found
from huabiao.proofs.receipt import Receipt

Json = dict[str, Any]
Viewer = bytes | None


def overview(city: City) -> Json:
    """What the first page says."""
    return {
        "status": city.port.status(),
        "health": city.port.health(),
        "scenarios": [
            {**summary_of(each), "records": sum(city.index.counts(name).values())}
            for name, each in city.descriptions().items()
        ],
    }


def summary_of(description: Json) -> Json:
    """A scenario in one line."""
    names = ("name", "title", "summary", "task", "lead", "visible")
    return {name: description[name] for name in names}


# -- blocks ------------------------------------------------------------------------


def blocks(city: City, before: int | None, limit: int) -> list[Json]:
    """Headers of the newest blocks, or of those before a height."""
    top = city.port.height if before is None else min(before - 1, city.port.height)
    found = (city.port.block(height) for height in range(top, max(top - limit, 0), -1))
    return [header_of(block) for block in found if block is not None]


def header_of(block: BlockView) -> Json:
    header = block.header
    return {
        "height": header.height,
        "time": Instant.show(header.time),
        "hash": block.hash.hex(),
        "previous": header.previous.hex(),
        "state_root": header.state.hex(),
        "receipts_root": header.receipts.hex(),
        "transactions_root": header.transactions.hex(),
        "envelopes": len(block.envelopes),
        "refused": sum(not receipt.accepted for receipt in block.receipts),
    }


def block(city: City, height: int, viewer: Viewer, offset: int, limit: int) -> Json:
    """A block and some of its envelopes; Problem 404."""
    found = city.port.block(height)
    if found is None:
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


# -- envelopes ---------------------------------------------------------------------


def locate(city: City, envelope: str) -> tuple[int, int]:
    """Height and index of an envelope by its id; Problem 404."""
    city.caught_up()
    place = city.index.locate(envelope)
    if place is None:
        raise not_found(
            f"没有信封 {envelope[:80]}", f"There is no envelope {envelope[:80]}"
        )
    return place


def envelope(city: City, id_: str, viewer: Viewer) -> Json:
    """One envelope with its receipt; Problem 404."""
    height, index = locate(city, id_)
    found = city.port.block(height)
    if found is None:
        raise Problem(404, "block.gone", "区块已归档。 The block was archived.")
    shown = envelope_json(city, found.envelopes[index], found.receipts[index], viewer)
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
    calls = []
    for number, call in enumerate(envelope.body.calls):
        seen = own or sees_call(city, call.contract, call.key, viewer)
        shown: Json = {
            "contract": call.contract,
            "operation": call.operation,
            "key": call.key,
            "seen": seen,
        }
        if seen:
            description = city.descriptions().get(call.contract)
            shown["arguments"] = (
                show_arguments(description, call.operation, call.arguments)
                if description
                else show_plain(call.arguments)
            )
            if number < len(receipt.results):
                result = receipt.results[number]
                shown["code"] = result.code
                shown["events"] = [
                    {"name": event.name, "key": event.key,
                     "detail": show_plain(event.detail)}
                    for event in result.events
                ]  # fmt: skip
        calls.append(shown)
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


def sees_call(city: City, contract: str, key: str, viewer: Viewer) -> bool:
    """Whether a viewer sees what a call was about."""
    description = city.descriptions().get(contract)
    if description is None:
        return False
    return city.sight(description, key, viewer).whole


def sees_envelope(city: City, height: int, index: int, viewer: Viewer) -> bool:
    """Whether a viewer sees all of an envelope, as a proof of its receipt shows it."""
    found = city.port.block(height)
    if found is None:
        return False
    if viewer is not None and viewer == found.receipts[index].sender:
        return True
    return all(
        sees_call(city, call.contract, call.key, viewer)
        for call in found.envelopes[index].body.calls
    )


# -- records -----------------------------------------------------------------------


def records(
    city: City,
    scenario: str,
    viewer: Viewer,
    state: str | None,
    after: str | None,
    limit: int,
    own: bool = False,
) -> Json:
    """Records of a scenario in the order of ids, as the viewer sees them; `own`: those
    that the viewer acted on."""
    description = city.description(scenario)
    city.caught_up()
    rows = city.index.records(
        scenario, state=state, sender=viewer if own else None, after=after, limit=limit
    )
    shown = []
    for row in rows:
        sight = city.sight(description, row["id"], viewer, row["value"])
        shown.append(city.shown(description, row["id"], row["value"], sight))
    return {
        "scenario": scenario,
        "counts": city.index.counts(scenario),
        "records": shown,
        "next": rows[-1]["id"] if len(rows) == limit else None,
    }


def history(city: City, scenario: str, key: str, viewer: Viewer) -> Json:
    """Who did what to a record, oldest first; who and where, to those who may see."""
    description = city.description(scenario)
    city.caught_up()
    whole = city.sight(description, key, viewer).whole
    steps = []
    for row in city.index.history(scenario, key):
        if row["code"] != "ok" and not whole:
            continue
        facts = description["operations"].get(row["operation"], {})
        step: Json = {
            "height": row["height"],
            "time": Instant.show(row["time"]),
            "operation": row["operation"],
            "title": facts.get("title", ""),
            "from": row["from"],
            "to": row["to"],
            "code": row["code"],
        }
        if whole:
            step |= {
                "envelope": row["envelope"],
                "sender": row["sender"],
                "sender_name": city.name_of(row["sender"]),
                "sentence": row["sentence"],
            }
        steps.append(step)
    if not steps:
        raise not_found(
            f"没有 {scenario} “{key[:80]}”的历史",
            f"There is no history of {scenario} {key[:80]!r}",
        )
    return {"scenario": scenario, "id": key, "complete": whole, "steps": steps}


# -- accounts ----------------------------------------------------------------------


def account(city: City, account: bytes, viewer: Viewer, limit: int) -> Json:
    """What is publicly known of an account, and its acts as far as they are seen."""
    city.caught_up()
    acts = []
    for row in city.index.account_history(account, limit=limit):
        if sees_envelope(city, row["height"], row["index"], viewer):
            acts.append({**row, "time": Instant.show(row["time"])})
    name = city.organisation(account)
    written = show_account(account)
    return {
        "account": written,
        "organisation": name if name != written else None,
        "acts": acts,
    }


def uses_of(city: City, account: bytes) -> list[Json]:
    """Each use of the data of the person behind an account, oldest first."""
    city.caught_up()
    prefix = account.hex() + "/"
    found: dict[str, Json] = {}
    for key, _ in city.index.entries("identity", "persons", prefix):
        for use in city.index.uses(bytes.fromhex(key.rpartition("/")[2])):
            found.setdefault(use["receipt"], use_json(city, use))
    return sorted(found.values(), key=lambda use: use["height"])


def use_json(city: City, use: Json) -> Json:
    """One receipt, and the grant under which it came, as plain JSON."""
    description = city.description("sharing")
    stored = city.port.read(f"sharing/receipts/{use['receipt']}")
    entry = show_entry(description, "receipts", stored) if stored else {}
    shown: Json = {"receipt": use["receipt"], "height": use["height"], **entry}
    request = city.port.read(f"sharing/record/{entry.get('grant', '')}")
    if request is not None:
        record = show_stored_record(description, request)
        shown["grant_state"] = record["state"]
        for name in ("table", "purpose", "legal_basis"):
            shown[name] = record["fields"][name]
    for name in ("owner", "reader"):
        if name in entry:
            shown[f"{name}_name"] = city.name_of(entry[name])
    return shown


# -- the directory -----------------------------------------------------------------


def drift(city: City, limit: int = 100) -> list[Json]:
    """Where a database no longer is what the directory says: open alerts."""
    description = city.descriptions().get("drift")
    if description is None:
        return []
    city.caught_up()
    alerts = []
    for row in city.index.records("drift", limit=limit):
        facts = description["states"].get(row["state"], {})
        if not facts.get("final"):
            record = show_stored_record(description, row["value"])
            alerts.append({"id": row["id"], "height": row["height"], **record})
    return alerts
