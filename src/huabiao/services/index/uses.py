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
from huabiao.services.index.questions import height_of
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
    first = connection.execute(
        "SELECT v.step, b.time, e.id, e.sender FROM versions v"
        " LEFT JOIN blocks b ON b.height = v.step >> 30"
        " LEFT JOIN envelopes e ON e.place = v.step & ?"
        " WHERE v.key = ? ORDER BY v.step, v.version LIMIT 1",
        (ENVELOPE, key),
    ).fetchone()
    fields = _newest(connection, layouts, part, receipt)
    if first is None or fields is None:
        return None
    step, time, id_, sender = first
    return {
        "receipt": receipt,
        "part": part,
        "height": height_of(step),
        "index": step >> 10 & (1 << 20) - 1,
        "time": time or 0,
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
    row = connection.execute(
        "SELECT value FROM versions WHERE key = ?"
        " ORDER BY step DESC, version DESC LIMIT 1",
        (f"{SHARING}/{part}/{key}",),
    ).fetchone()
    if row is None or row[0] is None:
        return None
    plain = decode(row[0])
    if part == "record" and type(plain) is list and len(plain) == 3:
        return {"state": plain[0], **layouts.named(SHARING, part, plain[2])}
    return layouts.named(SHARING, part, plain)
