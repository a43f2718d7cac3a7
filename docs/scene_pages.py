"""
Pages of the scenes, drawn when the site is built: a hook of MkDocs.

Each scenario gets a page in both languages from its Description and its story, which is
walked for this in a city in a temporary folder. Nothing is written into `docs/`, and a
new scenario has its page without a line here.
"""

import json
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

from huabiao.client.labels import parameters_of, record_fields, title_of
from huabiao.doors.diagram import diagram
from huabiao.doors.problems import in_language
from huabiao.stories import stories
from huabiao.testing import City, CityGround, Stage

SECTION = "场景"
WORDS = {
    "zh": {
        "lead": "牵头单位", "states": "状态", "operations": "操作",
        "columns": "| 操作 | 谁 | 从 | 到 | 参数 |", "anyone": "任何人",
        "story": "走一遍", "steps": "| 谁 | 操作 | 参数 | 结果 |", "ok": "通过",
        "drawn": "此页由场景说明和故事画出：故事在真的账本上走过一遍，结果即下表。",
        "record": "记录", "fields": "| 字段 | 内容 | 谁能看 | 可列表 |",
        "refusals": "拒绝", "codes": "| 代码 | 说明 |",
        "sight": {"public": "所有人", "parties": "当事方与监管", "supervision": "监管"},
        "commands": "同样的事在命令行上", "source": "故事的源码",
    },
    "en": {
        "lead": "Lead", "states": "States", "operations": "Operations",
        "columns": "| operation | by | from | to | arguments |", "anyone": "anyone",
        "story": "The story", "steps": "| who | operation | arguments | end |",
        "ok": "accepted",
        "drawn": "This page is drawn from the scenario's Description and its story,"
        " which was walked over a real ledger; the table is what came of it.",
        "record": "The record", "fields": "| field | kind | who sees it | lists |",
        "refusals": "Refusals", "codes": "| code | sentence |",
        "sight": {"public": "everyone", "parties": "parties and supervision",
                  "supervision": "supervision"},
        "commands": "The same on the command line", "source": "The story's source",
    },
}  # fmt: skip


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Build from a copy of docs with the scenes in it, and a section that lists them.
    The languages' plugin reads files only where the documentation lies."""
    section = {SECTION: [f"scenes/{name}.md" for name in stories()]}
    if section not in config.nav:
        config.nav.insert(3, section)
    folder = Path(_copy.name) / "docs"
    if Path(config.docs_dir) == folder:  # asked again, for the second language
        return config
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(config.docs_dir, folder)
    config.docs_dir = str(folder)
    (folder / "scenes").mkdir()
    for name in stories():
        stage = walk(name)
        for language, ending in (("zh", "md"), ("en", "en.md")):
            text = page(stage, language)
            (folder / "scenes" / f"{name}.{ending}").write_text(text, "utf-8")
    return config


_copy = tempfile.TemporaryDirectory(prefix="huabiao-docs-")


def walk(name: str) -> Stage:
    """The story, walked."""
    with tempfile.TemporaryDirectory() as folder:
        city = City(Path(folder))
        stage = Stage(name, CityGround(city))
        stories()[name](stage)
        city.close()
        stage.ground = Remembered(stage.ground.description(name))
    return stage


class Remembered:
    """What is left of a ground when its city is closed: the Description."""

    def __init__(self, about: dict[str, Any]) -> None:
        self.about = about

    def description(self, scenario: str) -> dict[str, Any]:
        return self.about


def page(stage: Stage, language: str) -> str:
    """One page as Markdown."""
    about, words = stage.ground.description(stage.scenario), WORDS[language]
    source = Path(f"src/huabiao/stories/{stage.scenario}.py").read_text("utf-8")
    story = "\n".join(_step(step, about, language) for step in stage.steps)
    return f"""# {about["title"][language]}

{about["summary"]}

{words["lead"]}: {about["lead"] or "—"} · `{stage.scenario}`

```text
{about["rundown"]}
```

## {words["states"]}

<div class="scene">{diagram(about)}</div>

## {words["operations"]}

{words["columns"]}
| --- | --- | --- | --- | --- |
{_operations(about, language)}

## {words["record"]}

{words["fields"]}
| --- | --- | --- | --- |
{_fields(about, language)}

## {words["refusals"]}

{words["codes"]}
| --- | --- |
{_refusals(stage, language)}

## {words["story"]}

{words["drawn"]}

{words["steps"]}
| --- | --- | --- | --- |
{story}

## {words["commands"]}

```sh
{_commands(stage)}
```

## {words["source"]}

```python
{source}```
"""


def _operations(about: dict[str, Any], language: str) -> str:
    def named(kind: str, names: list[str]) -> str:
        shown = [about[kind].get(name, {}).get(language, "") for name in names]
        return ", ".join(each or WORDS[language]["anyone"] for each in shown)

    return "\n".join(
        f"| {each['title']} `{name}` | {named('roles', each['by'])}"
        f" | {named('states', each['from'])} | {named('states', each['to'])}"
        f" | {', '.join(_called(p['name'], p, language) for p in each['parameters'])} |"
        for name, each in about["operations"].items()
        if each["manner"] != "answers"
    )


def _called(name: str, facts: dict[str, Any], language: str) -> str:
    """A field or parameter by its word in a language, with the name for commands."""
    word = facts.get("title", {}).get(language, "")
    said = "" if word == name.replace("_", " ") else word
    return f"{said} `{name}`".strip()


def _fields(about: dict[str, Any], language: str) -> str:
    """The record's fields: kind, who sees each, whether lists go by it."""
    fields = record_fields(about)
    sight = WORDS[language]["sight"]

    def seen(name: str) -> str:
        return sight["public" if name in about["public"] else about["visible"]]

    return "\n".join(
        f"| {_called(name, facts, language)} | `{facts['kind']}` | {seen(name)}"
        f" | {'✓' if name in about['indexes'] else ''} |"
        for name, facts in fields.items()
    )


def _refusals(stage: Stage, language: str) -> str:
    """Each refusal that the story met, in the page's language."""
    met = {step.code: step.sentence for step in stage.steps if step.code != "ok"}
    return "\n".join(
        f"| `{code}` | {in_language(sentence, language)} |"
        for code, sentence in sorted(met.items())
    )


def _step(step: Any, about: dict[str, Any], language: str) -> str:
    words, named = WORDS[language], parameters_of(about, step.operation)
    told = "<br>".join(
        f"{title_of(name, named.get(name))[language]} = {_short(value)}"
        for name, value in step.arguments.items()
    )
    end = words["ok"] if step.code == "ok" else f"`{step.code}` {step.sentence}"
    return f"| {step.who} | {step.title} `{step.operation}` | {told} | {end} |"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:16]}…"


def _word(value: object) -> object:
    """An argument as one word of a command; what is no single value is JSON."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _commands(stage: Stage) -> str:
    """The accepted calls of the story's first case, roles before."""
    names = dict.fromkeys(name for name, _ in stage.roles)
    lines = [f"huabiao key new {shlex.quote(name)}" for name in names]
    lines += [
        f"huabiao call governance grant_role demo scenario={stage.scenario}"
        f" role={role} account={shlex.quote(name)} --as operator"
        for name, role in stage.roles
    ]
    first = stage.cases[0].key
    for step in stage.steps:
        if step.code == "ok" and step.case == first:
            words = ["huabiao", "call", stage.scenario, step.operation, step.case]
            words += [
                f"{name}={_word(value)}" for name, value in step.arguments.items()
            ]
            lines.append(shlex.join([*words, "--as", step.who]))
    return "\n".join(lines)
