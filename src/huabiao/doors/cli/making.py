"""
new scenario: a runnable module, its story and its test, to be rewritten.

In a checkout of Huabiao each goes where its kind lies. In any other folder all three
stand side by side: whoever writes a scenario needs the package and no checkout.
"""

import keyword
import re
from importlib import resources
from pathlib import Path

import click

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
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    help="目录，默认当前目录 · the folder, where you stand by default",
)
def scenario(name: str, title: str | None, into: Path) -> None:
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
    camel = "".join(part.capitalize() for part in name.split("_"))
    words = {
        "name": name,
        "title": title or name.replace("_", " "),
        "scenario": camel,
        "record": f"{camel}Case",
    }
    made, tests = _places(into.resolve(), name)
    for path in made:
        if path.exists():
            raise Failed(f"{path} 已存在，不覆盖。 {path} exists; it is left alone.")
    for path, template in made.items():
        path.parent.mkdir(exist_ok=True)
        text = (TEMPLATES / f"{template}.txt").read_text("utf-8").format(**words)
        path.write_text(text, "utf-8")
        click.echo(path)
    click.echo(f"运行测试 run its tests: python -m pytest {tests}")
    if len({path.parent for path in made}) == 1:
        click.echo(
            "装到城市 install it: huabiao call governance propose"
            f" {name} action=install_contract source=@{name}.py --as operator"
        )


def _places(into: Path, name: str) -> tuple[dict[Path, str], str]:
    """Where each file goes and from which template, and what runs the tests."""
    for folder in (into, *into.parents):
        if (folder / "src/huabiao/scenarios").is_dir():
            scenes = folder / "src/huabiao"
            test = folder / "tests/scenarios" / f"test_{name}.py"
            places = {
                scenes / "scenarios" / f"{name}.py": "scenario",
                scenes / "stories" / f"{name}.py": "story",
                test: "test",
            }
            return places, f"tests/stories tests/scenarios/{test.name}"
    places = {
        into / f"{name}.py": "scenario",
        into / f"{name}_story.py": "story",
        into / f"test_{name}.py": "own_test",
    }
    return places, f"test_{name}.py"
