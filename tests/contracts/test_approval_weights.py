"""Approval by weights: who approved decides, not in which order."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laboratory import LAB, lab_city

SOURCE = '''
    votes = Approval()

    @does(by=anyone, keyed=True)
    def vote(
        self, needed: Count, among: ListOf[Party], weights: ListOf[Number]
    ) -> None:
        """Approve a subject."""
        if self.votes.approve(self.key, needed, among, weights):
            self.emit("passed")
'''


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = lab_city(tmp_path_factory.mktemp("weights"), SOURCE)
    yield made
    made.close()


def passed(receipt) -> bool:
    return "passed" in [event.name for event in receipt.results[0].events]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=3, max_size=3), st.integers(1, 9))
def test_a_subject_passes_when_the_weights_reach_what_is_needed(city, weights, needed):
    voters = [city.cast(f"voter {number}") for number in range(3)]
    run = {
        "needed": needed,
        "among": [voter.account for voter in voters],
        "weights": weights,
    }
    for order in itertools.permutations(range(3)):
        subject, sum_ = f"{city.ledger.height}", 0
        for number in order:
            sum_ += weights[number]
            receipt = city.call(voters[number], LAB, "vote", subject, **run)
            assert passed(receipt) == (sum_ >= needed)


def test_without_weights_each_has_one_vote_however_often_it_is_listed(city):
    anna, bert = city.cast("anna"), city.cast("bert")
    run = {"needed": 2, "among": [anna.account] * 3 + [bert.account], "weights": []}
    assert not passed(city.call(anna, LAB, "vote", "once", **run))
    assert passed(city.call(bert, LAB, "vote", "once", **run))
    run |= {"weights": [1, 5, 5, 0]}
    assert not passed(city.call(anna, LAB, "vote", "weighed", **run))


@pytest.mark.parametrize("weights", [[1], [1, 2, 3], [2, -1]])
def test_each_listed_account_has_a_weight_that_is_not_negative(city, weights):
    anna, bert = city.cast("anna"), city.cast("bert")
    run = {"needed": 1, "among": [anna.account, bert.account], "weights": weights}
    city.refused("approval.weights", anna, LAB, "vote", "w", **run)
