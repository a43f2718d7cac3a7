"""
Personal and secret values, as the doors ask for them: where a value belongs, who may
have it opened, what the chain says of it, who had it opened.

The chain's contract `privacy` holds what is said here; docs/formats/commitment.md.
"""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from huabiao.client.described import records_of, show_entry
from huabiao.codec import Kind, committed_item, decode, kind_named
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, forbidden, not_found
from huabiao.services.vault import Place, Vault

Json = dict[str, Any]
PAGE, MOST_LISTED = 200, 2_000


class Kept(NamedTuple):
    """An entry `privacy/kept/<commitment>`, in its stored order."""

    owner: bytes
    keeper: bytes
    scenario: str
    record: str
    field: str
    subject: bytes | None
    kept_at: int
    asked_by: bytes | None
    asked_at: int | None
    reason: str
    erased_at: int | None


class Value(NamedTuple):
    """A personal or secret value that stands in a record: its place, kind, entry."""

    place: Place
    kind: type[Kind]
    kept: Kept
    entry: Json


def vault_of(city: City) -> Vault:
    """The vault beside this node; Problem 404 if there is none."""
    found: Vault | None = city.services.get("vault")
    if found is None:
        raise not_found("本节点没有保险库", "No vault runs beside this node")
    return found


def find_value(city: City, scenario: str, record: str, field: str) -> Value:
    """What stands in a field of a record, or of a part's entry; Problem 404."""
    description = city.description(scenario)
    for name, plain in _stored_under(city, description, record):
        fields = description["records"][name]["fields"]
        held = dict(zip(fields, plain, strict=False)).get(field)
        if not isinstance(held, bytes):
            continue
        kind = committed_item(
            kind_named(fields[field]["kind"], records_of(description))
        )
        kept = city.port.read(f"privacy/kept/{held.hex()}")
        if kind is not None and kept is not None:
            entry = show_entry(city.description("privacy"), "kept", kept)
            place = Place(city.port.chain, scenario, record, field, held)
            return Value(place, kind, Kept(*decode(kept)), entry)
    raise not_found(
        f"{scenario} “{record[:80]}”的 {field[:80]} 没有保管的值",
        f"No value is kept for {field[:80]!r} of {scenario} {record[:80]!r}",
    )


def _stored_under(
    city: City, description: Json, key: str
) -> Iterator[tuple[str, list[Any]]]:
    """Record classes and stored fields of all that lies under a key."""
    name = description["name"]
    stored = city.port.read(f"{name}/record/{key}")
    if stored is not None and description["record"]:
        yield description["record"], decode(stored)[2]
    for part, facts in description["parts"].items():
        stored = city.port.read(f"{name}/{part}/{key}")
        if stored is not None and facts.get("entry") in description["records"]:
            yield facts["entry"], decode(stored)


def check_reader(city: City, value: Value, viewer: bytes) -> None:
    """
    Problem 403 unless an account may have a value opened: who filled it in, whom it is
    about, the record's parties, supervisors, and whom one of the first two allowed.
    """
    place, kept = value.place, value.kept
    if viewer in (kept.owner, kept.subject):
        return
    if city.opens(city.description(place.scenario), place.record, viewer):
        return
    allowed = city.port.read(f"privacy/allowed/{place.name}/{viewer.hex()}")
    if allowed is None or decode(allowed)[3] <= time.time() * 1000:
        raise forbidden()


def check_standing(city: City, value: Value) -> Vault:
    """The vault that keeps a value; Problem 410 once its erasure was asked for."""
    if value.kept.asked_at is not None:
        raise erased()
    vault = vault_of(city)
    if value.kept.keeper != vault.account:
        keeper = city.organisation(value.kept.keeper)
        raise not_found(
            f"此值由“{keeper}”的保险库保管", f"This value is in the vault of {keeper}"
        )
    return vault


def erased() -> Problem:
    return Problem(
        410,
        "vault.erased",
        "此信息已删除，任何人都不能再查看。"
        " This was erased; nobody can see it any more.",
        "可取证明：huabiao proof privacy/kept/承诺。"
        " A proof of it: huabiao proof privacy/kept/COMMITMENT.",
    )


def summary(city: City, commitment: str, entry: Json) -> Json:
    """What the chain says of a kept value, in the words of the doors."""
    asked = "asked" if entry["asked_at"] else "kept"
    return {
        "commitment": commitment,
        "state": "erased" if entry["erased_at"] else asked,
        "proof": f"privacy/kept/{commitment}",
        "owner_name": city.name_of(entry["owner"]),
        **entry,
    }


def values_about(city: City, account: bytes) -> list[Json]:
    """Every value that is said to be about an account, erased ones too."""
    city.caught_up()
    description = city.description("privacy")
    found = []
    prefix = account.hex() + "/"
    for key, _ in _entries(city, "about", prefix):
        commitment = key.removeprefix(prefix)
        stored = city.port.read(f"privacy/kept/{commitment}")
        if stored is not None:
            entry = show_entry(description, "kept", stored)
            found.append(summary(city, commitment, entry))
    return found


def openings_about(city: City, account: bytes) -> list[Json]:
    """Each time that a vault opened a value about an account, as a use of its data."""
    if "privacy" not in city.descriptions():
        return []
    description = city.description("privacy")
    return [
        _opening_json(city, value, show_entry(description, "openings", stored), key)
        for value in values_about(city, account)
        for key, stored in _entries(city, "openings", value["commitment"] + "/")
    ]


def openings_of(city: City, scenario: str, record: str) -> list[Json]:
    """Each time that a vault opened a value of a record: by whom, and for what. For
    those alone who may have the record's values opened themselves."""
    description = city.description(scenario)
    if "privacy" not in city.descriptions() or not description["record"]:
        return []
    fields = description["records"][description["record"]]["fields"]
    privacy, found = city.description("privacy"), []
    for field in [name for name, kind in fields.items() if is_kept(kind["kind"])]:
        try:
            value = find_value(city, scenario, record, field)
        except Problem:
            continue  # nothing was ever kept for it
        said = summary(city, value.place.name, value.entry)
        for key, stored in _entries(city, "openings", value.place.name + "/"):
            opening = show_entry(privacy, "openings", stored)
            found.append(_opening_json(city, said, opening, key))
    return found


def is_kept(kind: str) -> bool:
    """Whether a field of this kind is a commitment, with its value in a vault."""
    return kind.removeprefix("Maybe[").startswith(("Personal[", "Secret["))


def _opening_json(city: City, value: Json, opening: Json, key: str) -> Json:
    return {
        "at": opening["at"],
        "height": opening["height"],
        "reader": opening["reader"],
        "reader_name": city.name_of(opening["reader"]),
        "owner": opening["owner"],
        "owner_name": city.name_of(opening["owner"]),
        "columns": [value["field"]],
        "record": f"{value['scenario']}/{value['record']}",
        "purpose": opening["purpose"],
        "login": opening.get("login", ""),
        "receipt": key.rpartition("/")[2],
    }


def _entries(city: City, part: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Entries under a prefix, page by page, so many at most."""
    after = ""
    for _ in range(MOST_LISTED // PAGE):
        rows = city.index.entries("privacy", part, prefix, after=after, limit=PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1][0]
