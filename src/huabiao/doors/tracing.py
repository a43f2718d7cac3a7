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
from huabiao.crypto.envelope import Call
from huabiao.crypto.suite import suite
from huabiao.doors.city import City
from huabiao.doors.problems import forbidden, malformed, not_found, sign_in
from huabiao.services.epcis import Act, NotEpcis, lot_path

SCENARIO, LINEAGE = "food_trace", "inputs"
MOST_LOTS, MOST_STEPS, MOST_LOOKED_AT = 100, 200, 5_000
MOVES = ("pack", "hand_over", "observe")
Json = dict[str, Any]
Place = tuple[int, int, int]
"""Of a call on the chain: height, envelope, call."""
LAST: Place = (2**62, 0, 0)


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
    """What was done with each of these and accepted, oldest first; also what was done
    with a container while one of them was in it."""
    city.caught_up()
    found: dict[Place, Act] = {}
    for path in paths:
        found |= _acts_on(city, path, path)
        for container, start, end in _stays(city, path):
            moved = _acts_on(city, container, container)
            found |= {
                place: act
                for place, act in moved.items()
                if start <= place <= end and act.operation in MOVES
            }
    return [found[place] for place in sorted(found)]


def _acts_on(city: City, history: str, key: str | None = None) -> dict[Place, Act]:
    """Accepted calls in a history of the read model, those on one key or on any."""
    description = city.description(SCENARIO)
    found: dict[Place, Act] = {}
    for step in city.index.history(SCENARIO, history, MOST_STEPS):
        block = city.port.block(step["height"]) if step["code"] == "ok" else None
        if block is None:
            continue  # refused; or pruned here: then the archive has it
        calls = block.envelopes[step["index"]].body.calls
        document = captured(calls)
        for number, call in enumerate(calls):
            if call.contract == SCENARIO and key in (None, call.key):
                written = show_arguments(description, call.operation, call.arguments)
                found[step["height"], step["index"], number] = Act(
                    call.operation, call.key, written, step["sender"], step["time"],
                    step["envelope"], number, document,
                )  # fmt: skip
    return found


def captured(calls: Iterable[Call]) -> str:
    """The digest of the document that an envelope's calls came from; "" if of none."""
    keys = (
        call.key
        for call in calls
        if (call.contract, call.operation) == (SCENARIO, "capture")
    )
    return next(keys, "")


def _stays(city: City, path: str) -> list[tuple[str, Place, Place]]:
    """(container, in, out) of each time that something was packed: by the calls that
    wrote its entry in the part `trace`."""
    opened: dict[str, Place] = {}
    stays = []
    packed = sorted(_acts_on(city, f"trace/{path}").items())
    for place, act in packed:
        contents = act.arguments.get("contents", ())
        if act.operation != "pack":
            continue
        if not act.arguments.get("out") and path in contents:
            opened[act.key] = place
        elif act.key in opened and (path in contents or not contents):
            stays.append((act.key, opened.pop(act.key), place))
    return stays + [(key, start, LAST) for key, start in opened.items()]


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
