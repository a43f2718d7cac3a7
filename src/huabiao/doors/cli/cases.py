"""scenarios, call and show: every contract's operations and records, by Description."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from huabiao.doors.cli import abroad, completing
from huabiao.doors.cli.describing import CallCommand, scenario_text
from huabiao.doors.cli.presenting import show_copy
from huabiao.doors.cli.settings import Failed, Settings, command, identity_option


@command(
    click.argument("scenario", required=False, shell_complete=completing.scenarios)
)
def scenarios(settings: Settings, scenario: str | None) -> None:
    """链上的全部场景说明，或一个场景的字段与操作。 Every Description that the chain
    holds; or the fields and operations of one."""
    if scenario is not None:
        about, text = scenario_text(settings, scenario)
        settings.give(about, text)
        return
    found = settings.city.descriptions()
    lines = []
    for name, each in found.items():
        lines.append(f"{name}  {each['title']['zh']} · {each['title']['en']}")
        lines += [
            f"    {operation}({', '.join(p['name'] for p in facts['parameters'])})"
            f"  {facts['title']}"
            for operation, facts in each["operations"].items()
        ]
    settings.give({"scenarios": found}, "\n".join(lines))


@command(
    click.argument("scenario", shell_complete=completing.scenarios),
    click.argument("operation", shell_complete=completing.operations),
    click.argument(
        "rest",
        nargs=-1,
        metavar="[ID] [NAME=VALUE]...",
        shell_complete=completing.call_words,
    ),
    identity_option(required=True),
    click.option("--about", help="个人信息的本人 · whom personal values are about"),
    cls=CallCommand,
    context_settings={"ignore_unknown_options": True},
)
def call(
    settings: Settings,
    scenario: str,
    operation: str,
    rest: tuple[str, ...],
    identity: str,
    about: str | None,
) -> None:
    """调用场景的操作；源码写作 source=@文件；操作后加 --help 看其参数。
    Call an operation: ID if it needs one, then name=value; a source is source=@FILE.
    With --help behind the operation, its parameters are told."""
    from huabiao.client.described import operation_of
    from huabiao.crypto.address import parse

    keys = settings.keys(identity, make=False)
    facts = operation_of(settings.city.description(scenario), operation)
    names = {parameter["name"] for parameter in facts["parameters"]}
    key, written = split_words(rest, bool(facts["keyed"]), names)
    written = {
        name: _as_account(settings, facts, name, _of_file(facts, name, value))
        for name, value in written.items()
    }
    subject = None if about is None else parse(settings.account(about))
    outcome = settings.city.call(keys, scenario, operation, key, written, subject)
    document = {
        "accepted": outcome.accepted,
        "code": outcome.code,
        "sentence": outcome.sentence,
        "envelope": outcome.envelope,
        "height": outcome.height,
    }
    if outcome.accepted:
        settings.give(document, f"通过 · accepted  {outcome.envelope}")
        return
    if settings.as_json:
        settings.give(document)
        raise click.exceptions.Exit(1)
    raise Failed(f"{outcome.sentence} [{outcome.code}]")


def split_words(
    words: tuple[str, ...], keyed: bool, names: set[str]
) -> tuple[str, dict[str, str]]:
    """The id and the arguments; the first word is the id where one is needed and it
    is not name=value of a known name."""
    rest, key = list(words), ""
    if rest and (
        "=" not in rest[0] or (keyed and rest[0].partition("=")[0] not in names)
    ):
        key = rest.pop(0)
    written: dict[str, str] = {}
    for word in rest:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"“{word}”须写作 名称=值。 Write {word!r} as name=value.")
        if name in written:
            raise ValueError(f"{name} 给了两次。 {name} is given twice.")
        written[name] = value
    return key, written


def _of_file(facts: dict[str, Any], name: str, value: str) -> str:
    """What a file holds, where a source is asked for and written @FILE."""
    is_source = any(
        parameter["name"] == name and parameter["widget"] == "source"
        for parameter in facts["parameters"]
    )
    if not is_source or not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(
            f"读不出 {value[1:]}：{error}。 {value[1:]} cannot be read: {error}."
        ) from None


def _as_account(
    settings: Settings, facts: dict[str, Any], name: str, value: str
) -> str:
    """Identities of this home by their names, where accounts are asked for: one, or a
    list with commas between them."""
    for parameter in facts["parameters"]:
        if parameter["name"] != name:
            continue
        if parameter["widget"] == "party":
            return settings.account(value)
        if parameter["kind"] == "ListOf[Party]":
            return ",".join(settings.account(each) for each in value.split(","))
    return value


@command(
    click.argument(
        "scenario", metavar="SCENARIO|ADDRESS", shell_complete=completing.scenarios
    ),
    click.argument("id", required=False, shell_complete=completing.ids),
    click.option("--at", type=click.IntRange(0), help="高度 · at this height"),
    identity_option(),
)
def show(
    settings: Settings, scenario: str, id: str | None, at: int | None,
    identity: str | None,
) -> None:  # fmt: skip
    """显示一条记录，或 链.区/合约/编号。 Show a record, newest or at a height; of
    another chain, the copy that was presented here."""
    if id is None:
        route, found = abroad.route_to(settings, scenario)
        if route:
            show_copy(settings, route, found, identity)
            return
        scenario, id = found.contract, found.record
    from huabiao.client.labels import record_fields

    path = f"/api/scenarios/{quote(scenario)}/records/{quote(id, safe='/')}"
    record = settings.read(
        identity,
        lambda city: city.get(path, at=at),
        lambda answer: bool(answer["complete"]),
    )
    named = record_fields(settings.city.description(scenario))
    title = record["state_title"]
    lines = [f"{scenario} {id}  {title.get('zh', '')} {record['state']}"]
    lines += [
        f"  {_called(name, named)}: {_plain(value)}"
        for name, value in record["fields"].items()
    ]
    if not record["complete"]:
        lines.append(
            "（其余不公开；用 --as 身份。 The rest is not public: use --as NAME.）"
        )
    settings.give(record, "\n".join(lines))


def _called(name: str, named: dict[str, Any]) -> str:
    title = named.get(name, {}).get("title")
    return f"{title['zh']} {name}" if title else name


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
