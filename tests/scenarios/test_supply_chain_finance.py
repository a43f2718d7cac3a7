"""Claims on a core enterprise: what their story does not show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.codec import Day
from huabiao.contracts.parts.sealed import sealed_message
from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.stories.supply_chain_finance import walk
from huabiao.testing import City, CityGround, Stage, unbalanced

CHAIN = "supply_chain_finance"
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class SupplyChainFinance(" in each],
]
ROLES = {
    "maker": "supplier", "smelter": "supplier", "buyer": "core", "rival": "core",
    "bank": "funder", "trust": "funder",
}  # fmt: skip
DUE = Day.parse("2999-12-31")
SALT = bytes(range(32))


def make_city(folder):
    made = City(folder, sources=SOURCES)
    for name, role in ROLES.items():
        made.grant(CHAIN, role, made.cast(name))
    return made


@pytest.fixture
def city(tmp_path):
    made = make_city(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def long_city(tmp_path_factory):
    made = make_city(tmp_path_factory.mktemp("claims"))
    yield made
    made.close()


def register(city, key="k", face=1_000, invoice=bytes(32), debtor="buyer"):
    terms = {"debtor": city.cast(debtor).account, "face": face, "due": DUE}
    city.call(city.cast("maker"), CHAIN, "register", key, invoice=invoice, **terms)


def owed(city, key="k", face=1_000, invoice=bytes(32)):
    register(city, key, face, invoice)
    city.call(city.cast("buyer"), CHAIN, "acknowledge", key)


def left(city, key):
    stored = city.read(f"{CHAIN}/amounts/claim/{key}")
    return stored[0] if stored else 0


def quote(city, who, key, price, salt=SALT):
    account = city.cast(who).account
    message = sealed_message(CHAIN, "quotes", key, account, salt, [price])
    digest = city.ledger.digest(message)
    city.call(city.cast(who), CHAIN, "quote", key, commitment=digest)


def financed(city, key="k", price=970):
    owed(city, key)
    maker = city.cast("maker")
    city.call(maker, CHAIN, "invite", key)
    quote(city, "bank", key, price)
    city.call(maker, CHAIN, "close", key)
    city.call(city.cast("bank"), CHAIN, "reveal", key, quote=[price], salt=SALT)
    city.call(maker, CHAIN, "finance", key, funder=city.cast("bank").account)


@settings(max_examples=10, deadline=None)
@given(
    st.integers(1, 10**12),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10**12)), max_size=6),
)
def test_the_parts_of_a_claim_sum_to_its_face(long_city, face, splits):
    city, run = long_city, str(long_city.ledger.height)
    owed(city, run, face, invoice=city.ledger.height.to_bytes(32, "big"))
    claims = [run]
    for number, (which, amount) in enumerate(splits):
        parent, key = claims[which % len(claims)], f"{run}.{number}"
        rest = left(city, parent)
        arguments = {"parent": parent, "amount": amount}
        call = Call(CHAIN, "split", key, arguments)
        receipt = city.submit(city.cast("maker"), call)
        if 0 < amount < rest:
            assert receipt.accepted
            assert left(city, parent) == rest - amount and left(city, key) == amount
            claims.append(key)
        else:
            assert receipt.code == ("books.amount" if amount == 0 else "split.beyond")
        assert sum(left(city, each) for each in claims) == face
    for key in claims:
        city.call(city.cast("buyer"), CHAIN, "settle", key, payment=bytes(32))
        assert left(city, key) == 0
    assert unbalanced(city) == []


def test_an_invoice_carries_one_claim_and_a_part_no_second_one(city):
    owed(city)
    register(city, "k2")
    city.refused("entry.exists", city.cast("buyer"), CHAIN, "acknowledge", "k2")
    register(city, "k3", debtor="rival")
    city.refused("entry.exists", city.cast("rival"), CHAIN, "acknowledge", "k3")


def test_a_claim_of_nothing_is_not_acknowledged(city):
    register(city, face=0)
    city.refused("books.amount", city.cast("buyer"), CHAIN, "acknowledge", "k")


def test_only_the_holder_disposes_of_a_claim(city):
    owed(city)
    maker, smelter = city.cast("maker"), city.cast("smelter")
    to = {"to": smelter.account}
    city.refused("party.other", smelter, CHAIN, "transfer", "k", **to)
    city.call(maker, CHAIN, "transfer", "k", **to)
    part = {"parent": "k", "amount": 10}
    city.refused("split.other", maker, CHAIN, "split", "p", **part)
    for operation in ("transfer", "invite"):
        arguments = to if operation == "transfer" else {}
        city.refused("party.other", maker, CHAIN, operation, "k", **arguments)
    city.call(smelter, CHAIN, "split", "p", **part)
    assert city.record(CHAIN, "p")["holder"] == smelter.account


def test_a_financed_claim_is_the_funders_and_cannot_be_used_again(city):
    financed(city)
    maker, bank = city.cast("maker"), city.cast("bank")
    record = city.record(CHAIN, "k")
    assert (record["state"], record["holder"]) == ("financed", bank.account)
    assert record["price"] == 970
    uses = {
        "invite": {}, "finance": {"funder": bank.account},
        "transfer": {"to": city.cast("smelter").account}, "withdraw": {},
    }  # fmt: skip
    for operation, arguments in uses.items():
        city.refused("state.wrong", maker, CHAIN, operation, "k", **arguments)
    part = {"parent": "k", "amount": 1}
    city.refused("state.wrong", maker, CHAIN, "split", "p", **part)
    settle = {"payment": bytes(32)}
    city.refused("party.other", city.cast("rival"), CHAIN, "settle", "k", **settle)
    city.refused("role.missing", bank, CHAIN, "settle", "k", **settle)
    city.call(city.cast("buyer"), CHAIN, "settle", "k", **settle)


def test_nobody_sees_a_quote_before_all_are_sealed(city):
    owed(city)
    maker, bank, trust = (city.cast(name) for name in ("maker", "bank", "trust"))
    city.call(maker, CHAIN, "invite", "k")
    quote(city, "bank", "k", 970)
    opened = {"quote": [970], "salt": SALT}
    city.refused("sealed.open", bank, CHAIN, "reveal", "k", **opened)
    funder = {"funder": bank.account}
    city.refused("sealed.unrevealed", maker, CHAIN, "finance", "k", **funder)
    city.refused("party.other", city.cast("smelter"), CHAIN, "close", "k")
    city.call(maker, CHAIN, "close", "k")
    late = {"commitment": bytes(32)}
    city.refused("sealed.closed", trust, CHAIN, "quote", "k", **late)
    lower = {"quote": [960], "salt": SALT}
    city.refused("sealed.differs", bank, CHAIN, "reveal", "k", **lower)
    city.call(bank, CHAIN, "reveal", "k", **opened)


def test_an_id_cannot_name_the_debtors_side_of_the_books(city):
    for key in ("owed", "claim/owed", "../owed"):
        owed(city, key, invoice=key.encode().ljust(32))
        assert left(city, key) == 1_000
    assert city.read(f"{CHAIN}/amounts/owed")[0] == -3_000


def test_the_story_can_be_walked_twice(tmp_path):
    city = City(tmp_path, sources=SOURCES)
    stage = Stage(CHAIN, CityGround(city))
    walk(stage)
    walk(stage)
    city.close()
