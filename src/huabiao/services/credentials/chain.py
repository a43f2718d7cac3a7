"""
What a verifier asks the chain: does the issuer stand, is the bit set, which schema.

    …/api/credentials/status/<list>              a status list
    …/api/credentials/schemas/<type>/<version>   a schema

The address before /api is not looked at: the name of a list or a schema is the chain's,
and it is asked of the chain that the verifier trusts, wherever the URL leads.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from huabiao.codec import decode
from huabiao.services.credentials.refusals import NotVerified
from huabiao.services.credentials.status_list import Status, chain_status, pack
from huabiao.services.credentials.verifying import Accredited

STATUS_PATH, SCHEMA_PATH = "/api/credentials/status/", "/api/credentials/schemas/"
PAGE_BITS = 2_048
ENDED = "发证机构的认可已到期。 The issuer's accreditation has ended."

Ask = Callable[[str, str, dict[str, Any]], Any]
Read = Callable[[str], bytes | None]
AccountOf = Callable[[str], bytes]
"""The account that a DID of this chain names; NotVerified for any other."""


def status_url(base: str, name: str) -> str:
    """Where a list of this name is published."""
    return f"{base}{STATUS_PATH}{quote(name, safe='')}"


def schema_url(base: str, credential_type: str, version: int) -> str:
    """Where a version of a type's schema is published."""
    return f"{base}{SCHEMA_PATH}{quote(credential_type, safe='')}/{version}"


def _name(url: str, path: str, code: str) -> str:
    _, found, name = url.partition(path)
    if not found or not name or len(name) > 600:
        raise NotVerified(
            code, f"地址不是链上的：{url:.80}", f"{url:.80} is no address of the chain"
        )
    return unquote(name)


def chain_accredited(
    ask: Ask, account_of: AccountOf, now: Callable[[], int]
) -> Accredited:
    """Ask the contract `accreditation`. The chain's time is that of its newest block:
    on a quiet chain an accreditation may have ended since."""

    def accredited(issuer: str, credential_type: str) -> tuple[str, str]:
        asked = {"account": account_of(issuer), "credential_type": credential_type}
        told = ask("accreditation", "standing", asked)
        return standing_now(told, now())

    return accredited


def standing_now(told: dict[str, Any], now: int) -> tuple[str, str]:
    """The code and sentence of an answer, by the verifier's own clock."""
    if told["code"] == "ok" and told["until"] <= now:
        return "issuer.ended", ENDED
    return told["code"], told["sentence"]


def chain_schema(read: Read) -> Callable[[str], str]:
    """Read a schema's text from the chain."""

    def schema(url: str) -> str:
        found = read(
            f"accreditation/schemas/{_name(url, SCHEMA_PATH, 'schema.unknown')}"
        )
        if found is None:
            raise NotVerified(
                "schema.unknown", "链上没有此模式", "the chain has no such schema"
            )
        return str(decode(found)[3])

    return schema


def chain_bits(ask: Ask, read: Read, account_of: AccountOf) -> Status:
    """Ask the contract `credentials` for a bit of a list that the issuer opened."""

    def list_of(url: str) -> str:
        name = _name(url, STATUS_PATH, "status.unknown")
        if read_list(read, name) is None:
            raise NotVerified(
                "status.unknown", "链上没有此状态列表", "the chain has no such list"
            )
        return name

    def belongs(name: str, issuer: str) -> bool:
        found = read_list(read, name)
        return found is not None and found[0] == account_of(issuer)

    def purpose_of(name: str) -> str:
        found = read_list(read, name)
        return "" if found is None else str(found[2])

    return chain_status(ask, list_of, belongs, purpose_of)


def read_list(read: Read, name: str) -> list[Any] | None:
    """[issuer, type, purpose, length, since, changed, changes], or None."""
    found = read(f"credentials/lists/{name}")
    return None if found is None else decode(found)


def read_bits(read: Read, name: str, length: int) -> bytes:
    """The bitstring of a list as the chain holds it."""
    return pack(dict(_pages(read, name, length)), length)


def _pages(read: Read, name: str, length: int) -> Iterator[tuple[int, list[int]]]:
    for number in range(length // PAGE_BITS):
        found = read(f"credentials/bits/{name}#{number}")
        if found is not None:
            yield number, decode(found)[0]
