"""
Uses of a person's data by this chain's departments on other chains.

The receipts stand here by proofs (platform/remote_sharing.py). Which of them tell of a
person only the subject tags say, which the owner's node keeps: they are asked for where
that node runs beside this one, in `services["other_levels"]`.
"""

from collections.abc import Iterable
from typing import Any

from huabiao.client.described import show_entry
from huabiao.doors.city import City

Json = dict[str, Any]
REMOTE = "remote_sharing"


def remote_uses(city: City, tags: Iterable[bytes]) -> list[Json]:
    """Each receipt of another chain about the person behind these tags."""
    if REMOTE not in city.descriptions():
        return []
    keepers = [each.tags for each in city.services.get("other_levels", {}).values()]
    receipts = {
        receipt
        for tag in tags
        for keeper in (city.tags, *keepers)
        for receipt in keeper.receipts(tag)
    }
    shown = (_use(city, receipt) for receipt in sorted(receipts))
    return [use for use in shown if use is not None]


def _use(city: City, receipt: str) -> Json | None:
    stored = city.port.read(f"{REMOTE}/receipts/{receipt}")
    if stored is None:
        return None
    description = city.description(REMOTE)
    entry = show_entry(description, "receipts", stored)
    asked = city.port.read(f"{REMOTE}/asked/{entry['asked']}")
    request = show_entry(description, "asked", asked) if asked else {}
    return {
        "receipt": receipt,
        **entry,
        "chain": request.get("route", ""),
        "grant": request.get("grant", ""),
        "grant_state": request.get("state", ""),
        "table": request.get("table", ""),
        "legal_basis": request.get("legal_basis", ""),
        "reader_name": city.name_of(entry["reader"]),
        "owner_name": city.name_of(entry["owner"]),
    }
