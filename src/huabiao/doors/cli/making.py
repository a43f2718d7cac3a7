"""new scenario: a runnable module, its story and its test, to be rewritten."""

import keyword
import re
from importlib import resources
from pathlib import Path

import click

import huabiao
from huabiao.doors.cli.settings import Failed

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TITLE = re.compile(r"(?! )[^\x00-\x1f\x7f\"\\]{1,30}(?<! )")
TEMPLATES = resources.files("huabiao.doors.cli") / "templates"


@click.group()
def new() -> None:
    """新建。 Make something new."""


@new.command()
@click.argument("name")
@click.option("--title", help="中文名称 · the title people see")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="源码目录，默认本仓库 · the checkout, this one by default",
)
def scenario(name: str, title: str | None, into: Path | None) -> None:
    """新建场景：模块、故事、测试。 A scenario's module, its story and its test."""
    if not _NAME.fullmatch(name) or len(name) > 30 or keyword.iskeyword(name):
        raise Failed(
            f"“{name}”不能作场景名：用小写字母、数字和下划线，如 waste_oil。"
            f" {name!r} cannot name a scenario: lower case and underscores, waste_oil."
        )
    if title is not None and not _TITLE.fullmatch(title):
        raise Failed(
            "--title 须为 1 至 30 个字，一行，不含引号与反斜杠。"
            " --title is 1 to 30 characters on one line, no quote, no backslash."
        )
    checkout = into or Path(huabiao.__file__).parents[2]
    camel = "".join(part.capitalize() for part in name.split("_"))
    words = {
        "name": name,
        "title": title or name.replace("_", " "),
        "scenario": camel,
        "record": f"{camel}Case",
    }
    made = {
        checkout / "src/huabiao/scenarios" / f"{name}.py": "scenario",
        checkout / "src/huabiao/stories" / f"{name}.py": "story",
        checkout / "tests/scenarios" / f"test_{name}.py": "test",
    }
    for path in made:
        if path.exists():
            raise Failed(f"{path} 已存在，不覆盖。 {path} exists; it is left alone.")
        if not path.parent.parent.exists():
            raise Failed(
                f"{checkout} 不是华表源码目录，用 --into 指明。"
                f" {checkout} is no checkout of Huabiao; name one with --into."
            )
    for path, template in made.items():
        path.parent.mkdir(exist_ok=True)
        text = (TEMPLATES / f"{template}.txt").read_text("utf-8").format(**words)
        path.write_text(text, "utf-8")
        click.echo(path)
    tests = f"tests/stories tests/scenarios/test_{name}.py"
    click.echo(f"运行测试 run its tests: .venv/bin/python -m pytest {tests}")
