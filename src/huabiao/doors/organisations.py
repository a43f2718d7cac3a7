"""
What people read of organisations, and who relied on an enterprise's file.

All of the contract `organisations` is public; of `enterprise_kyc` an enterprise sees
its own.
"""

from collections.abc import Iterator
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import Instant, decode
from huabiao.crypto.address import show as show_account
from huabiao.doors.city import City
from huabiao.doors.problems import malformed
from huabiao.services.credit_codes import read_credit_code
from huabiao.services.did.chain_method import chain_did
from huabiao.services.index import Wanted

Json = dict[str, Any]
ORGANISATIONS, KYC = "organisations", "enterprise_kyc"
LEVELS = {"organisations": "organisation", "devices": "device"}
MOST, PAGE = 1_000, 200
TIMES = ("until", "left_at", "retired_at", "withdrawn_at")
NEVER = Instant.show(0)


def found(city: City, words: str, limit: int) -> list[Json]:
    """Organisations and devices that the words are found in, the best first."""
    city.caught_up()
    topics = [
        each for each in city.index.search(words, MOST) if each["level"] in LEVELS
    ]
    return [
        {
            "kind": LEVELS[each["level"]],
            "code": each["key"].partition("/")[0],
            "title": each["title"],
            "account": each["owner"],
        }
        for each in topics[:limit]
    ]


def organisation(city: City, written: str, viewer: bytes | None) -> Json:
    """One organisation with its officers, devices and delegations, where a time that
    never comes is None; Problem 404."""
    try:
        code = read_credit_code(written)
    except ValueError as error:
        raise malformed(str(error), "organisation.code") from None
    record = city.record(ORGANISATIONS, code, viewer)
    city.caught_up()
    account = record["fields"]["account"]
    return {
        "code": code,
        "state": record["state"],
        "state_title": record["state_title"],
        **record["fields"],
        "did": chain_did(city.port.chain, bytes.fromhex(account[3:43])),
        **{
            part: [{"key": key, **entry} for key, entry in _entries(city, part, code)]
            for part in ("officers", "devices", "delegations")
        },
    }


def _entries(city: City, part: str, code: str) -> Iterator[tuple[str, Json]]:
    description = city.description(ORGANISATIONS)
    rows = city.index.entries(ORGANISATIONS, part, code + "/", limit=MOST)
    for key, stored in rows:
        entry = show_entry(description, part, stored)
        # The contract stores a time that never comes as 0.
        never = {name: None for name in TIMES if entry.get(name) == NEVER}
        yield key.partition("/")[2], entry | never


def kyc_uses(city: City, account: bytes) -> list[Json]:
    """Each time that a bank verified an enterprise's file or relied on it."""
    if KYC not in city.descriptions():
        return []
    own = Wanted(fields={"enterprise": account}, limit=PAGE)
    files = city.index.records(KYC, own)
    return [use for file in files for use in _uses_of_file(city, file["id"])]


def _uses_of_file(city: City, id_: str) -> Iterator[Json]:
    """The trail of a file: each use with the envelope that it stands in."""
    description = city.description(KYC)
    acts = [
        step
        for step in city.index.history(KYC, id_, MOST)
        if step["code"] == "ok" and step["operation"] in ("verify", "rely")
    ]
    for number, step in enumerate(acts, 1):
        stored = city.port.read(f"{KYC}/uses/{id_}/{number}")
        if stored is None:
            continue
        use = show_entry(description, "uses", stored)
        owner = decode(stored)[0]
        yield {
            "at": use["at"],
            "height": step["height"],
            "reader": use["bank"],
            "reader_name": city.name_of(use["bank"]),
            "owner": show_account(owner),
            "owner_name": city.organisation(owner),
            "columns": ["facts"],
            "record": f"{KYC}/{id_}",
            "purpose": use["purpose"],
            "receipt": step["envelope"],
        }
