"""
Schemas of credentials: JSON Schema 2020-12 as the chain keeps it (W3C VC JSON Schema).

A schema is a stranger's program: nothing is fetched for it, and its patterns run in
linear time.
"""

from functools import lru_cache
from typing import Any

import jsonschema_rs

from huabiao.services.credentials.document import Credential
from huabiao.services.credentials.refusals import NotVerified
from huabiao.services.credentials.strict_json import parse

LONGEST = 60_000
DIALECT = "https://json-schema.org/draft/2020-12/schema"


@lru_cache(maxsize=256)
def read_schema(text: str) -> Any:
    """A validator; NotVerified `schema.malformed` where the text is no schema."""
    try:
        found = parse(text[: LONGEST + 1], "schema")
    except NotVerified:
        raise NotVerified(
            "schema.malformed",
            "链上的模式不是规范的 JSON，请认可机构登记一个新版本",
            "the schema on the chain is no strict JSON: register another version",
        ) from None
    try:
        if not isinstance(found, dict) or len(text) > LONGEST:
            raise ValueError("an object of up to 60,000 characters is expected")
        if found.get("$schema", DIALECT) != DIALECT:
            raise ValueError(f"$schema must be {DIALECT}")
        return jsonschema_rs.Draft202012Validator(
            found,
            retriever=_refuse,
            pattern_options=jsonschema_rs.RegexOptions(),
            validate_formats=True,
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise NotVerified(
            "schema.malformed",
            f"模式不可用（{error!s:.200}）",
            f"the schema cannot be used: {error!s:.200}",
        ) from None


def _refuse(uri: str) -> Any:
    raise ValueError(f"nothing is fetched: {uri[:100]}")


def check_schema(credential: Credential, text: str) -> None:
    """Refuse a document that does not fit; the sentence says where and by which
    keyword of the schema, never a value."""
    try:
        read_schema(text).validate(credential.document)
    except jsonschema_rs.ValidationError as error:
        where = "/" + "/".join(str(part) for part in error.instance_path)
        rule = next((s for s in reversed(error.schema_path) if isinstance(s, str)), "")
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
            rule += f" {error.kind.property}"
        raise NotVerified(
            "schema.other",
            f"{where} 不符合凭证模式（{rule:.100}）",
            f"{where} does not fit the credential's schema ({rule:.100})",
        ) from None
