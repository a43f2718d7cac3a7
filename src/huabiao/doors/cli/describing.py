"""
A contract in words, for `scenarios NAME` and `call NAME OPERATION --help`.

Drawn from the Description that the running city holds: each field and parameter by its
label, with the name and the kind that a command is written with.
"""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from huabiao.doors.cli.settings import Settings

Json = dict[str, Any]


class CallCommand(click.Command):
    """Asked for help behind a scenario and an operation, tells of that operation."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(name in args for name in ctx.help_option_names):
            values, _, _ = self.make_parser(ctx).parse_args(list(args))
            for parameter in self.params:
                name = str(parameter.name)
                values[name] = values.get(name) or parameter.value_from_envvar(ctx)
            told = _operation_asked(values)
            if told:
                click.echo(told)
                ctx.exit()
        return super().parse_args(ctx, args)


def _operation_asked(values: Json) -> str:
    """What the running city says of an operation; empty where it says nothing."""
    from huabiao.doors.cli.settings import settings_of

    scenario, operation = values.get("scenario"), values.get("operation")
    if not (isinstance(scenario, str) and isinstance(operation, str)):
        return ""
    settings = settings_of(values.get("home"), values.get("url"))
    try:
        facts = settings.city.description(scenario)["operations"][operation]
    except Exception:  # the general help says what there is to know then
        return ""
    head = f"huabiao call {scenario} {operation}{' ID' if facts['keyed'] else ''}"
    return "\n".join([head, *operation_lines(operation, facts)])


def scenario_text(settings: "Settings", name: str) -> tuple[Json, str]:
    """A Description, and the same in words."""
    about = settings.city.description(name)
    lines = [f"{name}  {about['title']['zh']} · {about['title']['en']}"]
    for record, facts in about["records"].items():
        main = "  （记录 · the record）" if record == about["record"] else ""
        lines += ["", record + main]
        lines += [_named(field, each) for field, each in facts["fields"].items()]
    for operation, facts in about["operations"].items():
        if facts["manner"] != "answers":
            lines += ["", *operation_lines(operation, facts)]
    return about, "\n".join(lines)


def operation_lines(name: str, facts: Json) -> list[str]:
    """An operation: its title, its docstring, and a line for each parameter."""
    title = facts["title"] or name
    by = ", ".join(facts["by"])
    lines = [f"{name}  {title}  （{by}）", f"  {facts['doc'].splitlines()[0]}"]
    return lines + [_named(each["name"], each) for each in facts["parameters"]]


def _named(name: str, facts: Json) -> str:
    title = facts.get("title")
    called = f"  {title['zh']} · {title['en']}" if title else ""
    free = "" if facts.get("required", True) else "  可省 · optional"
    return f"    {name}{called}  {facts['kind']}{free}"
