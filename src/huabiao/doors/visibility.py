"""
Who may see a record: the one question that every door asks before it shows anything.

    visible = "public"        everyone sees all of it
    visible = "parties"       its own parties (accounts in its fields, and whoever acted
                              on it) and supervisors see all of it
    visible = "supervision"   supervisors alone see all of it

Everyone sees the fields that the scenario lists as public, the id and the state; of the
parts that it lists there, such as books, the entries that are no party's own. A
supervisor holds the role `supervisor` of the scenario, or of the whole city (granted
for the scenario `supervision`). Personal and secret values are never public: parties
and supervisors have them opened, whatever `visible` says of the rest.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

SUPERVISOR, CITY = "supervisor", "supervision"


class RoleHolder(Protocol):
    """The part of a port that this question needs."""

    def holds_role(self, contract: str, role: str, account: bytes) -> bool: ...


@dataclass(frozen=True)
class Subject:
    """A record as far as sight of it goes. Both are asked only where it matters: the
    one reads the record, the other is a query, and comes last."""

    key: str
    parties: Callable[[], Collection[bytes]]
    acted: Callable[[bytes], bool]
    """Whether an account acted on it and was not refused."""


@dataclass(frozen=True)
class Sight:
    """What a viewer sees of a record: all of it, or these fields."""

    whole: bool
    fields: tuple[str, ...]

    def of(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values that are seen."""
        if self.whole:
            return values
        return {name: values[name] for name in self.fields if name in values}


def may_see(
    description: dict[str, Any],
    record: Subject,
    viewer: bytes | None,
    port: RoleHolder,
) -> Sight:
    """What an account (None: nobody in particular) sees of a record."""
    whole = description["visible"] == "public" or (
        viewer is not None and may_open(description, record, viewer, port)
    )
    return Sight(whole, tuple(description["public"]))


def sees_all(
    description: dict[str, Any], viewer: bytes | None, port: RoleHolder
) -> bool:
    """Whether an account sees all of every record, whatever is in it."""
    return description["visible"] == "public" or (
        viewer is not None and is_supervisor(description, viewer, port)
    )


def may_open(
    description: dict[str, Any], record: Subject, viewer: bytes, port: RoleHolder
) -> bool:
    """Whether an account sees what is not public of a record: fields that are kept from
    strangers, and its personal and secret values, also where the record is public."""
    return is_supervisor(description, viewer, port) or (
        description["visible"] != "supervision"
        and (viewer in record.parties() or record.acted(viewer))
    )


def is_public_part(description: dict[str, Any], part: str) -> bool:
    """Whether the scenario lists a part as public; a field of that name comes first."""
    fields = description["records"].get(description["record"], {}).get("fields", {})
    return part in description["public"] and part not in fields


def is_supervisor(description: dict[str, Any], viewer: bytes, port: RoleHolder) -> bool:
    """Whether an account supervises this scenario or the city."""
    return any(
        port.holds_role(scope, SUPERVISOR, viewer)
        for scope in (description["name"], CITY)
    )
