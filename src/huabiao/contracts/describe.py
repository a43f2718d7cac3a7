"""
The Description: one plain JSON document that every door is drawn from.

It is kept on chain with the contract, so a contract deployed tomorrow has the same
doors as one that ships today. Its format is docs/formats/description.md.
"""

import inspect
from dataclasses import dataclass, field
from typing import Any

from huabiao.codec import Kind, Record
from huabiao.contracts.drawing import Title
from huabiao.contracts.labels import Word, innermost, title_in, words_for, words_of
from huabiao.contracts.operations import Operation, Parameter
from huabiao.contracts.scenario import Scenario

DESCRIPTION_VERSION, WITHOUT_LABELS = 2, 1


@dataclass(frozen=True)
class _Scene:
    """A scenario while it is described: its words, and the records told so far."""

    cls: type[Scenario]
    words: dict[str, Word]
    records: dict[str, Any] = field(default_factory=dict)


def describe(cls: type[Scenario], rundown: str = "") -> dict[str, Any]:
    """Describe a scenario; `rundown` is the docstring of its module."""
    scene = _Scene(cls, words_of(cls))
    for record in _record_classes(cls):
        _describe_record(scene, record)
    return {
        "version": WITHOUT_LABELS if cls.labels is None else DESCRIPTION_VERSION,
        "name": cls.name,
        "title": {"zh": cls.title.zh, "en": cls.title.en},
        "summary": inspect.cleandoc(cls.__doc__ or ""),
        "rundown": inspect.cleandoc(rundown),
        "task": cls.task,
        "lead": cls.lead,
        "visible": cls.visible,
        "public": list(cls.public),
        "indexes": list(cls.indexes),
        "record": cls.record.__name__ if cls.record else None,
        "records": scene.records,
        "roles": {r.name: {"zh": r.zh, "en": r.en} for r in cls.drawing.roles.values()},
        "states": {
            s.name: {"zh": s.zh, "en": s.en, "final": s.final}
            for s in cls.drawing.states.values()
        },
        "parts": {
            name: described
            for part in cls.drawing.parts.values()
            for name, described in part.described().items()
        },
        "operations": {
            name: _describe_operation(scene, operation)
            for name, operation in cls.drawing.operations.items()
        },
    }


def _record_classes(cls: type[Scenario]) -> list[type[Record]]:
    found = [cls.record] if cls.record else []
    for part in cls.drawing.parts.values():
        found.extend(part.records())
    return found


def _describe_operation(scene: _Scene, operation: Operation) -> dict[str, Any]:
    return {
        "manner": operation.manner,
        "title": operation.title,
        "doc": operation.doc,
        "by": [role.name for role in operation.by],
        "only": list(operation.only),
        "from": [state.name for state in operation.sources],
        "to": [state.name for state in operation.targets],
        "keyed": operation.keyed,
        "parameters": [_describe_parameter(scene, p) for p in operation.parameters],
    }


def _describe_parameter(scene: _Scene, parameter: Parameter) -> dict[str, Any]:
    described = _describe_kind(scene, parameter.kind)
    described["name"] = parameter.name
    described |= _titled(title_in(scene.words, parameter.name))
    described["required"] = parameter.required
    if not parameter.required:
        default = parameter.default
        described["default"] = None if default is None else parameter.kind.show(default)
    return described


def _describe_record(scene: _Scene, record: type[Record]) -> None:
    if record.__name__ in scene.records:
        return
    scene.records[record.__name__] = {}
    own = words_for(scene.cls, record, scene.words)
    fields = {
        name: _describe_kind(scene, kind) | _titled(title_in(own, name))
        for name, kind in record.fields.items()
    }
    for name, default in record.defaults.items():
        kind = record.fields[name]
        fields[name]["default"] = None if default is None else kind.show(default)
    scene.records[record.__name__] = {
        "doc": inspect.cleandoc(record.__doc__ or ""),
        "fields": fields,
    }


def _titled(title: Title | None) -> dict[str, Any]:
    return {"title": {"zh": title.zh, "en": title.en}} if title else {}


def _describe_kind(scene: _Scene, kind: type[Kind]) -> dict[str, Any]:
    item = innermost(kind)
    if issubclass(item, Record):
        _describe_record(scene, item)
    return {"kind": kind.name, "schema": kind.schema, "widget": kind.widget,
            "zh": kind.zh}  # fmt: skip
