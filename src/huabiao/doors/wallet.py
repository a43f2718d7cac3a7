"""
A wallet: what is an account's own, as the page /me and `huabiao wallet` show it.

- licences      electronic licences that the account holds, and every use of each
- codes         authorisation codes that it made and nobody has used yet
- credentials   what issuers attested on the chain, and whether it stands today
- consents      who may rely on its due diligence or have its personal values opened
- files         the batches that it notarised
- logins        the staff who sign in without a key and read for it

Who used its data, and the personal values about it, are read by `records` and `vault`.
A wallet has no state of its own: all of it is read from the chain. Codes and files are
found among the account's newest 1,000 envelopes.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import Instant, decode
from huabiao.crypto.address import show
from huabiao.doors.city import City
from huabiao.doors.sessions import Session
from huabiao.doors.vault import values_about
from huabiao.doors.viewer import staff_account
from huabiao.services.index import Wanted

Json = dict[str, Any]
MOST, NEWEST_ACTS = 200, 1_000
WARN_MS = 30 * 86_400_000
KYC, BINDS = "enterprise_kyc", ("staff", "bind")


def licences_of(city: City, account: bytes) -> list[Json]:
    """The licences that an account holds, each with its uses, the newest first."""
    return [
        _licence(city, row, account)
        for row in _records(city, "licences", "holder", account)
    ]


def _licence(city: City, row: Json, account: bytes) -> Json:
    description, id_ = city.description("licences"), row["id"]
    sight = city.sight(description, id_, account, row["value"])
    shown = city.shown(description, id_, row["value"], sight)
    trail = [
        {"use": f"{id_}/{key}", "office_name": city.name_of(entry["office"]), **entry}
        for key, entry in _entries(city, "licences", "uses", f"{id_}/")
    ]
    return {
        **shown,
        "issuer_name": city.name_of(shown["fields"]["issuer"]),
        "uses": sorted(trail, key=lambda use: str(use["at"]), reverse=True),
    }


def codes_of(city: City, account: bytes) -> list[Json]:
    """The permits that wait for their office; the digits are known to nobody here."""
    found = []
    for act in _acts(city, account, "licences", "permit"):
        stored = city.port.read(f"licences/permits/{act['key']}")
        if stored is not None:
            permit = show_entry(city.description("licences"), "permits", stored)
            named = {"office_name": city.name_of(permit["office"])}
            ended = {"ended": _is_over(permit["until"])}
            found.append({"permit": act["key"], **named, **ended, **permit})
    return found


def offices(city: City) -> list[Json]:
    """Whom a holder may make a code for: the accounts that redeem codes."""
    prefix = "licences/clerk/"
    rows = city.index.entries("governance", "roles", prefix, limit=MOST)
    accounts = [bytes.fromhex(key.removeprefix(prefix)) for key, _ in rows]
    found = [
        {"account": show(each), "name": city.organisation(each)}
        for each in accounts
        if city.port.holds_role("licences", "clerk", each)
    ]
    return sorted(found, key=lambda office: str(office["name"]))


def credentials_of(city: City, account: bytes) -> list[Json]:
    """What issuers attested of an account on the chain; `code` is ok, or why not."""
    found = []
    for key, entry in _entries(city, "credentials", "held", f"{account.hex()}/"):
        for attested in entry["attested"]:
            code, sentence = _standing(city, key, attested)
            issuer = {"issuer_name": city.name_of(attested["issuer"])}
            told = {"type": key, "code": code, "sentence": sentence}
            found.append({**told, **issuer, **attested})
    return found


def _standing(city: City, credential_type: str, attested: Json) -> tuple[str, str]:
    bit = {"status_list": attested["list"], "index": attested["index"]}
    if city.port.ask("credentials", "is_set", bit):
        return "credential.revoked", "已撤销。 Revoked."
    if _is_over(attested["until"]):
        return "credential.expired", "已过期。 It has expired."
    account = bytes.fromhex(attested["issuer"][3:43])
    asked = {"account": account, "credential_type": credential_type}
    told = city.port.ask("accreditation", "standing", asked)
    return str(told["code"]), str(told["sentence"])


def consents_of(city: City, account: bytes) -> list[Json]:
    """Consents that an account gave, each with the call that takes it back."""
    found = []
    for file in _records(city, KYC, "enterprise", account):
        for _, entry in _entries(city, KYC, "consents", f"{file['id']}/"):
            where = {"contract": KYC, "key": file["id"], "field": "bank"}
            found.append(_consent(city, entry["bank"], where, entry))
    for value in values_about(city, account):
        name = value["commitment"]
        for _, entry in _entries(city, "privacy", "allowed", f"{name}/"):
            where = {"contract": "privacy", "key": name, "field": "reader"}
            about = {"what": f"{value['scenario']} {value['record']} {value['field']}"}
            found.append(_consent(city, entry["reader"], where, entry) | about)
    return found


def _consent(city: City, reader: str, where: Json, entry: Json) -> Json:
    return {
        "reader": reader,
        "reader_name": city.name_of(reader),
        "what": f"{where['contract']} {where['key']}",
        "purpose": entry["purpose"],
        "until": entry["until"],
        "ended": _is_over(entry["until"]),
        "withdraw": where,
    }


def files_of(city: City, account: bytes) -> list[Json]:
    """The batches that an account notarised, the newest first."""
    found = []
    for act in _acts(city, account, "evidence", "notarize"):
        stored = city.port.read(f"evidence/batches/{act['envelope']}")
        if stored is not None:
            batch = show_entry(city.description("evidence"), "batches", stored)
            found.append({"batch": act["envelope"], **batch})
    return found


def logins_of(city: City, account: bytes) -> list[Json]:
    """The staff logins that the account bound to itself, and whether each stands."""
    found = []
    for key in dict.fromkeys(act["key"] for act in _acts(city, account, *BINDS)):
        stored = city.port.read(f"staff/logins/{key}")
        if stored is not None:
            login = show_entry(city.description("staff"), "logins", stored)
            if login["account"] == show(account):
                stands = staff_account(city, key) == account
                found.append({"login": key, "stands": stands, **login})
    return found


def sessions_of(city: City, account: bytes, here: Session | None) -> list[Json]:
    """The open sessions of an account; `current` is the one that asks. A member of
    staff sees those of the same login."""
    return [
        {
            "id": each.id,
            "opened": Instant.show(each.opened),
            "expires": Instant.show(each.expires),
            "agent": each.agent,
            "in_browser": each.in_browser,
            "way": each.way,
            "current": here is not None and each.id == here.id,
        }
        for each in city.sessions.of(account, here.login if here else "")
    ]


def ending_keys(city: City, account: bytes) -> list[str]:
    """When keys of an account end, those in their last thirty days or just past."""
    stored = city.port.read(f"identity/accounts/{account.hex()}")
    ends = []
    for key in decode(stored)[0] if stored else ():
        entry = city.port.read(f"identity/keys/{key.hex()}")
        until = decode(entry)[4] if entry else 0
        if until and until <= time.time() * 1000 + WARN_MS:
            ends.append(Instant.show(until))
    return ends


SECTIONS: dict[str, Callable[[City, bytes], list[Json]]] = {
    "licences": licences_of,
    "codes": codes_of,
    "credentials": credentials_of,
    "consents": consents_of,
    "files": files_of,
    "logins": logins_of,
}


# -- the read model ------------------------------------------------------------------


def _records(city: City, contract: str, field: str, account: bytes) -> list[Json]:
    if contract not in city.descriptions():
        return []
    city.caught_up()
    return city.index.records(contract, Wanted(fields={field: account}, limit=MOST))


def _entries(
    city: City, contract: str, part: str, prefix: str
) -> Iterator[tuple[str, Json]]:
    """Entries of a part under a prefix, without it in their keys."""
    description = city.descriptions().get(contract)
    if description is None:
        return
    city.caught_up()
    for key, stored in city.index.entries(contract, part, prefix, limit=MOST):
        yield key.removeprefix(prefix), show_entry(description, part, stored)


def _acts(city: City, account: bytes, contract: str, operation: str) -> list[Json]:
    city.caught_up()
    return city.index.acts_of(account, contract, operation, among=NEWEST_ACTS)


def _is_over(until: str) -> bool:
    return bool(Instant.parse(until) <= time.time() * 1000)
