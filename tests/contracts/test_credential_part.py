"""The laws of the part `credential`, through a contract that asks by it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.client.signing import call
from huabiao.contracts import describe
from huabiao.node.catalogue import shipped_sources
from huabiao.testing.city import DAY, City

SOURCE = '''
"""A clinic that lets only doctors prescribe."""
from huabiao.contracts import Credential, Party, Scenario, Title, anyone, does, require


class Clinic(Scenario):
    """Prescribes."""

    title = Title(zh="诊所", en="Clinic")
    licences = Credential("DoctorLicence", "医师执业证", "a doctor's licence")

    @does(by=anyone)
    def prescribe(self) -> None:
        """By a doctor."""
        self.licences.demand()

    @does(by=anyone)
    def refer(self, colleague: Party) -> None:
        """To a doctor."""
        require(self.licences.is_held(colleague), "not a doctor", code="not.doctor")
'''
TYPE = "DoctorLicence"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = City(tmp_path_factory.mktemp("clinic"), sources=[*shipped_sources(), SOURCE])
    root, board = made.cast("root"), made.cast("board")
    made.grant("accreditation", "root", root)
    made.call(root, "accreditation", "accredit_body", account=board.account,
              types=[TYPE], until=made.now + 9_000 * DAY)  # fmt: skip
    for name in ("first", "second"):
        accredit(made, name, 8_000)
        made.call(made.cast(name), "credentials", "open_list", name,
                  credential_type=TYPE, purpose="revocation")  # fmt: skip
    yield made
    made.close()


def accredit(city, name, days):
    city.call(city.cast("board"), "accreditation", "accredit_issuer",
              account=city.cast(name).account, credential_type=TYPE,
              until=city.now + days * DAY)  # fmt: skip


def attest(city, issuer, doctor, index, days=100):
    city.call(city.cast(issuer), "credentials", "attest", issuer, index=index,
              account=doctor.account, credential_type=TYPE,
              until=city.now + days * DAY)  # fmt: skip


def test_whoever_holds_none_is_told_so(city):
    stranger = city.cast("stranger")
    told = city.refused("credential.missing", stranger, "clinic", "prescribe")
    assert told.startswith("须持有医师执业证：") and "a doctor's licence" in told
    city.refused("not.doctor", stranger, "clinic", "refer", colleague=stranger.account)


def test_a_licence_counts_until_it_ends(city):
    doctor = city.cast("ends")
    attest(city, "first", doctor, 1, days=1)
    city.call(doctor, "clinic", "prescribe")
    city.call(city.cast("anyone"), "clinic", "refer", colleague=doctor.account)
    city.pass_time(DAY)
    city.refused("credential.expired", doctor, "clinic", "prescribe")
    attest(city, "first", doctor, 2, days=1)
    city.call(doctor, "clinic", "prescribe")


def test_a_revocation_and_an_issuer_that_falls_are_felt_at_once(city):
    doctor = city.cast("revoked")
    attest(city, "first", doctor, 10)
    revoke = call("credentials", "revoke", "first", indexes=[10], reason="withdrawn")
    assert city.submit(city.cast("first"), revoke).accepted
    city.refused("credential.revoked", doctor, "clinic", "prescribe")
    attest(city, "second", doctor, 10)  # one that stands is enough
    city.call(doctor, "clinic", "prescribe")
    fallen = {"account": city.cast("second").account, "credential_type": TYPE}
    city.call(city.cast("board"), "accreditation", "withdraw_issuer", **fallen,
              reason="违规")  # fmt: skip
    assert city.submit(doctor, call("clinic", "prescribe")).code != "ok"
    accredit(city, "second", 8_000)
    city.call(doctor, "clinic", "prescribe")


def test_only_an_issuer_that_stands_attests_in_a_list_of_its_own(city):
    doctor, thief = city.cast("doctor"), city.cast("thief")
    said = {"account": doctor.account, "credential_type": TYPE, "index": 1,
            "until": city.now + DAY}  # fmt: skip
    city.refused("issuer.other", thief, "credentials", "attest", "first", **said)
    first = city.cast("first")
    for spoil in ({"index": 131_072}, {"until": city.now}):
        city.refused("attest.place", first, "credentials", "attest", "first",
                     **(said | spoil))  # fmt: skip
    city.refused("issuer.unknown", first, "credentials", "attest", "first",
                 **(said | {"credential_type": "Passport"}))  # fmt: skip


steps = st.lists(
    st.tuples(
        st.sampled_from(["attest", "revoke", "age"]),
        st.sampled_from(["first", "second"]),
    ),
    max_size=6,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_an_account_passes_exactly_while_one_stands(city, taken):
    doctor = city.cast(f"model {city.ledger.height}")
    model = {}  # issuer: (index, end)
    for act, issuer in taken:
        if act == "attest":
            index = 1_000 + city.ledger.height
            attest(city, issuer, doctor, index, days=2)
            model[issuer] = (index, city.now + 2 * DAY)
        elif act == "revoke" and issuer in model and model[issuer][0]:
            city.call(city.cast(issuer), "credentials", "revoke", issuer,
                      indexes=[model[issuer][0]], reason="error")  # fmt: skip
            model[issuer] = (0, model[issuer][1])
        elif act == "age":
            city.pass_time(DAY)
        stands = any(index and city.now + 1 < end - 10 for index, end in model.values())
        assert city.submit(doctor, call("clinic", "prescribe")).accepted == stands


def test_the_part_stands_in_the_description(city):
    described = describe(city.ledger.contracts["clinic"].scenario)
    assert described["parts"]["licences"] == {
        "part": "credential", "type": TYPE, "zh": "医师执业证",
        "en": "a doctor's licence",
    }  # fmt: skip
