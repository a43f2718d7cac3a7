"""
The way of a lot of food, as people and EPCIS documents read it.

A lot's way is what was done with it and with what it was made of. Ancestors are walked
in the chain's state, at most MOST_LOTS of them; descendants in the read model.
"""

from collections.abc import Iterable
from typing import Any

from huabiao.client.described import show_arguments
from huabiao.codec import Instant, decode
from huabiao.crypto.address import show as show_account
from huabiao.crypto.suite import suite
from huabiao.doors.city import City
from huabiao.doors.problems import forbidden, malformed, not_found, sign_in
from huabiao.services.epcis import Act, NotEpcis, lot_path

SCENARIO, LINEAGE = "food_trace", "inputs"
MOST_LOTS, MOST_STEPS, MOST_LOOKED_AT = 100, 200, 5_000
Json = dict[str, Any]


def path_of(written: str) -> str:
    """The id of a lot, from its path or from any identifier of it; Problem 422."""
    name = written if ":" in written else f"https://id.gs1.org/{written.lstrip('/')}"
    try:
        return lot_path(name)
    except NotEpcis as error:
        raise malformed(str(error), "epcis.name") from None


def traced(city: City, path: str) -> Json | None:
    """What the chain knows of a lot, container or asset, by its field names."""
    description = city.description(SCENARIO)
    stored = city.port.read(f"{SCENARIO}/trace/{path}")
    if stored is None:
        return None
    fields = description["records"][description["parts"]["trace"]["entry"]]["fields"]
    return dict(zip(fields, decode(stored), strict=False))


def seen_lot(city: City, path: str, viewer: bytes | None) -> Json:
    """A lot's record, to whom may see all of it; else a Problem."""
    record = city.record(SCENARIO, path, viewer)
    if not record["complete"]:
        raise forbidden() if viewer is not None else sign_in()
    return record


def ancestors(city: City, path: str, most: int) -> list[str]:
    """A lot and what it was made of, the nearest first, up to so many."""
    found, place = [path], 0
    known = {path}
    while place < len(found) and len(found) < most:
        thing = traced(city, found[place])
        place += 1
        for lot, *_ in thing["inputs"] if thing else ():
            if lot not in known and len(found) < most:
                known.add(lot)
                found.append(lot)
    return found


def recalled_by(city: City, path: str) -> str:
    """The nearest recalled lot among a lot and its ancestors, or ""."""
    for each in ancestors(city, path, MOST_LOOKED_AT):
        thing = traced(city, each)
        if thing is not None and thing["recall"]:
            return each
    return ""


def findings(city: City, path: str, viewer: bytes | None) -> Json:
    """All that was made of a lot, and the digest of the list as `locate` takes it: the
    ids in their order, each followed by a line feed, in UTF-8."""
    seen_lot(city, path, viewer)
    city.caught_up()
    lots = city.index.descendants(SCENARIO, LINEAGE, path)
    listed = "".join(f"{each}\n" for each in lots).encode()
    digest = suite(city.port.suite_name).digest(listed).hex()
    return {"lot": path, "count": len(lots), "findings": digest, "lots": lots}


def acts(city: City, paths: Iterable[str]) -> list[Act]:
    """What was done with each of these and accepted, oldest first."""
    description = city.description(SCENARIO)
    city.caught_up()
    found: dict[tuple[str, int], Act] = {}
    for path in paths:
        for step in city.index.history(SCENARIO, path, MOST_STEPS):
            if step["code"] != "ok":
                continue
            block = city.port.block(step["height"])
            if block is None:
                continue  # pruned here: its acts stand in the archive
            envelope = block.envelopes[step["index"]]
            for number, call in enumerate(envelope.body.calls):
                if (call.contract, call.key) == (SCENARIO, path):
                    found[step["envelope"], number] = Act(
                        call.operation,
                        path,
                        show_arguments(description, call.operation, call.arguments),
                        step["sender"],
                        step["time"],
                        step["envelope"],
                        number,
                    )
    return sorted(found.values(), key=lambda a: (a.time, a.envelope, a.number))


def way(city: City, path: str, viewer: bytes | None) -> Json:
    """Everything that a product's public page says."""
    record, thing = seen_lot(city, path, viewer), traced(city, path)
    if thing is None:
        raise not_found(
            f"没有 {path[:80]} 的追溯", f"Nothing is known of {path[:80]!r}"
        )
    titles = city.description(SCENARIO)["operations"]
    return {
        "lot": path,
        "record": record,
        "recalled": recalled_by(city, path),
        "holdings": [
            {"party": show_account(party), "grams": grams}
            for party, grams in thing["holdings"]
        ],
        "inputs": [{"lot": lot, "grams": grams} for lot, grams, *_ in thing["inputs"]],
        "inside": thing["inside"],
        "steps": [
            {
                "time": Instant.show(act.time),
                "title": titles[act.operation]["title"],
                "operation": act.operation,
                "sender": act.sender,
                "lot": act.key,
                "arguments": act.arguments,
                "envelope": act.envelope,
            }
            for act in acts(city, ancestors(city, path, MOST_LOTS))
        ],
    }
