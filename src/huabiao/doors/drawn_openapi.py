"""
A scenario's own OpenAPI document, drawn from its Description.

    POST /api/scenarios/NAME/prepare/OPERATION    arguments → the bytes to sign
    GET  /api/scenarios/NAME/records              its records, by its states and indexes
    GET  /api/scenarios/NAME/records/{key}        one record, and its history
    GET  /api/scenarios/NAME/parts/PART           the entries of its parts

The routes are the same for every scenario; here they stand with the scenario's own
names, fields and words, so that a client can be made for it by any tool that reads
OpenAPI 3.1. Pure: a Description in, a document out.
"""

from typing import Any

from huabiao.client.labels import fields_within, innermost, parameters_of, title_of

Json = dict[str, Any]
PROBLEM = {"description": "Problem (RFC 9457)", "content": {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
}}  # fmt: skip
KEY = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"},
       "description": "编号 · id"}  # fmt: skip
SHIELDED = ("Personal[", "Secret[")


def openapi_of(description: Json) -> Json:
    """The document of one scenario."""
    title = description["title"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title['zh']} · {title['en']}",
            "version": str(description["version"]),
            "description": description["rundown"] or description["summary"],
        },
        "servers": [{"url": "/"}],
        "paths": {**_acts(description), **_reads(description)},
        "components": {"schemas": _schemas(description)},
    }


def is_shielded(description: Json, operation: str) -> bool:
    """Whether an operation takes personal or secret values."""
    kinds = [each["kind"] for each in parameters_of(description, operation).values()]
    return any(shield in kind for kind in kinds for shield in SHIELDED)


def _acts(description: Json) -> Json:
    path = f"/api/scenarios/{description['name']}/prepare"
    return {
        f"{path}/{name}": {"post": _act(description, name, facts)}
        for name, facts in description["operations"].items()
        if facts["manner"] != "answers"
    }


def _act(description: Json, name: str, facts: Json) -> Json:
    parameters = parameters_of(description, name)
    arguments = {
        "type": "object",
        "properties": {n: _value(description, n, p) for n, p in parameters.items()},
        "required": [n for n, p in parameters.items() if p["required"]],
        "additionalProperties": False,
    }
    asked: Json = {
        "signer": {"type": "string", "pattern": "^([0-9a-f]{2}){32,4096}$",
                   "description": "公钥 · public key"},
        "arguments": arguments,
    }  # fmt: skip
    needed = ["signer"] + ["arguments"] * bool(arguments["required"])
    if facts["keyed"]:
        asked["key"] = {"type": "string", "minLength": 1, "maxLength": 200,
                        "title": "编号 · id"}  # fmt: skip
        needed.append("key")
    if is_shielded(description, name):
        asked["subject"] = {
            "type": "string",
            "description": "当事人 · whom it is about",
        }
    roles = [description["roles"].get(role, {"zh": role}) for role in facts["by"]]
    return {
        "operationId": name,
        "summary": facts["title"] or name,
        "description": f"{facts['doc']} ({'、'.join(each['zh'] for each in roles)})",
        "tags": ["操作 · operations"],
        "requestBody": {"required": True, "content": {"application/json": {
            "schema": {"type": "object", "properties": asked, "required": needed}
        }}},
        "responses": _answers({"$ref": "#/components/schemas/Prepared"}),
    }  # fmt: skip


def _reads(description: Json) -> Json:
    path = f"/api/scenarios/{description['name']}"
    found: Json = {
        f"{path}/parts/{part}": {"get": _get(
            f"list_{part}", facts.get("zh", part), _list("entries"), _page()
        )}
        for part, facts in description["parts"].items()
        if "entry" in facts
    }  # fmt: skip
    if description["record"]:
        one, zh = {"$ref": "#/components/schemas/Seen"}, description["title"]["zh"]
        found[f"{path}/records"] = {
            "get": _get("list_records", f"{zh}列表", _list("records", one), [
                _state(description), *_page()])
        }  # fmt: skip
        found[f"{path}/records/{{key}}"] = {"get": _get("record", zh, one, [KEY])}
        found[f"{path}/records/{{key}}/history"] = {
            "get": _get("history", f"{zh}经过", {"type": "object"}, [KEY])
        }
    return found


def _get(id_: str, summary: str, schema: Json, parameters: list[Json]) -> Json:
    return {"operationId": id_, "summary": summary, "tags": ["读取 · reading"],
            "parameters": parameters, "responses": _answers(schema)}  # fmt: skip


def _answers(schema: Json) -> Json:
    done = {"description": "OK", "content": {"application/json": {"schema": schema}}}
    return {"200": done, "default": PROBLEM}


def _list(name: str, item: Json | None = None) -> Json:
    return {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": item or {"type": "object"}},
            "next": {"type": ["string", "null"]},
        },
        "required": [name],
    }


def _state(description: Json) -> Json:
    return {"name": "state", "in": "query",
            "schema": {"enum": list(description["states"])}}  # fmt: skip


def _page() -> list[Json]:
    return [
        {"name": "after", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query",
         "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    ]  # fmt: skip


def _schemas(description: Json) -> Json:
    records = {
        record: {
            "type": "object",
            "description": facts["doc"],
            "properties": {
                name: _value(description, name, each)
                for name, each in facts["fields"].items()
            },
        }
        for record, facts in description["records"].items()
    }
    states = {name: state["zh"] for name, state in description["states"].items()}
    told = "，".join(f"{name}：{zh}" for name, zh in states.items())
    seen = {
        "type": "object",
        "description": "所见的字段 · the fields that one may see",
        "properties": {
            "key": {"type": "string"},
            "state": {"enum": list(states), "description": told},
            "revision": {"type": "integer"},
            "fields": {"$ref": f"#/components/schemas/{description['record']}"},
            "complete": {"type": "boolean"},
        },
    }
    return {**records, **({"Seen": seen} if description["record"] else {}),
            "Prepared": _PREPARED, "Problem": _PROBLEM}  # fmt: skip


def _value(description: Json, name: str, facts: Json) -> Json:
    """A field's or parameter's schema, called by the trade's word."""
    title = title_of(name, facts)
    called = {"title": f"{title['zh']} · {title['en']}", "description": facts["zh"]}
    if not fields_within(description, facts):
        return {**facts["schema"], **called}
    held: Json = {"$ref": f"#/components/schemas/{innermost(facts['kind'])}"}
    if "ListOf[" in facts["kind"]:
        held = {"type": "array", "items": held}
    if facts["kind"].startswith("Maybe["):
        held = {"anyOf": [held, {"type": "null"}]}
    return {**held, **called}


_PREPARED = {
    "type": "object",
    "properties": {
        "body": {"type": "string", "description": "hex"},
        "message": {"type": "string", "description": "hex: sign this"},
        "valid_until": {"type": "integer"},
        "suite": {"type": "string"},
        "openings": {"type": "array", "items": {"type": "object"}},
        "send_to": {"type": "string", "description": "where body and signature go"},
    },
    "required": ["body", "message", "valid_until", "suite", "openings", "send_to"],
}
_PROBLEM = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("title", "detail", "code")},
}
