"""
How one call runs: who, in which state, with which arguments, then the body.

This is the only place that knows the order of the checks, so every scenario refuses in
the same order and with the same codes:

    operation.unknown · argument.malformed · role.missing · record.exists ·
    record.unknown · state.wrong · party.other · then the body's own rules
"""

from typing import Any

from huabiao.codec import Malformed, Record, decode, encode
from huabiao.contracts.context import Context, Refused
from huabiao.contracts.drawing import State, anyone
from huabiao.contracts.labels import title_in, words_of
from huabiao.contracts.operations import Operation
from huabiao.contracts.scenario import RECORD_PATH, Scenario


def perform(cls: type[Scenario], context: Context, arguments: dict[str, Any]) -> None:
    """Run context.operation on context.key; raises Refused and nothing else."""
    operation = cls.drawing.operations.get(context.operation)
    if operation is None or operation.manner == "answers":
        raise Refused(
            "operation.unknown",
            f"{cls.title.zh}没有操作“{context.operation}”。"
            f" {cls.name} has no operation {context.operation!r}.",
        )
    try:
        checked = check_arguments(cls, operation, arguments)
        _check_role(cls, operation, context)
        if operation.keyed != bool(context.key):
            raise _wrong_key(operation)
        if operation.manner == "opens":
            _open(cls, operation, context, checked)
        elif operation.manner == "moves":
            _move(cls, operation, context, checked)
        else:
            operation.handler(cls(context), **checked)
            context.emit(operation.name, context.key, {})
    except Malformed as error:
        raise Refused("value.malformed", str(error)) from error


def answer(cls: type[Scenario], context: Context, arguments: dict[str, Any]) -> Any:
    """Run a question; the context must refuse writes."""
    question = cls.drawing.operations.get(context.operation)
    if question is None or question.manner != "answers":
        raise Refused(
            "question.unknown",
            f"{cls.name} 不回答“{context.operation}”。"
            f" {cls.name} answers no {context.operation!r}.",
        )
    return question.handler(cls(context), **check_arguments(cls, question, arguments))


def check_arguments(
    cls: type[Scenario], operation: Operation, given: dict[str, Any]
) -> dict[str, Any]:
    """Each argument in its stored form; refused with the argument's name."""
    checked, used = {}, 0
    for parameter in operation.parameters:
        name = parameter.name
        if name in given:
            used += 1
            try:
                value = parameter.kind.check(given[name])
            except Malformed as error:
                called = _called(cls, name)
                raise Refused("argument.malformed", f"{called}：{error}") from error
            if type(value) is list:
                value = parameter.kind.revive(value)
            checked[name] = value
        elif parameter.required:
            raise Refused(
                "argument.malformed",
                f"缺少参数 {_called(cls, name)}。 The argument {name} is missing.",
            )
        else:
            checked[name] = parameter.default
    if used != len(given):
        known = {parameter.name for parameter in operation.parameters}
        other = sorted(set(given) - known)[0]
        raise Refused(
            "argument.malformed",
            f"没有参数 {other}。 There is no argument {other}.",
        )
    return checked


def read_record(cls: type[Scenario], context: Context) -> tuple[str, int, Record]:
    """The state, revision and record under context.key."""
    stored = context.read(RECORD_PATH + context.key)
    if stored is None or cls.record is None:
        raise Refused(
            "record.unknown",
            f"没有编号为“{context.key}”的{cls.title.zh}。"
            f" There is no {cls.name} {context.key!r}.",
        )
    state, revision, plain = decode(stored)
    return state, revision, cls.record.from_plain(plain)


def _check_role(cls: type[Scenario], operation: Operation, context: Context) -> None:
    for role in operation.by:
        if role is anyone or context.holds(role.name, context.caller):
            return
    zh, verb = "或".join(role.zh for role in operation.by), _verb(operation)
    en = " or ".join(role.name for role in operation.by)
    raise Refused(
        "role.missing",
        f"只有{zh}可以“{verb}”；请由{cls.lead or '牵头单位'}授予角色。"
        f" Only {en} may {operation.name}; ask the lead unit for the role.",
    )


def _called(cls: type[Scenario], name: str) -> str:
    """A field or parameter for people; where the contract has no word, its name."""
    title = title_in(words_of(cls), name)
    return f"“{title.zh}”（{name}）" if title else name


def _parties(cls: type[Scenario], operation: Operation) -> str:
    if cls.labels is None:
        return f" {'、'.join(operation.only)} "
    words = words_of(cls)
    titles = [(title_in(words, name), name) for name in operation.only]
    return "或".join(title.zh if title else name for title, name in titles)


def _verb(operation: Operation) -> str:
    return operation.title or operation.name


def _wrong_key(operation: Operation) -> Refused:
    if operation.keyed:
        return Refused("key.missing", "须给出编号。 This operation needs an id.")
    return Refused("key.unwanted", "此操作不带编号。 This operation takes no id.")


def _open(
    cls: type[Scenario], operation: Operation, context: Context, given: dict[str, Any]
) -> None:
    path = RECORD_PATH + context.key
    if context.read(path) is not None:
        raise Refused(
            "record.exists",
            f"编号“{context.key}”已被使用。 The id {context.key!r} is taken.",
        )
    record = operation.handler(cls(context), **given)
    target = operation.targets[0]
    context.write(path, encode([target.name, 1, record.plain()]))
    context.emit(operation.name, context.key, {"to": target.name})


def _move(
    cls: type[Scenario], operation: Operation, context: Context, given: dict[str, Any]
) -> None:
    state, revision, record = read_record(cls, context)
    if all(source.name != state for source in operation.sources):
        standing = (
            cls.drawing.states[state].zh if state in cls.drawing.states else state
        )
        needed = "或".join(source.zh for source in operation.sources)
        raise Refused(
            "state.wrong",
            f"现为“{standing}”，须为“{needed}”才能“{_verb(operation)}”。"
            f" It is {state}; {operation.name} needs"
            f" {' or '.join(source.name for source in operation.sources)}.",
        )
    if operation.only and all(
        getattr(record, name) != context.caller for name in operation.only
    ):
        raise Refused(
            "party.other",
            f"只有记录中的{_parties(cls, operation)}可以“{_verb(operation)}”。"
            f" Only the record's own {' or '.join(operation.only)} may"
            f" {operation.name}.",
        )
    chosen = operation.handler(cls(context), record, **given)
    target = _target(operation, chosen)
    context.write(
        RECORD_PATH + context.key, encode([target.name, revision + 1, record.plain()])
    )
    context.emit(operation.name, context.key, {"from": state, "to": target.name})


def _target(operation: Operation, chosen: Any) -> State:
    if len(operation.targets) == 1:
        return operation.targets[0]
    if isinstance(chosen, State) and chosen in operation.targets:
        return chosen
    raise Refused(
        "state.unchosen",
        f"{operation.name} 须返回所选状态。 {operation.name} must return the state"
        " that it chose.",
    )
