"""Sealed: what is revealed is what was sealed, by whom, and not before the close."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laboratory import LAB, lab_city

from huabiao.client.sealing import (
    message_to_seal,
    part_revealed_by,
    part_sealed_by,
    sealed_parts,
)
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing import City, CityGround

SOURCE = '''
    bids = Sealed(Bid)

    @does(by=anyone, keyed=True)
    def seal(self, commitment: Digest) -> None:
        """Seal a bid."""
        self.bids.seal(self.key, commitment)

    @does(by=anyone, keyed=True)
    def close(self) -> None:
        """End the sealing."""
        self.bids.close(self.key)

    @does(by=anyone, keyed=True)
    def reveal(self, bid: Bid, salt: Bytes) -> None:
        """Open one's own."""
        self.bids.reveal(self.key, bid, salt)
        self.emit("price", price=self.bids.revealed(self.key, self.caller).price)

    @does(by=anyone, keyed=True)
    def look(self, account: Party) -> None:
        """See what another has revealed."""
        self.emit("price", price=self.bids.revealed(self.key, account).price)
'''
SALT = bytes(range(16))


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = lab_city(tmp_path_factory.mktemp("sealed"), SOURCE)
    yield made
    made.close()


def commitment(city, who, subject, price, salt=SALT, note=""):
    description = CityGround(city).description(LAB)
    written = {"price": price, "note": note}
    message = message_to_seal(description, "bids", subject, who.account, salt, written)
    return city.ledger.digest(message)


def closed(city, *bidders, price=100, salt=SALT):
    """A new subject under which each has sealed the price, closed."""
    subject = f"s{city.ledger.height}"
    for who in bidders:
        sealed = commitment(city, who, subject, price, salt)
        city.call(who, LAB, "seal", subject, commitment=sealed)
    city.call(city.admin, LAB, "close", subject)
    return subject


@settings(max_examples=10, deadline=None)
@given(
    st.integers(0, 2**60),
    st.text("ab华", max_size=3),
    st.binary(min_size=16, max_size=64),
)
def test_what_was_sealed_can_be_revealed_and_nothing_else(city, price, note, salt):
    anna, subject = city.cast("anna"), f"p{city.ledger.height}"
    sealed = commitment(city, anna, subject, price, salt, note)
    city.call(anna, LAB, "seal", subject, commitment=sealed)
    city.call(city.admin, LAB, "close", subject)
    spoiled = bytes([salt[0] ^ 1]) + salt[1:]
    for bid, given_salt in (
        ([price + 1, note], salt), ([price, note + "x"], salt),
        ([price, note], spoiled), ([price, note], salt + b"\0"),
    ):  # fmt: skip
        given_ = {"bid": bid, "salt": given_salt}
        city.refused("sealed.differs", anna, LAB, "reveal", subject, **given_)
    receipt = city.call(anna, LAB, "reveal", subject, bid=[price, note], salt=salt)
    assert receipt.results[0].events[0].detail == {"price": price}
    stored = city.read(f"{LAB}/bids_entries/{subject}/{anna.account.hex()}")
    assert stored == [anna.account, sealed, [price, note]]


def test_nothing_is_revealed_before_the_close_nor_sealed_after_it(city):
    anna, bert = city.cast("anna"), city.cast("bert")
    sealed = commitment(city, anna, "c", 5)
    city.call(anna, LAB, "seal", "c", commitment=sealed)
    city.refused("sealed.repeated", anna, LAB, "seal", "c", commitment=sealed)
    opened = {"bid": [5, ""], "salt": SALT}
    city.refused("sealed.open", anna, LAB, "reveal", "c", **opened)
    city.call(city.admin, LAB, "close", "c")
    known = {"account": anna.account}
    city.refused("sealed.unrevealed", bert, LAB, "look", "c", **known)
    city.refused("sealed.closed", city.admin, LAB, "close", "c")
    city.refused("sealed.closed", bert, LAB, "seal", "c", commitment=sealed)
    city.call(anna, LAB, "reveal", "c", **opened)
    city.refused("sealed.none", anna, LAB, "reveal", "c", **opened)
    city.refused("sealed.none", bert, LAB, "reveal", "c", **opened)
    city.call(bert, LAB, "look", "c", **known)


def test_a_copied_commitment_can_be_opened_by_nobody(city):
    anna, thief = city.cast("anna"), city.cast("thief")
    sealed = commitment(city, anna, "copied", 5)
    for who in (anna, thief):
        city.call(who, LAB, "seal", "copied", commitment=sealed)
    city.call(city.admin, LAB, "close", "copied")
    opened = {"bid": [5, ""], "salt": SALT}
    city.call(anna, LAB, "reveal", "copied", **opened)
    city.refused("sealed.differs", thief, LAB, "reveal", "copied", **opened)


def test_a_commitment_holds_for_its_subject_only(city):
    anna = city.cast("anna")
    sealed = commitment(city, anna, "one", 5)
    city.call(anna, LAB, "seal", "another", commitment=sealed)
    city.call(city.admin, LAB, "close", "another")
    opened = {"bid": [5, ""], "salt": SALT}
    city.refused("sealed.differs", anna, LAB, "reveal", "another", **opened)


def test_a_salt_that_could_be_guessed_is_not_taken(city):
    anna = city.cast("anna")
    subject = closed(city, anna, salt=SALT[:15])
    opened = {"bid": [100, ""], "salt": SALT[:15]}
    city.refused("sealed.differs", anna, LAB, "reveal", subject, **opened)


def test_a_door_knows_what_seals_and_what_reveals(city):
    description = CityGround(city).description(LAB)
    operations = description["operations"]
    (commitment_,) = operations["seal"]["parameters"]
    assert part_sealed_by(description, commitment_) == "bids"
    assert part_sealed_by(description, commitment_ | {"name": "receipt"}) == ""
    assert part_sealed_by(description, commitment_ | {"kind": "Text"}) == ""
    assert part_revealed_by(description, operations["reveal"]) == ("bids", "bid")
    assert part_revealed_by(description, operations["look"]) == ("", "")
    parts = description["parts"]
    two = description | {"parts": parts | {"scores": parts["bids"]}}
    assert part_sealed_by(two, commitment_) == "", "of which one, nobody can tell"
    named = commitment_ | {"name": "scores_commitment"}
    assert part_sealed_by(two, named) == "scores"
    assert part_revealed_by(two, operations["reveal"]) == ("", "")


def test_what_ships_and_seals_is_sealed_for_by_forms(tmp_path):
    """A browser commits under the id of the call, and so must the scenario."""
    sources = [each for each in shipped_sources() if "Sealed(" in each]
    city = City(tmp_path, sources=[*founding_sources(), *sources])
    for source in sources:
        name = re.search(r"^class (\w+)\(Scenario\)", source, re.MULTILINE)[1]
        scenario = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        description = CityGround(city).description(scenario)
        operations = description["operations"].values()
        given = [each for one in operations for each in one["parameters"]]
        for part in sealed_parts(description):
            assert part in {part_sealed_by(description, each) for each in given}
            assert part in {part_revealed_by(description, one)[0] for one in operations}
            calls = rf"self\.{part}\.(?:seal|reveal)\(([^,]+),"
            assert set(re.findall(calls, source)) == {"self.key"}
    assert sources
    city.close()
