"""A city in which every contract that ships has been at work, and has refused."""

from typing import Any

from attested_city import live_with_attestations
from civic import (
    column,
    departments,
    granted,
    people_columns,
    receipt,
    register_people,
    structure,
)
from crossing_city import live_across
from foreign_city import live_with_gateways
from identified_city import live_with_identities
from levelled_city import live_on_levels

from huabiao.client.signing import call, prove_seat
from huabiao.crypto.keys import Keys
from huabiao.stories import stories
from huabiao.testing import CityGround, Stage
from huabiao.testing.city import DAY, City

COMMITMENT = bytes(range(32)).hex()


def live(city: City) -> None:
    """Every scenario's story; calendar, directory, library, drift, sharing,
    correction, privacy, identities, attestations, membership, other chains."""
    for scenario, walk in stories().items():
        walk(Stage(scenario, CityGround(city)))
    owner, reader = departments(city, "人社局", "民政局")
    city.grant("calendar", "bureau", owner)
    city.grant("correction", "department", owner, reader)
    year: dict[str, Any] = {
        "year": 2026,
        "holidays": [20_727],
        "workdays": [20_736],
        "notice": "号",
    }
    city.call(owner, "calendar", "announce", **year)
    city.refused(
        "calendar.notice", owner, "calendar", "announce", **year | {"notice": ""}
    )
    register_people(city, owner)
    share(city, owner, reader)
    drift(city, owner)
    keep_and_erase(city, owner, reader)
    live_with_identities(city)
    live_with_attestations(city)
    take_seats(city)
    live_with_gateways(city)
    live_across(city, city.folder.parent / "other")
    live_on_levels(city, "other-city", owner)


def share(city: City, owner: Keys, reader: Keys) -> None:
    """A grant, receipts on it, what was refused, an error taken back to its source."""
    granted(city, owner, reader)
    for number in range(3):
        facts = receipt(city, reader, number=number, rows=number)
        city.call(owner, "sharing", "receipt", "g1", **facts)
    city.refused("entry.exists", owner, "sharing", "receipt", "g1", **facts)
    refusal: dict[str, Any] = {
        "request": bytes(32), "reader": reader.account, "code": "c", "sentence": "s",
    }  # fmt: skip
    city.call(owner, "refused_fetch", "record_refusal", "g1", **refusal)
    finding = {"grant": "g1", "column": "district", "found": "区划代码已撤销"}
    city.call(reader, "correction", "ask_for", "c1", **finding)
    city.call(reader, "correction", "ask_for", "c2", **finding)
    city.call(owner, "correction", "correct", "c1", answer="已更正")
    city.call(owner, "correction", "uphold", "c2", answer="无误")


def drift(city: City, owner: Keys) -> None:
    """A table that changed, was accepted as it is; and one that was put back."""
    scanner, columns = city.cast("扫描器"), [*people_columns(), column("extra")]
    city.grant("drift", "scanner", scanner)
    city.call(owner, "drift", "appoint", scanner=scanner.account)
    found = structure(city, columns)
    seen = [["column added", "extra", "", "varchar(40)", "notice", "多了一列。"]]
    report = {"table": "people", "system": "SI-SYS", "changes": seen}
    city.call(scanner, "drift", "report", "a1", **report, structure=found[10])
    revise = call("library", "revise_table", "people", structure=found, columns=columns)
    assert city.submit(owner, revise, call("drift", "accept", "a1")).accepted
    old = structure(city, people_columns())[10]
    city.call(scanner, "drift", "report", "a2", **report, structure=old)
    city.call(owner, "drift", "repair", "a2", note="恢复")
    city.call(scanner, "drift", "confirm", "a2", structure=found[10])


def keep_and_erase(city: City, owner: Keys, person: Keys) -> None:
    keeper = city.cast("保管方")
    place = {"scenario": "hazardous_waste", "record": "m1", "field": "driver"}
    city.call(
        owner, "privacy", "keep", COMMITMENT,
        keeper=keeper.account, subject=person.account, **place,
    )  # fmt: skip
    allowed = {"purpose": "核对", "until": city.now + DAY}
    city.call(person, "privacy", "allow", COMMITMENT, reader=owner.account, **allowed)
    noted = {"reader": owner.account, "purpose": "核对"}
    city.call(keeper, "privacy", "note_opening", COMMITMENT, **noted)
    city.call(person, "privacy", "ask_erasure", COMMITMENT, reason="不再需要")
    city.call(keeper, "privacy", "confirm_erasure", COMMITMENT)


def take_seats(city: City) -> None:
    """Three organisations apply; keys rotate, seats are suspended, readmitted, left."""
    city.call(city.admin, "membership", "weigh", "member", power=90)
    seats: dict[str, Keys] = {}
    for name in ("乙", "甲", "丙"):
        account, key = city.cast(f"单位{name}"), city.cast(f"密钥{name}")
        organisation = [f"单位{name}", name, account.account, 0]
        change = {"action": "add_organisation", "organisation": organisation}
        city.call(city.admin, "governance", "propose", name, **change)
        city.call(city.admin, "governance", "approve", name)
        proof = prove_seat(city.genesis.chain, key, name, f"单位{name}")
        said = {"public": key.public, "power": 2, "proof": proof}
        city.call(account, "membership", "apply", name, **said)
        city.call(city.admin, "membership", "approve", name)
        seats[name] = account
    new = city.cast("甲的新密钥")
    proof = prove_seat(city.genesis.chain, new, "甲", "单位甲")
    city.refused(
        "seat.proof", seats["甲"], "membership", "rotate", "甲",
        public=new.public, proof=bytes(64),
    )  # fmt: skip
    city.call(seats["甲"], "membership", "rotate", "甲", public=new.public, proof=proof)
    city.call(city.admin, "membership", "suspend", "乙")
    city.call(city.admin, "membership", "readmit", "乙")
    city.call(seats["丙"], "membership", "leave", "丙")
    city.rotate_member(city.cast("member's new key"))
