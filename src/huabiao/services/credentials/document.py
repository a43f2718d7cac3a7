"""
The credential as W3C VC Data Model 2.0 draws it, whatever secures it.

    draft_credential   a document to be signed
    read_credential    what a signed document says, checked member by member
    Credential         the same for programs, equal for all formats

JSON-LD is not processed: every member is read by its name, and contexts are compared
as texts (VC Data Model 2.0 §6.3 allows it).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from huabiao.services.credentials.algorithms import VerificationKey
from huabiao.services.credentials.refusals import malformed
from huabiao.services.credentials.strict_json import Object

CONTEXT = "https://www.w3.org/ns/credentials/v2"
TYPE, PRESENTATION = "VerifiableCredential", "VerifiablePresentation"
MOST_STATUS = 8


@dataclass(frozen=True)
class StatusEntry:
    """A place in a status list."""

    purpose: str
    list_url: str
    index: int


@dataclass(frozen=True)
class Credential:
    """What a verified credential says. Times are UTC milliseconds; None: none said."""

    format: str
    issuer: str
    type: str
    subject: str | None
    claims: Object
    valid_from: int | None
    valid_until: int | None
    status: list[StatusEntry] = field(default_factory=list)
    schema: str | None = None
    holder_key: VerificationKey | None = None
    document: Object = field(default_factory=dict)
    """What a schema is checked against; without what the holder keeps back."""
    complete: bool = True
    """False where the holder discloses a part only."""


def draft_credential(
    issuer: str,
    credential_type: str,
    subject: Object,
    *,
    valid_from: int,
    valid_until: int | None = None,
    status: Sequence[Object] = (),
    schema: str | None = None,
    identifier: str | None = None,
) -> Object:
    """An unsigned document; `subject` is the credentialSubject, with its id."""
    found: Object = {
        "@context": [CONTEXT],
        "type": [TYPE, credential_type],
        "issuer": issuer,
        "validFrom": show_instant(valid_from),
        "credentialSubject": subject,
    }
    if identifier:
        found["id"] = identifier
    if valid_until is not None:
        found["validUntil"] = show_instant(valid_until)
    if status:
        found["credentialStatus"] = list(status)
    if schema:
        found["credentialSchema"] = {"id": schema, "type": "JsonSchema"}
    return found


def read_credential(document: Object, format: str) -> Credential:
    """A document of the data model, §4; NotVerified where a member is not of it."""
    contexts, types = document.get("@context"), document.get("type")
    if not isinstance(contexts, list) or contexts[:1] != [CONTEXT]:
        raise malformed(
            "context",
            f"@context 须以 {CONTEXT} 开头",
            f"@context must begin with {CONTEXT}",
        )
    if not is_texts(types) or TYPE not in types:
        raise malformed("type", f"type 须含 {TYPE}", f"type must hold {TYPE}")
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict):
        raise malformed(
            "subject", "须有一个 credentialSubject", "one credentialSubject is expected"
        )
    own = [name for name in types if name != TYPE]
    return Credential(
        format=format,
        issuer=text_of(name_of(document.get("issuer")), "issuer"),
        type=own[-1] if own else TYPE,
        subject=None
        if subject.get("id") is None
        else text_of(subject["id"], "subject"),
        claims={name: value for name, value in subject.items() if name != "id"},
        valid_from=read_instant(document.get("validFrom"), "validFrom"),
        valid_until=read_instant(document.get("validUntil"), "validUntil"),
        status=read_status(document.get("credentialStatus")),
        schema=read_schema(document.get("credentialSchema")),
        document=document,
    )


def name_of(value: Any) -> Any:
    """An id, alone or as a member of an object."""
    return value.get("id") if isinstance(value, dict) else value


def text_of(value: Any, where: str) -> str:
    """A text that is there."""
    if not isinstance(value, str) or not value:
        raise malformed(where, f"{where} 须为文本", f"{where} must be a text")
    return value


def is_texts(value: Any) -> bool:
    """Whether it is a list of texts, not empty."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) for each in value)
    )


def read_status(value: Any) -> list[StatusEntry]:
    """credentialStatus: entries of Bitstring Status List v1.0 §2.1 and nothing else,
    for a status that is not understood is a status that was not checked."""
    entries = value if isinstance(value, list) else [] if value is None else [value]
    if len(entries) > MOST_STATUS:
        raise malformed(
            "status", f"状态多于 {MOST_STATUS} 项", f"over {MOST_STATUS} statuses"
        )
    found = []
    for entry in entries:
        if (
            not isinstance(entry, dict)
            or entry.get("type") != "BitstringStatusListEntry"
        ):
            raise malformed(
                "status",
                "状态须为 BitstringStatusListEntry",
                "the status is no BitstringStatusListEntry",
            )
        index = entry.get("statusListIndex")
        if (
            not isinstance(index, str)
            or not index.isascii()
            or not index.isdigit()
            or len(index) > 9
        ):
            raise malformed(
                "status",
                "statusListIndex 须为数字文本",
                "statusListIndex must be digits",
            )
        if entry.get("statusSize", 1) != 1:
            raise malformed("status", "只支持一位的状态", "statuses have one bit here")
        url = text_of(entry.get("statusListCredential"), "status")
        purpose = text_of(entry.get("statusPurpose"), "status")
        found.append(StatusEntry(purpose, url, int(index)))
    return found


def read_schema(value: Any) -> str | None:
    """credentialSchema: one JsonSchema (VC JSON Schema §2.1), by its id."""
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("type") != "JsonSchema":
        raise malformed(
            "schema", "模式须为一个 JsonSchema", "the schema is no JsonSchema"
        )
    return text_of(value.get("id"), "schema")


def show_instant(milliseconds: int) -> str:
    """UTC, whole seconds: 2026-11-25T08:00:00Z."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def read_instant(value: Any, where: str) -> int | None:
    """An xsd:dateTimeStamp, or None where nothing is said."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(text_of(value, where))
        if moment.tzinfo is None or "T" not in value:
            raise ValueError("no time zone")
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise malformed(
            where, f"{where} 不是带时区的时间", f"{where} is no dateTimeStamp"
        ) from None
