"""index rebuild: the read model of a stopped node, built anew from its log."""

import json
import os
from pathlib import Path

import click

from huabiao.doors.cli.settings import DEFAULT_HOME, as_failure

INDEX_URL = click.option(
    "--index-url",
    envvar="HUABIAO_INDEX",
    metavar="postgresql://…",
    help="读模型所在的 PostgreSQL；默认 SQLite · the read model's database",
)


def use_index(url: str | None) -> None:
    """Let this process and the ones that it starts keep the read model there."""
    if url:
        os.environ["HUABIAO_INDEX"] = url


@click.group()
def index() -> None:
    """读模型。 The read model."""


@index.command()
@click.option(
    "--home",
    envvar="HUABIAO_HOME",
    default=DEFAULT_HOME,
    type=click.Path(path_type=Path, file_okay=False),
    help="停机节点的文件夹 · a stopped node's folder",
)
@INDEX_URL
@click.option("--json", "as_json", is_flag=True, help="一个 JSON · one JSON object")
def rebuild(home: Path, index_url: str | None, as_json: bool) -> None:
    """由日志重建读模型。 Build the read model of a stopped node from its log."""
    from huabiao.node.rebuilding import rebuild as build

    use_index(index_url)
    try:
        found = build(home, None if as_json else click.echo)
    except Exception as error:
        raise as_failure(error) from error
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else found["sentence"])
    if not found["ok"]:
        raise click.exceptions.Exit(1)
