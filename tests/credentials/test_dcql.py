"""
DCQL by the examples of OpenID4VP 1.0: §7.3 (claims paths), and of its Appendix D the
queries claims_alternatives.json and credentials_alternatives.json.
"""

import pytest

from huabiao.services.credentials import Credential
from huabiao.services.openid4vc import OAuthError
from huabiao.services.openid4vc.dcql import (
    check_answer,
    choose,
    claims_of,
    read_query,
    satisfied,
    select,
)
from huabiao.services.openid4vc.presenting import disclosures_for

ARTHUR = {
    "name": "Arthur Dent",
    "address": {"street_address": "42 Market Street", "locality": "Milliways",
                "postal_code": "12345"},
    "degrees": [
        {"type": "Bachelor of Science", "university": "University of Betelgeuse"},
        {"type": "Master of Science", "university": "University of Betelgeuse"},
    ],
    "nationalities": ["British", "Betelgeusian"],
}  # fmt: skip
PID = "https://credentials.example.com/identity_credential"


def held(vct: str, **claims) -> Credential:
    return Credential("sd_jwt_vc", "did:x:y", vct, "did:x:z", claims, None, None)


def wanting(*claims, **more):
    query = {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": [PID]}}
    if claims:
        query["claims"] = list(claims)
    return {"credentials": [query | more]}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (["name"], ["Arthur Dent"]),
        (["address"], [ARTHUR["address"]]),
        (["address", "street_address"], ["42 Market Street"]),
        (["degrees", None, "type"], ["Bachelor of Science", "Master of Science"]),
        (["nationalities", 1], ["Betelgeusian"]),
        (["nationalities", 2], []), (["name", "first"], []), (["name", 0], []),
        (["address", None], []), (["nobody"], []), (["degrees", "type"], []),
    ],
)  # fmt: skip
def test_paths_of_the_specification(path, values):
    assert [value for _, value in select(ARTHUR, tuple(path))] == values


def test_claim_sets_are_taken_in_the_verifiers_order():
    names = ("last_name", "postal_code", "locality", "region", "date_of_birth")
    claims = [{"id": i, "path": [n]} for i, n in zip("abcde", names, strict=True)]
    sets = [["a", "c", "d", "e"], ["a", "b", "e"]]
    wanted = read_query(wanting(*claims, claim_sets=sets)).credentials["pid"]
    full = held(PID, **dict.fromkeys(names, "x"))
    told = [steps[0] for steps in claims_of(wanted, full)]
    assert told == ["last_name", "locality", "region", "date_of_birth"]
    poor = held(PID, last_name="x", postal_code="x", date_of_birth="x")
    told = [steps[0] for steps in claims_of(wanted, poor)]
    assert told == ["last_name", "postal_code", "date_of_birth"]
    assert satisfied(wanted, held(PID, last_name="x")) is None
    assert satisfied(wanted, held("another type", **dict.fromkeys(names, "x"))) is None


def alternatives():
    def one(name, vct, *claims):
        return {"id": name, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]},
                "claims": [{"path": [each]} for each in claims]}  # fmt: skip

    sets = [
        {"options": [["pid"], ["other"], ["reduced_1", "reduced_2"]]},
        {"required": False, "options": [["nice_to_have"]]},
    ]
    return read_query(
        {"credential_sets": sets, "credentials": [
            one("pid", PID, "given_name"), one("other", "other", "given_name"),
            one("reduced_1", "r1", "family_name"), one("reduced_2", "r2", "region"),
            one("nice_to_have", "n", "rewards_number")]}
    )  # fmt: skip


def test_one_option_of_each_required_set_is_answered():
    query = alternatives()
    first, second = held("r1", family_name="x"), held("r2", region="x")
    both = [("k1", first), ("k2", second)]
    assert choose(query, both) == {"reduced_1": "k1", "reduced_2": "k2"}
    assert choose(query, [("k", held("other", given_name="x")), *both]) == {
        "other": "k"
    }
    for lacking in (both[:1], [], [("k", held(PID, family_name="x"))]):
        with pytest.raises(OAuthError) as error:
            choose(query, lacking)
        assert error.value.code == "access_denied"
    check_answer(query, {"reduced_1": first, "reduced_2": second})
    with pytest.raises(OAuthError):
        check_answer(query, {"reduced_1": first})


def test_values_are_compared_as_json_compares_them():
    def fits(value, *wanted):
        query = read_query(wanting({"path": ["it"], "values": list(wanted)}))
        return satisfied(query.credentials["pid"], held(PID, it=value)) is not None

    assert fits("a", "b", "a") and fits(1, 1) and fits(True, True)
    assert not fits(True, 1) and not fits(1, True) and not fits("1", 1)
    assert not fits({"a": 1}, "a") and not fits(1.0, 1)


def test_an_authority_that_no_credential_names_is_not_answered():
    trusted = [{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}]
    query = read_query(wanting({"path": ["it"]}, trusted_authorities=trusted))
    assert satisfied(query.credentials["pid"], held(PID, it=1)) is None


@pytest.mark.parametrize(
    "query",
    [
        None, [], {}, {"credentials": []}, {"credentials": [7]},
        {"credentials": wanting()["credentials"] * 2},
        {"credentials": wanting()["credentials"] * 21},
        wanting(id=""), wanting(id="a b"), wanting(format=None), wanting(meta=None),
        wanting(claims=[]), wanting({"path": []}), wanting({"path": [-1]}),
        wanting({"path": [True]}), wanting({"path": [1.5]}),
        wanting({"path": ["a"] * 33}), wanting({"path": ["a"], "values": []}),
        wanting({"path": ["a"], "values": [{}]}),
        wanting(claim_sets=[["a"]]), wanting({"path": ["a"]}, claim_sets=[["a"]]),
        wanting({"id": "a", "path": ["a"]}, claim_sets=[["b"]]),
        wanting() | {"credential_sets": []},
        wanting() | {"credential_sets": [{"options": [["unknown"]]}]},
    ],
)  # fmt: skip
def test_malformed_queries_are_named(query):
    with pytest.raises(OAuthError) as error:
        read_query(query)
    assert error.value.code == "invalid_request"


def test_a_disclosure_comes_with_what_it_stands_in_and_what_stands_in_it():
    by_pointer = {"/address": "1", "/address/city": "2", "/a~1b": "3", "/other": "4"}
    assert disclosures_for([("address", "city")], by_pointer) == [
        "/address/city", "/address",
    ]  # fmt: skip
    assert set(disclosures_for([("address",)], by_pointer)) == {
        "/address", "/address/city",
    }  # fmt: skip
    assert disclosures_for([("a/b",)], by_pointer) == ["/a~1b"]
    assert disclosures_for([], by_pointer) == []
