"""
Operations: the verbs of a scenario.

    @opens(drafted, by=generator)            makes a record under a new id
    @moves(drafted >> moving, by=carrier)    takes a record from state to state
    @does(by=station)                        works on the parts, moves no record
    @answers                                 a question that other contracts may put

`only="carrier"` admits just the party that stands in that field of the record.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from huabiao.codec import Kind, Record
from huabiao.contracts.drawing import Move, Role, State

Handler = Callable[..., Any]
_NO_DEFAULT: Any = object()


class MalformedDrawing(TypeError):
    """A scenario's drawing is wrong; raised when its class is defined."""


@dataclass
class Parameter:
    """One argument: its kind, and the value it has when it is left out."""

    name: str
    kind: type[Kind]
    default: Any = _NO_DEFAULT

    NO_DEFAULT: ClassVar[Any] = _NO_DEFAULT

    @property
    def required(self) -> bool:
        return self.default is _NO_DEFAULT


@dataclass
class Operation:
    """An operation as its decorator and its signature draw it."""

    manner: str
    handler: Handler
    by: tuple[Role, ...] = ()
    only: tuple[str, ...] = ()
    sources: tuple[State, ...] = ()
    targets: tuple[State, ...] = ()
    keyed: bool = False
    title: str = ""
    name: str = ""
    doc: str = ""
    parameters: tuple[Parameter, ...] = ()
    takes_record: bool = False

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.doc = inspect.cleandoc(self.handler.__doc__ or "")

    def read_signature(self, owner: type) -> None:
        """Not part of __set_name__: Python 3.11 would wrap what it raises."""
        hints = self.handler.__annotations__
        signature = list(inspect.signature(self.handler).parameters.values())[1:]
        if self.manner == "moves":
            subject = signature[:1]
            if not subject or not _is_record(hints.get(subject[0].name)):
                raise MalformedDrawing(
                    f"{owner.__name__}.{self.name}: the first parameter of a move"
                    " is the record, annotated with its class"
                )
            self.takes_record, signature = True, signature[1:]
        for parameter in signature:
            kind = hints.get(parameter.name)
            if not (isinstance(kind, type) and issubclass(kind, Kind)):
                raise MalformedDrawing(
                    f"{owner.__name__}.{self.name}: {parameter.name!r} needs a kind,"
                    f" such as Text or Kilograms, not {kind!r}"
                )
            default = parameter.default
            if default is inspect.Parameter.empty:
                default = _NO_DEFAULT
            drawn = Parameter(parameter.name, kind, default)
            self.parameters = (*self.parameters, drawn)


def opens(
    state: State, *, by: Role | tuple[Role, ...], title: str = ""
) -> Callable[[Handler], Operation]:
    """An operation that makes a record; it returns the record."""

    def mark(handler: Handler) -> Operation:
        return Operation(
            "opens", handler, _roles(by), targets=(state,), keyed=True, title=title
        )

    return mark


def moves(
    move: Move,
    *,
    by: Role | tuple[Role, ...],
    only: str | tuple[str, ...] = (),
    title: str = "",
) -> Callable[[Handler], Operation]:
    """An operation that changes a record and moves it along its life."""

    def mark(handler: Handler) -> Operation:
        fields = (only,) if isinstance(only, str) else only
        return Operation(
            "moves",
            handler,
            _roles(by),
            fields,
            move.sources,
            move.targets,
            True,
            title,
        )

    return mark


def does(
    *, by: Role | tuple[Role, ...], keyed: bool = False, title: str = ""
) -> Callable[[Handler], Operation]:
    """An operation on the parts; `keyed` ones are about the id in self.id."""

    def mark(handler: Handler) -> Operation:
        return Operation("does", handler, _roles(by), keyed=keyed, title=title)

    return mark


def answers(handler: Handler) -> Operation:
    """A question: it reads, answers with plain values, and changes nothing."""
    return Operation("answers", handler)


def _roles(by: Role | tuple[Role, ...]) -> tuple[Role, ...]:
    return (by,) if isinstance(by, Role) else by


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Record)
