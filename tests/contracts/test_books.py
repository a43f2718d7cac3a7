"""Books: the laws of double entry, against a model of a few lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laboratory import LAB, lab_city

from huabiao.contracts import Books, Count, Grams
from huabiao.contracts.parts.books import Balance, PendingAmount
from huabiao.crypto.envelope import Call
from huabiao.testing import City, unbalanced

SOURCE = '''
    credits = Books(Grams, "克", "grams", sources=("issued",))
    others = Books(Fen)

    @does(by=anyone)
    def transfer(self, debit: Code, credit: Code, amount: Count) -> None:
        """Move an amount at once."""
        self.credits.transfer(debit, credit, amount)

    @does(by=anyone, keyed=True)
    def reserve(self, debit: Code, credit: Code, amount: Count) -> None:
        """Hold an amount."""
        self.credits.reserve(self.key, debit, credit, amount)

    @does(by=anyone, keyed=True)
    def post(self) -> None:
        """Give it to the credit account."""
        self.credits.post(self.key)

    @does(by=anyone, keyed=True)
    def void(self) -> None:
        """Give it back."""
        self.credits.void(self.key)

    @does(by=anyone)
    def grant(self, to: Party, amount: Count) -> None:
        """Give a party something."""
        self.credits.transfer("issued", to, amount)

    @does(by=anyone, keyed=True)
    def promise(self, to: Party, amount: Count) -> None:
        """Hold an amount of the caller's for another."""
        self.credits.reserve(self.key, self.caller, to, amount)

    @does(by=anyone)
    def twice(self, amount: Count) -> None:
        """Take the same from one account two times within one call."""
        self.credits.transfer("once", "b", amount)
        self.credits.transfer("once", "b", amount)

    @does(by=anyone)
    def take_back(self, amount: Number) -> None:
        """Move less than nothing."""
        self.credits.transfer("issued", "more", amount)
'''


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = lab_city(tmp_path_factory.mktemp("books"), SOURCE)
    yield made
    made.close()


def held(city: City, account: str, book: str = "credits") -> int:
    stored = city.read(f"{LAB}/{book}/{account}")
    return stored[0] if stored else 0


NAMES = ("issued", "a", "b")
moves = st.tuples(
    st.sampled_from(["transfer", "reserve"]),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.integers(0, 9),
)
ends = st.tuples(st.sampled_from(["post", "void"]), st.integers(0, 3))


class Model:
    """What double entry says, without contract, kinds or storage."""

    def __init__(self) -> None:
        self.balances = dict.fromkeys(NAMES, 0)
        self.waiting: dict[str, tuple[str, str, int]] = {}

    def code(self, step: tuple, id_: str) -> str:
        if len(step) == 2:
            return "ok" if id_ in self.waiting else "books.no_pending"
        operation, debit, credit, amount = step
        if amount == 0:
            return "books.amount"
        if debit == credit:
            return "books.same"
        if operation == "reserve" and id_ in self.waiting:
            return "books.pending_exists"
        if debit != "issued" and self.balances[debit] < amount:
            return "books.short"
        return "ok"

    def apply(self, step: tuple, id_: str) -> None:
        if len(step) == 2:
            debit, credit, amount = self.waiting.pop(id_)
            self.balances[credit if step[0] == "post" else debit] += amount
            return
        operation, debit, credit, amount = step
        self.balances[debit] -= amount
        if operation == "reserve":
            self.waiting[id_] = debit, credit, amount
        else:
            self.balances[credit] += amount


@settings(max_examples=15, deadline=None)
@given(st.lists(moves | ends, max_size=14), st.integers(0, 3))
def test_books_are_what_double_entry_says(city, steps, ids):
    worker, model = city.cast("worker"), Model()
    before = {name: held(city, name) for name in NAMES}
    model.balances = dict(before)
    start = city.ledger.height
    for number, step in enumerate(steps):
        id_ = f"{start}-{step[1] if len(step) == 2 else number % (ids + 1)}"
        arguments = {}
        if len(step) == 4:
            arguments = {"debit": step[1], "credit": step[2], "amount": step[3]}
        key = "" if step[0] == "transfer" else id_
        receipt = city.submit(worker, Call(LAB, step[0], key, arguments))
        assert receipt.code == model.code(step, id_), step
        if receipt.accepted:
            model.apply(step, id_)
        assert {name: held(city, name) for name in NAMES} == model.balances
    for id_, (debit, credit, amount) in model.waiting.items():
        entry = city.read(f"{LAB}/credits_pending/{id_}")
        assert entry == [debit, credit, amount, []]
        city.call(worker, LAB, "void", id_)
    assert unbalanced(city) == []


def test_an_account_at_zero_has_no_entry(city):
    worker = city.cast("worker")
    city.call(worker, LAB, "transfer", debit="issued", credit="z", amount=5)
    assert city.read(f"{LAB}/credits/z") == [5, None]
    city.call(worker, LAB, "transfer", debit="z", credit="issued/more", amount=5)
    assert city.read(f"{LAB}/credits/z") is None


def test_a_family_of_sources_may_fall_below_zero_and_no_name_like_it(city):
    worker = city.cast("worker")
    city.call(worker, LAB, "transfer", debit="issued/x", credit="y", amount=5)
    assert held(city, "issued/x") == -5
    wrong = {"debit": "issuedx", "credit": "y", "amount": 5}
    sentence = city.refused("books.short", worker, LAB, "transfer", **wrong)
    assert sentence == "克不足：有 0，需 5。 There are 0 grams, not 5."


def test_a_party_owns_its_account_and_both_parties_see_what_is_pending(city):
    anna, bert = city.cast("anna"), city.cast("bert")
    city.call(anna, LAB, "grant", to=anna.account, amount=7)
    assert city.read(f"{LAB}/credits/{anna.account.hex()}") == [7, anna.account]
    city.call(anna, LAB, "promise", "p", to=bert.account, amount=7)
    assert city.read(f"{LAB}/credits/{anna.account.hex()}") is None
    assert city.read(f"{LAB}/credits_pending/p")[3] == [anna.account, bert.account]
    city.refused("books.short", anna, LAB, "promise", "q", to=bert.account, amount=1)
    city.call(bert, LAB, "post", "p")
    assert city.read(f"{LAB}/credits/{bert.account.hex()}") == [7, bert.account]
    city.call(bert, LAB, "promise", "p", to=anna.account, amount=7)
    city.call(anna, LAB, "void", "p")
    assert city.read(f"{LAB}/credits/{bert.account.hex()}") == [7, bert.account]


def test_what_one_call_took_the_same_call_cannot_take_again(city):
    worker = city.cast("worker")
    city.call(worker, LAB, "transfer", debit="issued", credit="once", amount=6)
    city.refused("books.short", worker, LAB, "twice", amount=4)
    city.call(worker, LAB, "twice", amount=3)
    assert held(city, "once") == 0


def test_amounts_are_of_the_unit_and_fit_64_bits(city):
    worker = city.cast("worker")
    city.refused("value.malformed", worker, LAB, "take_back", amount=-3)
    big = {"debit": "issued/big", "credit": "big", "amount": 2**63 - 1}
    city.call(worker, LAB, "transfer", **big)
    city.refused("value.malformed", worker, LAB, "transfer", **big)


def test_two_books_of_a_scenario_know_nothing_of_each_other(city):
    city.call(city.cast("worker"), LAB, "grant", to=bytes(20), amount=1)
    assert held(city, bytes(20).hex()) == 1
    assert held(city, bytes(20).hex(), "others") == 0


def test_a_book_that_does_not_balance_is_found(city):
    worker = city.cast("worker")
    city.call(worker, LAB, "transfer", debit="issued", credit="lost", amount=2)
    read, last = city.ledger.log.read, city.ledger.height
    assert unbalanced(city) == []
    logged = read(last)
    spoiled = logged.replace(b"credits/lost", b"creditz/lost")
    assert spoiled != logged
    city.ledger.log.read = lambda height: spoiled if height == last else read(height)
    broken = unbalanced(city)
    del city.ledger.log.read
    assert broken and all(each.startswith(f"{last}: {LAB}/credits") for each in broken)


def test_the_description_names_unit_sources_and_both_kinds_of_entries():
    book = Books(Grams, "克", "grams", sources=("issued",))
    book.name = "credits"
    assert book.described() == {
        "credits": {
            "part": "books", "entry": "Balance", "unit": "Grams", "zh": "克",
            "en": "grams", "sources": ["issued"],
        },
        "credits_pending": {"part": "pending", "entry": "PendingAmount"},
    }  # fmt: skip
    assert book.records() == [Balance, PendingAmount]
    assert Books(Count).zh == "数量"


MANY = '''
    purses = Books(Count, "数量", "units", sources=("issued",), many=True)

    @does(by=anyone)
    def move(
        self, debit: Code, credit: Code, thing: Code, other: Code, amount: Count
    ) -> None:
        """Move an amount of a thing, or try to make another of it."""
        self.purses.transfer((debit, thing), (credit, other), amount)

    @does(by=anyone, keyed=True)
    def keep(self, thing: Code, amount: Count) -> None:
        """Hold an amount of the caller's."""
        self.purses.reserve(self.key, (self.caller, thing), ("desk", thing), amount)

    @does(by=anyone)
    def give(self, to: Party, thing: Code, amount: Count) -> None:
        """Give a party something."""
        self.purses.transfer(("issued", thing), (to, thing), amount)

    @does(by=anyone)
    def nameless(self, amount: Count) -> None:
        """Say of no thing what it is an amount of."""
        self.purses.transfer("issued", "desk", amount)
'''


def test_books_of_many_things_keep_each_apart(tmp_path):
    city = lab_city(tmp_path, MANY)
    admin = city.admin
    move = {"debit": "issued", "credit": "a/b", "thing": "x", "amount": 3}
    city.call(admin, LAB, "move", other="x", **move)
    city.refused("books.thing", admin, LAB, "move", other="y", **move)
    odd = move | {"thing": "x@y"}
    city.refused("books.thing", admin, LAB, "move", other="x@y", **odd)
    back = {"debit": "a/b", "credit": "c", "thing": "y", "other": "y", "amount": 1}
    city.refused("books.short", admin, LAB, "move", **back)
    same = move | {"credit": "issued", "other": "x"}
    city.refused("books.same", admin, LAB, "move", **same)
    city.refused("contract.error", admin, LAB, "nameless", amount=1)
    city.call(admin, LAB, "give", to=admin.account, thing="y", amount=5)
    city.call(admin, LAB, "keep", "k", thing="y", amount=2)
    assert city.read(f"{LAB}/purses/{admin.account.hex()}@y") == [3, admin.account]
    assert city.read(f"{LAB}/purses/issued@x") == [-3, None]
    assert city.read(f"{LAB}/purses_pending/k")[:3] == [
        f"{admin.account.hex()}@y", "desk@y", 2,
    ]  # fmt: skip
    assert unbalanced(city) == []
    city.close()
