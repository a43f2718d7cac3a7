"""
Predicates: "over 18", "income at least", proved without the value (AnonCreds 1.0).

    define, open_definition    the issuer's public key for one type, signed by its DID
    offer, request, issue      from issuer to holder, blind to the holder's link secret
    hold                       the holder checks and completes it
    ask, prove, verify         a verifier's question, the holder's proof, what it tells

A verifier learns: the issuer and type, that each predicate holds, the values that it
asked to see, and that the credential has not ended; never another value, no holder's
key, and two proofs of one holder have nothing in common. There is no revocation: a
credential is short-lived, its member `until` (a day as 20270131) is asked for always.

The guard: anoncreds 0.2.3 does not compare what a proof shows in clear with what was
proved. So each value is encoded again and compared with the number in the proof, and a
proof must hold one credential, all that was asked for and nothing else.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anoncreds

from huabiao.services.credentials import NotVerified, Signer, jws
from huabiao.services.credentials.algorithms import Resolve
from huabiao.services.credentials.strict_json import Object, parse_object
from huabiao.services.credentials.verifying import Accredited

TYPE, UNTIL = "huabiao-predicates+jwt", "until"
OPERATORS, MOST_NAMES, SMALLEST, LARGEST = (">=", ">", "<=", "<"), 30, -(2**31), 2**31
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
Predicate = tuple[str, str, int]
"""A name, an operator and a whole number of 32 bits."""


@dataclass(frozen=True)
class Definition:
    """An issuer's definition for a type, as it is public."""

    issuer: str
    type: str
    names: list[str]
    schema: Object
    key: Object

    @property
    def id(self) -> str:
        return f"{self.issuer}/{self.type}"

    @property
    def schema_id(self) -> str:
        return f"{self.id}/schema"


@dataclass(frozen=True)
class Learned:
    """What a verifier knows after a proof, all of it."""

    issuer: str
    type: str
    revealed: dict[str, str]
    holds: list[Predicate]


def define(signer: Signer, kind: str, names: Sequence[str]) -> tuple[str, Object]:
    """The signed public definition and the private key, which takes seconds to make."""
    known = [*names, UNTIL]
    fit = all(_NAME.fullmatch(name) for name in known)
    if not fit or len(set(known)) != len(known) or len(known) > MOST_NAMES:
        raise ValueError(
            "名称须为小写字母、数字、下划线，互不相同，不含 until。"
            " Names are lower case letters, digits and _, each once, without `until`."
        )
    found = Definition(signer.did, kind, known, {}, {})
    schema = anoncreds.Schema.create(kind, "1.0", signer.did, known)
    key, private, proof = anoncreds.CredentialDefinition.create(
        found.schema_id, schema, signer.did, kind, "CL", support_revocation=False
    )
    payload = {
        "iss": signer.did, "type": kind, "schema": schema.to_dict(),
        "key": key.to_dict(),
    }  # fmt: skip
    public = jws.sign({"typ": TYPE}, payload, signer)
    return public, {"private": private.to_dict(), "proof": proof.to_dict()}


def open_definition(text: str, resolve: Resolve, accredited: Accredited) -> Definition:
    """A definition whose issuer signed it and stands for the type; NotVerified."""
    header = jws.read_header(text, (TYPE,))
    issuer, found = jws.check_signed_by(text, header, "iss", "assertionMethod", resolve)
    kind, schema, key = found.get("type"), found.get("schema"), found.get("key")
    if not isinstance(kind, str) or not isinstance(schema, dict):
        raise _refused("definition", "定义有误", "the definition is malformed")
    if not isinstance(key, dict):
        raise _refused("definition", "定义有误", "the definition is malformed")
    code, sentence = accredited(issuer, kind)
    if code != "ok":
        zh, _, en = sentence.partition("。 ")
        raise NotVerified(code, zh, en.rstrip("."))
    return Definition(issuer, kind, list(schema.get("attrNames", ())), schema, key)


def offer(definition: Definition, private: Object) -> Object:
    """What a holder answers with a request."""
    made = anoncreds.CredentialOffer.create(
        definition.schema_id, definition.id, private["proof"]
    )
    return dict(made.to_dict())


def request(
    definition: Definition, offered: Object, secret: str
) -> tuple[Object, Object]:
    """A request that hides the link secret, and what the holder keeps of it."""
    made, kept = anoncreds.CredentialRequest.create(
        "holder", None, definition.key, secret, "link", offered
    )
    return dict(made.to_dict()), dict(kept.to_dict())


def issue(
    definition: Definition, private: Object, offered: Object, asked: Object,
    values: Mapping[str, str | int], until: int,
) -> Object:  # fmt: skip
    """A credential over all names; `until` is a day as 20270131."""
    told = {name: str(value) for name, value in values.items()} | {UNTIL: str(until)}
    if set(told) != set(definition.names):
        raise ValueError(
            f"须恰有这些项 · exactly these are needed: {sorted(definition.names)}"
        )
    made = anoncreds.Credential.create(
        definition.key, private["private"], offered, asked, told
    )
    return dict(made.to_dict())


def hold(definition: Definition, given: Object, kept: Object, secret: str) -> Object:
    """The credential that the holder can prove with; NotVerified."""
    try:
        made = anoncreds.Credential.load(given).process(kept, secret, definition.key)
    except anoncreds.AnoncredsError:
        raise _refused(
            "credential", "凭证与请求不符", "it does not fit the request"
        ) from None
    return dict(made.to_dict())


def ask(
    definition: Definition, predicates: Sequence[Predicate], show: Sequence[str],
    today: int,
) -> Object:  # fmt: skip
    """A question with a nonce of its own, good once; ValueError for unknown names."""
    wanted = [*predicates, (UNTIL, ">=", today)]
    names = [*(each[0] for each in wanted), *show]
    fits = all(op in OPERATORS and SMALLEST <= n < LARGEST for _, op, n in wanted)
    unknown = "、".join(sorted({*names} - {*definition.names}))
    if unknown:
        known = "、".join(definition.names)
        raise ValueError(
            f"定义中没有“{unknown:.200}”，有：{known}。"
            f" The definition has no {unknown[:200]!r}; it has: {known}."
        )
    if not fits:
        raise ValueError(
            "条件须为 32 位整数的比较，如 income>=120000。"
            " A predicate compares a 32-bit integer, such as income>=120000."
        )
    only = [{"cred_def_id": definition.id, "schema_id": definition.schema_id}]
    return {
        "nonce": anoncreds.generate_nonce(),
        "name": definition.type,
        "version": "1.0",
        "requested_attributes": {
            f"show-{name}": {"name": name, "restrictions": only} for name in show
        },
        "requested_predicates": {
            f"holds-{number}": {
                "name": name, "p_type": op, "p_value": bound, "restrictions": only,
            }
            for number, (name, op, bound) in enumerate(wanted)
        },
    }  # fmt: skip


def prove(
    definition: Definition, question: Object, held: Object, secret: str
) -> Object:
    """The proof; NotVerified `predicate.false` where it cannot be made."""
    shown = anoncreds.PresentCredentials()
    own = anoncreds.Credential.load(held)
    for referent in question["requested_attributes"]:
        shown.add_attributes(own, referent, reveal=True)
    for referent in question["requested_predicates"]:
        shown.add_predicates(own, referent)
    try:
        made = anoncreds.Presentation.create(
            question, shown, {}, secret, {definition.schema_id: definition.schema},
            {definition.id: definition.key},
        )  # fmt: skip
    except anoncreds.AnoncredsError:
        raise _refused("false", "条件不成立", "a predicate does not hold") from None
    return dict(made.to_dict())


def verify(definition: Definition, question: Object, text: str) -> Learned:
    """What a proof tells; NotVerified. The caller takes the question's nonce once."""
    proof = parse_object(text, "proof")
    try:
        revealed = _guarded(definition, question, proof)
        sound = anoncreds.Presentation.load(proof).verify(
            question, {definition.schema_id: definition.schema},
            {definition.id: definition.key},
        )  # fmt: skip
    except (anoncreds.AnoncredsError, AttributeError, KeyError, TypeError, ValueError):
        sound, revealed = False, {}
    if not sound:
        raise _refused("proof", "证明不成立", "the proof does not hold")
    asked = question["requested_predicates"].values()
    holds = [(each["name"], each["p_type"], each["p_value"]) for each in asked]
    return Learned(definition.issuer, definition.type, revealed, holds)


def _guarded(definition: Definition, question: Object, proof: Object) -> dict[str, str]:
    """The values in clear, once each is the one that the numbers prove; ValueError,
    KeyError and their like where the proof is of another form than was asked for."""
    told, (inner,) = proof["requested_proof"], proof["proof"]["proofs"]
    numbers = inner["primary_proof"]["eq_proof"]["revealed_attrs"]
    (source,) = proof["identifiers"]
    own = source["cred_def_id"], source["schema_id"]
    same = (
        own == (definition.id, definition.schema_id)
        and set(told["predicates"]) == set(question["requested_predicates"])
        and set(told["revealed_attrs"]) == set(question["requested_attributes"])
        and not told.get("self_attested_attrs")
        and not told.get("unrevealed_attrs")
        and not told.get("revealed_attr_groups")
    )
    if not same:
        raise ValueError("more, less or other than was asked for")
    revealed: dict[str, Any] = {}
    for referent, asked in question["requested_attributes"].items():
        name, value = asked["name"], told["revealed_attrs"][referent]
        encoded = anoncreds.encode_credential_attributes({name: value["raw"]})[name]
        if not value["encoded"] == encoded == numbers[name]:
            raise ValueError("a value in clear is not the one that was proved")
        revealed[name] = value["raw"]
    if set(numbers) != set(revealed):
        raise ValueError("a value was shown that was not asked for")
    return revealed


def over(years: int, today: int, name: str = "birth") -> Predicate:
    """Who has this age today, by a day of birth as 19900131."""
    return name, "<=", today - years * 10_000


def read_predicate(text: str) -> Predicate:
    """income>=120000; ValueError."""
    found = re.fullmatch(r"([a-z][a-z0-9_]{0,40})(>=|<=|>|<)(-?[0-9]{1,10})", text)
    if found is None:
        raise ValueError("条件如 income>=120000。 Write it as income>=120000.")
    return found[1], found[2], int(found[3])


def load(raw: bytes) -> Object:
    """A JSON object of a file of this exchange."""
    return parse_object(raw)


def show(document: Object) -> str:
    return json.dumps(document, ensure_ascii=False)


def _refused(code: str, zh: str, en: str) -> NotVerified:
    return NotVerified(f"predicate.{code}", zh, en)
