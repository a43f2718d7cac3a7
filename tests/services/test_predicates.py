"""
Predicates without the value: what a verifier learns; the guard over anoncreds 0.2.3.

The definition is a stored one, as making one takes many seconds: tests/vectors.
"""

import json
from pathlib import Path

import anoncreds
import pytest

from huabiao.crypto.keys import generate
from huabiao.services import predicates as service
from huabiao.services.credentials import NotVerified, key_of
from huabiao.services.credentials.dids import key_signer

STORED = json.loads(Path(__file__).parents[1].joinpath("vectors/predicates.json")
                    .read_text("utf-8"))  # fmt: skip
ISSUER, TODAY = key_signer(generate("bureau", "intl", b"b" * 32)), 20261125
VALUES = {"birth": "19900102", "income": "250000", "name": "赵师傅"}


def resolve(method: str, purpose: str):
    assert method == ISSUER.method and purpose == "assertionMethod"
    return key_of("intl", ISSUER.key.public)


def standing(issuer: str, kind: str) -> tuple[str, str]:
    return "ok", ""


@pytest.fixture(scope="module")
def definition():
    return service.open_definition(STORED["public"], resolve, standing)


@pytest.fixture(scope="module")
def secret():
    return anoncreds.create_link_secret()


def issued(definition, secret, values=VALUES, until=20270131):
    private = STORED["private"]
    offered = service.offer(definition, private)
    asked, kept = service.request(definition, offered, secret)
    given = service.issue(definition, private, offered, asked, values, until)
    return service.hold(definition, given, kept, secret)


@pytest.fixture(scope="module")
def held(definition, secret):
    return issued(definition, secret)


@pytest.fixture(scope="module")
def shown(definition, held, secret):
    """A question with a value to see, and its proof."""
    wanted = [service.over(18, TODAY), ("income", ">=", 120_000)]
    question = service.ask(definition, wanted, ["name"], TODAY)
    return question, service.prove(definition, question, held, secret)


def test_what_a_verifier_learns_is_this_and_nothing_else(definition, shown):
    question, proof = shown
    learned = service.verify(definition, question, json.dumps(proof))
    assert learned == service.Learned(
        ISSUER.did, "PersonalFacts", {"name": "赵师傅"},
        [("birth", "<=", 20081125), ("income", ">=", 120_000),
         ("until", ">=", TODAY)],
    )  # fmt: skip
    text = json.dumps(proof, ensure_ascii=False)
    hidden = {VALUES["birth"], VALUES["income"], "20270131"}
    assert not [each for each in hidden if f'"{each}"' in text]


def test_two_proofs_of_one_holder_have_nothing_in_common(definition, held, secret):
    def numbers(value):
        if isinstance(value, dict):
            return set().union(*map(numbers, value.values())) if value else set()
        if isinstance(value, list):
            return set().union(*map(numbers, value)) if value else set()
        return {value} if isinstance(value, str) and len(value) > 40 else set()

    question = service.ask(definition, [service.over(18, TODAY)], [], TODAY)
    proofs = [service.prove(definition, question, held, secret) for _ in range(2)]
    own = {definition.id, definition.schema_id}
    assert numbers(proofs[0]) & numbers(proofs[1]) <= own


@pytest.mark.parametrize(
    "wanted",
    [("birth", "<=", 19_900_101), ("income", ">", 250_000), ("income", "<", 250_000)],
)
def test_what_is_not_so_cannot_be_proved(definition, held, secret, wanted):
    question = service.ask(definition, [wanted], [], TODAY)
    with pytest.raises(NotVerified) as error:
        service.prove(definition, question, held, secret)
    assert error.value.code == "predicate.false"


def test_a_credential_that_ended_proves_nothing(definition, held, secret):
    question = service.ask(definition, [], [], 20270201)
    with pytest.raises(NotVerified):
        service.prove(definition, question, held, secret)


def test_anothers_link_secret_proves_nothing(definition, held):
    question = service.ask(definition, [service.over(18, TODAY)], [], TODAY)
    proof = service.prove(definition, question, held, anoncreds.create_link_secret())
    with pytest.raises(NotVerified):
        service.verify(definition, question, json.dumps(proof))


def test_the_guard_sees_what_the_library_does_not(definition, shown):
    """A value in clear is swapped: anoncreds says yes, the guard says no."""
    question, proof = shown
    swapped = json.loads(json.dumps(proof))
    swapped["requested_proof"]["revealed_attrs"]["show-name"]["raw"] = "somebody else"
    assert anoncreds.Presentation.load(swapped).verify(
        question, {definition.schema_id: definition.schema},
        {definition.id: definition.key},
    )  # fmt: skip
    with pytest.raises(NotVerified) as error:
        service.verify(definition, question, json.dumps(swapped))
    assert error.value.code == "predicate.proof"


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (["requested_proof", "revealed_attrs"], {}),
        (["requested_proof", "predicates"], {}),
        (["requested_proof", "self_attested_attrs"], {"x": "y"}),
        (["requested_proof", "unrevealed_attrs"], {"show-name": {}}),
        (["identifiers"], []), (["proof", "proofs"], []), (["requested_proof"], None),
        (["proof", "aggregated_proof", "c_hash"], "1"),
    ],
)  # fmt: skip
def test_a_proof_of_another_form_is_refused(definition, shown, way, value):
    question, proof = shown
    spoiled = json.loads(json.dumps(proof))
    at = spoiled
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = value
    with pytest.raises(NotVerified):
        service.verify(definition, question, json.dumps(spoiled))


def test_a_proof_is_for_one_question(definition, shown):
    question, proof = shown
    for other in (
        {**question, "nonce": anoncreds.generate_nonce()},
        service.ask(definition, [("income", ">=", 300_000)], ["name"], TODAY),
    ):
        with pytest.raises(NotVerified):
            service.verify(definition, other, json.dumps(proof))


def test_a_definition_is_its_issuers_who_must_stand(definition):
    text = STORED["public"]
    with pytest.raises(NotVerified) as error:
        service.open_definition(text[:-6] + "AAAAAA", resolve, standing)
    assert error.value.code == "signature"
    with pytest.raises(NotVerified) as error:
        service.open_definition(text, resolve, lambda *_: ("issuer.ended", "a。 b."))
    assert error.value.code == "issuer.ended"


def test_questions_and_values_are_of_the_definition(definition, secret):
    for wanted, show in (
        ([("wealth", ">=", 1)], []), ([("income", "=", 1)], []),
        ([("income", ">=", 2**31)], []), ([], ["address"]),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            service.ask(definition, wanted, show, TODAY)
    with pytest.raises(ValueError):
        issued(definition, secret, {"birth": "19900102"})
    with pytest.raises(ValueError):
        service.read_predicate("income=1")
    assert service.read_predicate("income>=120000") == ("income", ">=", 120_000)
    # born on 29 February: of age on 1 March
    assert service.over(18, 20_260_228)[2] < 20_080_229
    assert service.over(18, 20_260_301)[2] >= 20_080_229
