"""
Queries for credentials: the Digital Credentials Query Language, OpenID4VP 1.0 §6, §7.

    read_query     a stranger's query, bounded and checked; OAuthError `invalid_request`
    choose         the wallet: which credential answers which query, with which claims
    check_answer   the verifier: whether what was shown is what was asked for

A query that asks for more than a credential has is not answered in part (§6.4.1), and
`values` are compared on both sides: the wallet spares the holder a useless disclosure,
the verifier believes the signed value only.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from huabiao.services.credentials import Credential
from huabiao.services.credentials.strict_json import Object
from huabiao.services.openid4vc.formats import OPENID_NAMES, fits_type, root_of
from huabiao.services.openid4vc.oauth import OAuthError

MOST_QUERIES, MOST_CLAIMS, MOST_SETS, LONGEST_PATH = 20, 100, 20, 32
MOST_SELECTED = 1_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
Path = tuple[str | int | None, ...]
Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class ClaimQuery:
    """A claim that is asked for; `values` None: whatever it says."""

    id: str | None
    path: Path
    values: tuple[Any, ...] | None


@dataclass(frozen=True)
class CredentialQuery:
    """A credential that is asked for; `options` are alternative sets of its claims."""

    id: str
    format: str
    meta: Object
    options: tuple[tuple[ClaimQuery, ...], ...]
    impossible: bool
    """It demands an authority of a kind that no credential here names."""


@dataclass(frozen=True)
class Query:
    """`sets`: of each, one option, a list of ids, must be answered in full."""

    credentials: dict[str, CredentialQuery]
    sets: tuple[tuple[tuple[str, ...], ...], ...]


def read_query(found: Any) -> Query:
    """A query of §6; unknown members are left alone."""
    _demand(isinstance(found, dict), "dcql_query is no object")
    each = [_credential(one) for one in _items(found, "credentials", MOST_QUERIES)]
    credentials = {one.id: one for one in each}
    _demand(len(credentials) == len(each), "an id of a credential is twice there")
    if "credential_sets" not in found:
        return Query(credentials, tuple(((name,),) for name in credentials))
    sets = []
    for one in _items(found, "credential_sets", MOST_SETS):
        _demand(isinstance(one, dict), "a credential set is no object")
        options = tuple(
            _ids(option, credentials) for option in _items(one, "options", MOST_SETS)
        )
        if one.get("required", True) is not False:
            sets.append(options)
    return Query(credentials, tuple(sets))


def _credential(found: Any) -> CredentialQuery:
    _demand(isinstance(found, dict), "a credential query is no object")
    name, meta = found.get("id"), found.get("meta")
    _demand(isinstance(name, str) and bool(_ID.fullmatch(name)), "an id is malformed")
    _demand(isinstance(found.get("format"), str), "a format is missing")
    _demand(isinstance(meta, dict), "meta is missing")
    claims: list[ClaimQuery] = []
    if "claims" in found:
        claims = [_claim(each) for each in _items(found, "claims", MOST_CLAIMS)]
    options = (tuple(claims),)
    if "claim_sets" in found:
        by_id = {each.id: each for each in claims if each.id is not None}
        _demand(
            len(by_id) == len(claims) > 0, "claim_sets need claims, each with an id"
        )
        options = tuple(
            tuple(by_id[each] for each in _ids(one, by_id))
            for one in _items(found, "claim_sets", MOST_SETS)
        )
    impossible = "trusted_authorities" in found
    return CredentialQuery(name, found["format"], meta, options, impossible)


def _claim(found: Any) -> ClaimQuery:
    _demand(isinstance(found, dict), "a claims query is no object")
    name = found.get("id")
    _demand(
        name is None or (isinstance(name, str) and bool(_ID.fullmatch(name))),
        "an id of a claim is malformed",
    )
    path = _items(found, "path", LONGEST_PATH)
    for step in path:
        fits = (
            step is None or isinstance(step, str) or (type(step) is int and step >= 0)
        )
        _demand(fits, "a path is malformed")
    values = None
    if "values" in found:
        values = tuple(_items(found, "values", MOST_CLAIMS))
        _demand(
            all(type(v) in (str, int, bool) for v in values), "values are malformed"
        )
    return ClaimQuery(name, tuple(path), values)


def _items(found: Object, name: str, most: int) -> list[Any]:
    items = found.get(name)
    fits = isinstance(items, list) and 0 < len(items) <= most
    _demand(fits, f"{name} must be a list of 1 to {most}")
    return list(items or ())


def _ids(found: Any, known: Mapping[Any, Any]) -> tuple[str, ...]:
    fits = isinstance(found, list) and 0 < len(found) <= MOST_CLAIMS
    _demand(fits and all(isinstance(each, str) for each in found), "ids are malformed")
    _demand(all(each in known for each in found), "an id is not known")
    return tuple(found)


def _demand(holds: bool, said: str) -> None:
    if not holds:
        raise OAuthError("invalid_request", f"The DCQL query: {said}")


def select(root: Any, path: Path) -> list[tuple[Steps, Any]]:
    """The elements that a claims path leads to, with the way to each (§7.1.1); empty
    where it leads nowhere, or to what is of another kind than a step takes it for."""
    found: list[tuple[Steps, Any]] = [((), root)]
    for step in path:
        kind = dict if isinstance(step, str) else list
        if not all(isinstance(value, kind) for _, value in found):
            return []
        found = [new for at, value in found for new in _next(at, value, step)]
        if len(found) > MOST_SELECTED:
            return []
    return found


def _next(at: Steps, value: Any, step: Any) -> Iterator[tuple[Steps, Any]]:
    if step is None:
        yield from (((*at, number), item) for number, item in enumerate(value))
    elif step in value if isinstance(value, dict) else step < len(value):
        yield (*at, step), value[step]


def satisfied(query: CredentialQuery, credential: Credential) -> int | None:
    """Which of the options a credential can satisfy, the first; None: none of them."""
    if query.impossible or OPENID_NAMES.get(credential.format) != query.format:
        return None
    if not fits_type(credential, query.meta):
        return None
    root = root_of(credential)
    for number, option in enumerate(query.options):
        if all(_has(root, claim) for claim in option):
            return number
    return None


def _has(root: Object, claim: ClaimQuery) -> bool:
    found = [value for _, value in select(root, claim.path)]
    if claim.values is None:
        return bool(found)
    # True == 1 in Python, in JSON they are two things.
    wanted = {(type(value), value) for value in claim.values}
    return any(
        type(value) in (str, int, bool) and (type(value), value) in wanted
        for value in found
    )


def choose(query: Query, held: Iterable[tuple[str, Credential]]) -> dict[str, str]:
    """Query id to the name of the credential that answers it; OAuthError
    `access_denied` where the wallet cannot answer all that is required (§6.4.2)."""
    own, fitting = list(held), {}
    for name, wanted in query.credentials.items():
        for key, credential in own:
            if satisfied(wanted, credential) is not None:
                fitting[name] = key
                break
    chosen: dict[str, str] = {}
    for options in query.sets:
        option = next((one for one in options if set(one) <= set(fitting)), None)
        if option is None:
            raise OAuthError("access_denied", "The wallet has not what is asked for")
        chosen |= {name: fitting[name] for name in option}
    return chosen


def claims_of(query: CredentialQuery, credential: Credential) -> list[Steps]:
    """The claims to disclose for a query that the credential satisfies."""
    number = satisfied(query, credential)
    option = query.options[number] if number is not None else ()
    return [at for claim in option for at, _ in select(root_of(credential), claim.path)]


def check_answer(query: Query, shown: Mapping[str, Credential]) -> None:
    """OAuthError `invalid_request` where something else was shown (§8.6)."""
    for name, credential in shown.items():
        if satisfied(query.credentials[name], credential) is None:
            said = f"What is shown for {name} is not what was asked for"
            raise OAuthError("invalid_request", said)
    for options in query.sets:
        if not any(set(option) <= set(shown) for option in options):
            raise OAuthError("invalid_request", "Not all that was asked for is shown")
