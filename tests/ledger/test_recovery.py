"""Recovery: losing every key and coming back, and who tries to abuse it."""

import pytest

from huabiao.client.signing import call
from huabiao.crypto.keys import Keys
from huabiao.testing.city import DAY, City

DOMAIN = b"huabiao-account\x00"
CASE = "恢复-1"
PLACE = {"keeper": bytes(20), "scenario": "s", "record": "r", "field": "f"}


class People:
    """An owner with three guardians, two of whom are needed, and a helper's account."""

    def __init__(self, city: City, needed: int = 2, owner: str = "owner") -> None:
        self.city = city
        self.owner, self.new, self.friend, self.thief = map(
            city.cast, (owner, "new key", "friend", "thief")
        )
        self.guardians = [city.cast(f"guardian {n}") for n in range(3)]
        accounts = [each.account for each in self.guardians]
        city.call(
            self.owner, "recovery", "name_guardians", accounts=accounts, needed=needed
        )

    def ask(self, case: str = CASE) -> None:
        proof = self.new.sign(DOMAIN + self.owner.account)
        self.city.call(
            self.friend, "recovery", "ask_for", case,
            account=self.owner.account, public=self.new.public, proof=proof,
        )  # fmt: skip

    def agree(self, *numbers: int, case: str = CASE) -> None:
        for number in numbers:
            self.city.call(self.guardians[number], "recovery", "agree", case)

    def acts(self, keys: Keys) -> bool:
        """Whether a key stands for the owner's account."""
        return self.city.submit(keys, call("identity", "limit_key",
                                           public=keys.public, until=0)
                                ).sender == self.owner.account  # fmt: skip


@pytest.fixture
def people(city):
    return People(city)


def test_an_owner_who_lost_everything_comes_back(people, city):
    second = city.cast("second")
    city.call(
        people.owner, "identity", "add_key",
        public=second.public, proof=second.sign(DOMAIN + people.owner.account),
    )  # fmt: skip
    people.ask()
    people.agree(0)
    city.refused("state.wrong", people.friend, "identity", "recover", CASE)
    people.agree(2)
    city.refused("recovery.early", people.friend, "identity", "recover", CASE)
    city.refused("recovery.open", people.friend, "recovery", "complete", CASE)
    city.pass_time(2 * DAY)
    done = city.submit(
        people.friend,
        call("identity", "recover", CASE),
        call("recovery", "complete", CASE),
    )
    assert done.accepted, done.sentence
    assert people.acts(people.new)
    for lost in (people.owner, second):
        city.refused("key.retired", lost, "privacy", "keep", bytes(32).hex(), **PLACE)
    city.refused("state.wrong", people.friend, "identity", "recover", CASE)


def test_each_guardian_counts_once_and_strangers_do_not(people, city):
    people.ask()
    people.agree(1)
    city.refused("approval.repeated", people.guardians[1], "recovery", "agree", CASE)
    city.refused("approval.not_listed", people.thief, "recovery", "agree", CASE)
    city.refused("approval.not_listed", people.friend, "recovery", "agree", CASE)


def test_a_key_that_did_not_sign_is_not_asked_for(people, city):
    wrong = people.thief.sign(DOMAIN + people.owner.account)
    city.refused(
        "key.proof", people.friend, "recovery", "ask_for", CASE,
        account=people.owner.account, public=people.new.public, proof=wrong,
    )  # fmt: skip


def test_an_account_without_guardians_is_not_recovered(city):
    lonely, new = city.cast("lonely"), city.cast("new key")
    city.refused(
        "entry.unknown", city.cast("friend"), "recovery", "ask_for", CASE,
        account=lonely.account, public=new.public,
        proof=new.sign(DOMAIN + lonely.account),
    )  # fmt: skip


def test_the_owner_stops_a_recovery_before_the_guardians_agree(people, city):
    people.ask()
    people.agree(0)
    city.refused("party.other", people.thief, "recovery", "object_to", CASE, reason="x")
    city.refused("reason", people.owner, "recovery", "object_to", CASE, reason="")
    city.call(people.owner, "recovery", "object_to", CASE, reason="密钥未丢失")
    assert city.record("recovery", CASE)["state"] == "dropped"
    city.refused("state.wrong", people.guardians[1], "recovery", "agree", CASE)


@pytest.mark.parametrize("granted", [True, False])
def test_a_contested_case_is_the_registrars(people, city, granted):
    registrar = city.cast("registrar")
    people.ask()
    people.agree(0, 1)
    # Here the thief, who holds the owner's key, objects.
    city.call(people.owner, "recovery", "object_to", CASE, reason="未丢失")
    city.pass_time(3 * DAY)
    city.refused("state.wrong", people.friend, "identity", "recover", CASE)
    verdict = {"recover": granted, "reason": "已核验证件"}
    city.refused("role.missing", registrar, "recovery", "settle", CASE, **verdict)
    city.grant("recovery", "registrar", registrar)
    city.call(registrar, "recovery", "settle", CASE, **verdict)
    if granted:
        city.call(people.friend, "identity", "recover", CASE)
        city.call(people.friend, "recovery", "complete", CASE)
        assert people.acts(people.new) and not people.acts(people.owner)
    else:
        city.refused("state.wrong", people.friend, "identity", "recover", CASE)
        assert people.acts(people.owner)


def test_a_thief_of_a_key_cannot_bring_guardians_of_his_own(people, city):
    own = {"accounts": [people.thief.account], "needed": 1}
    city.call(people.owner, "recovery", "name_guardians", **own)
    people.ask()
    city.refused("approval.not_listed", people.thief, "recovery", "agree", CASE)
    people.agree(0, 1)
    city.pass_time(2 * DAY)
    city.call(people.friend, "identity", "recover", CASE)
    assert people.acts(people.new)


def test_other_guardians_count_after_seven_days(people, city):
    own = {"accounts": [people.friend.account], "needed": 1}
    city.call(people.owner, "recovery", "name_guardians", **own)
    city.pass_time(7 * DAY)
    people.ask()
    city.refused("approval.not_listed", people.guardians[0], "recovery", "agree", CASE)
    city.call(people.friend, "recovery", "agree", CASE)
    assert city.record("recovery", CASE)["state"] == "agreed"


@pytest.mark.parametrize(
    "spoil",
    [
        {"accounts": []},
        {"needed": 0},
        {"needed": 3},
        {"accounts": [b"a" * 20] * 2},
        {"accounts": [bytes([n]) * 20 for n in range(16)]},
        {"accounts": "owner"},
    ],
)
def test_guardians_that_cannot_be(city, spoil):
    owner = city.cast("owner")
    valid = {"accounts": [b"a" * 20, b"b" * 20], "needed": 2}
    given = valid | spoil
    if given["accounts"] == "owner":
        given["accounts"] = [owner.account, b"b" * 20]
    city.refused("guardians", owner, "recovery", "name_guardians", **given)


def test_just_k_of_n_make_it(city):
    """Fewer than needed never do; as many as are needed do, whoever they are."""
    for needed, order in ((1, [2, 0]), (2, [1, 0, 2]), (3, [2, 1, 0])):
        people = People(city, needed, f"owner of {needed}")
        people.ask(f"case {needed}")
        for count, guardian in enumerate(order[:needed], 1):
            people.agree(guardian, case=f"case {needed}")
            agreed = city.record("recovery", f"case {needed}")["state"] == "agreed"
            assert agreed == (count == needed)
        for guardian in order[needed:]:
            city.refused(
                "state.wrong", people.guardians[guardian], "recovery", "agree",
                f"case {needed}",
            )  # fmt: skip
