"""
Open Badges 3.0 (1EdTech) as a profile: a VC 2.0 about an achievement.

    as_badge       a document of this type, with what the profile adds
    check_badge    whether a document is of the profile; NotVerified `badge.form`

The members and what of them is required are those of Open Badges 3.0 Appendix B:
OpenBadgeCredential (B.1.1), AchievementSubject, Achievement, Criteria, Profile. A badge
is signed as VC-JWT or with a Data Integrity proof (§8.2, §8.3), never as an SD-JWT: it
is made to be shown whole.
"""

import secrets
import uuid
from typing import Any

import jsonschema_rs

from huabiao.services.credentials.document import CONTEXT, TYPE
from huabiao.services.credentials.refusals import NotVerified
from huabiao.services.credentials.strict_json import Object

BADGE, ALIAS = "OpenBadgeCredential", "AchievementCredential"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_ANY_OB_CONTEXT = (
    r"^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-[0-9.]+)?\.json$"
)


def _typed(name: str) -> Object:
    """`type` is a name or a set that holds it."""
    return {"anyOf": [{"const": name}, {"type": "array", "contains": {"const": name}}]}


def _object(kind: str, *required: str, **members: Object) -> Object:
    """An object of a class of the profile; other members are its optional ones."""
    return {
        "type": "object",
        "required": ["type", *required],
        "properties": {"type": _typed(kind), **members},
    }


_TEXT: Object = {"type": "string", "minLength": 1}
_PLAIN_CRITERIA: Object = {
    "type": "object",
    "properties": {"id": _TEXT, "narrative": _TEXT},
    "anyOf": [{"required": ["id"]}, {"required": ["narrative"]}],
}
_ACHIEVEMENT = _object(
    "Achievement", "id", "name", "description", "criteria",
    id=_TEXT, name=_TEXT, description=_TEXT, criteria=_PLAIN_CRITERIA,
)  # fmt: skip
_SUBJECT = _object("AchievementSubject", "achievement", achievement=_ACHIEVEMENT)
_SUBJECT["anyOf"] = [{"required": ["id"]}, {"required": ["identifier"]}]
_PROFILE: Object = {"anyOf": [_TEXT, _object("Profile", "id", id=_TEXT)]}
_CONTEXTS: Object = {
    "type": "array",
    "prefixItems": [{"const": CONTEXT}, {"type": "string", "pattern": _ANY_OB_CONTEXT}],
    "minItems": 2,
}
PROFILE_SCHEMA: Object = {
    "type": "object",
    "required": ["@context", "id", "type", "credentialSubject", "issuer", "validFrom"],
    "properties": {
        "@context": _CONTEXTS,
        "id": _TEXT,
        "type": {
            "allOf": [_typed(TYPE), {"anyOf": [_typed(BADGE), _typed(ALIAS)]}],
        },
        "credentialSubject": _SUBJECT,
        "issuer": _PROFILE,
        "validFrom": _TEXT,
    },
}
_validator = jsonschema_rs.Draft202012Validator(PROFILE_SCHEMA)


def as_badge(document: Object) -> Object:
    """A drafted document whose subject tells of an achievement, as a badge; NotVerified
    where the achievement lacks something."""
    subject, issuer = document["credentialSubject"], document["issuer"]
    achievement = subject.get("achievement")
    if isinstance(achievement, dict):
        achievement = {"type": ["Achievement"], **achievement}
    found = {
        **document,
        "@context": [CONTEXT, OB_CONTEXT],
        "id": document.get("id") or f"urn:uuid:{_identifier()}",
        "issuer": {"id": issuer, "type": ["Profile"]},
        "credentialSubject": {
            **subject,
            "type": ["AchievementSubject"],
            "achievement": achievement,
        },
    }
    check_badge(found)
    return found


def _identifier() -> uuid.UUID:
    return uuid.UUID(bytes=secrets.token_bytes(16), version=4)


def is_badge(types: Any) -> bool:
    """Whether a document's types are those of a badge."""
    return isinstance(types, list) and bool({BADGE, ALIAS} & set(types))


def check_badge(document: Object) -> None:
    """Refuse what is not of the profile; the sentence says where."""
    try:
        _validator.validate(document)
    except jsonschema_rs.ValidationError as error:
        where = "/" + "/".join(str(part) for part in error.instance_path)
        raise NotVerified(
            "badge.form",
            f"{where:.200} 不符合 Open Badges 3.0",
            f"{where:.200} is not as Open Badges 3.0 has it",
        ) from None
