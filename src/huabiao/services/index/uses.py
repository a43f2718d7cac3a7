"""
Uses: who read the data about a person.

`huabiao.services.subject_tags` knows under which receipts they were delivered; these,
and the grants that they name, stand on the chain under `sharing/…`.
"""

from collections.abc import Iterable
from typing import Any

from huabiao.codec import decode
from huabiao.crypto.address import show
from huabiao.services.index.database import Connection
from huabiao.services.index.layouts import Layouts
from huabiao.services.index.questions import height_of, index_of, time_of, versions
from huabiao.services.index.tables import ENVELOPE

SHARING = "sharing"


def uses(
    connection: Connection, layouts: Layouts, receipts: Iterable[str]
) -> list[dict[str, Any]]:
    """Those of some receipts that are on the chain, oldest first."""
    found = []
    for receipt in receipts:
        for part in _parts(layouts):
            use = _use(connection, layouts, part, receipt)
            if use is not None:
                found.append(use)
                break
    return sorted(found, key=lambda use: (use["height"], use["index"], use["receipt"]))


def _parts(layouts: Layouts) -> list[str]:
    """Where a receipt may lie; parts that say so by their name come first."""
    parts = layouts.parts(SHARING) or ["receipts"]
    return sorted([*parts, "record"], key=lambda part: ("receipt" not in part, part))


def _use(
    connection: Connection, layouts: Layouts, part: str, receipt: str
) -> dict[str, Any] | None:
    key = f"{SHARING}/{part}/{receipt}"
    written = list(versions(connection, key))
    fields = _newest(connection, layouts, part, receipt)
    if not written or fields is None:
        return None
    _, step, _ = written[-1]
    id_, sender = connection.execute(
        "SELECT id, sender FROM calls WHERE step = ?", (step & ENVELOPE,)
    ).fetchone() or (None, None)  # genesis has no envelope
    return {
        "receipt": receipt,
        "part": part,
        "height": height_of(step),
        "index": index_of(step),
        "time": time_of(connection, height_of(step)),
        "envelope": id_.hex() if id_ else "",
        "sender": show(sender) if sender else "",
        "fields": fields,
        "grant": _grant(connection, layouts, fields),
    }


def _grant(
    connection: Connection, layouts: Layouts, fields: dict[str, Any]
) -> dict[str, Any] | None:
    """The grant that a receipt names in its field `grant`, by field names."""
    name = fields.get("grant")
    if type(name) is not str or not name:
        return None
    for part in ("grants", "record", *layouts.parts(SHARING)):
        found = _newest(connection, layouts, part, name)
        if found is not None:
            return found
    return None


def _newest(
    connection: Connection, layouts: Layouts, part: str, key: str
) -> dict[str, Any] | None:
    newest = next(versions(connection, f"{SHARING}/{part}/{key}"), None)
    if newest is None or newest[2] is None:
        return None
    plain = decode(newest[2])
    if part == "record" and type(plain) is list and len(plain) == 3:
        return {"state": plain[0], **layouts.named(SHARING, part, plain[2])}
    return layouts.named(SHARING, part, plain)
