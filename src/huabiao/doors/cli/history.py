"""archive, prune, backup, restore: old blocks, and a machine that was lost."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from huabiao.doors.cli.settings import DEFAULT_HOME, as_failure

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_HOME = click.option(
    "--home",
    envvar="HUABIAO_HOME",
    default=DEFAULT_HOME,
    type=_FOLDER,
    help="节点文件夹 · the node's folder",
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="一个 JSON · one JSON object"
)
_BEFORE = click.option(
    "--before", type=click.IntRange(2), help="只到此高度之前 · only blocks below it"
)


def _run(as_json: bool, work: Callable[[Any], dict[str, Any]]) -> None:
    """Do it, give its sentence or its JSON; exit 1 where it says that it failed."""
    try:
        found = work(None if as_json else click.echo)
    except Exception as error:
        raise as_failure(error) from error
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(found["sentence"])
    if not found.get("ok", True):
        raise click.exceptions.Exit(1)


@click.group(invoke_without_command=True)
@_HOME
@click.option("-o", "--output", type=_FOLDER, help="归档文件夹 · the archive's folder")
@_BEFORE
@_JSON
@click.pass_context
def archive(
    ctx: click.Context,
    home: Path,
    output: Path | None,
    before: int | None,
    as_json: bool,
) -> None:
    """把区块与证书写入归档，接着上次继续。 Archive blocks, from where it ended."""
    if ctx.invoked_subcommand is not None:
        return
    if output is None:
        raise click.UsageError("须有 -o 归档文件夹。 Name the folder with -o.")
    from huabiao.node.history.archiving import archive as write

    _run(as_json, lambda say: write(home, output, before, say))


@archive.command("verify")
@click.argument("folder", type=_FOLDER)
@click.option(
    "--trust",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="信任文件 · TRUST.json",
)
@_JSON
def verify(folder: Path, trust: Path, as_json: bool) -> None:
    """离线核验归档，无需节点和网络。 Verify with no node or network; exit 0 or 1."""
    from huabiao.node.history.checking import verify_archive

    _run(as_json, lambda say: verify_archive(folder, trust.read_text("utf-8"), say))


@archive.command("proof")
@click.argument("folder", type=_FOLDER)
@click.argument("id_", metavar="ID")
@click.option("-o", "--output", required=True, type=_FILE, help="文件 · file")
@_JSON
def proof(folder: Path, id_: str, output: Path, as_json: bool) -> None:
    """由归档取回执或存证的证明。 The proof of a receipt or a notarised file."""
    from huabiao.node.history.archive_proofs import prove

    def work(say: Any) -> dict[str, Any]:
        content, height = prove(folder, id_, say)
        output.write_bytes(content)
        return {
            "file": str(output),
            "height": height,
            "bytes": len(content),
            "sentence": f"{output}：高度 {height}，{len(content)} 字节 · bytes",
        }

    _run(as_json, work)


@archive.command("put-back")
@click.argument("folder", type=_FOLDER)
@_HOME
@_JSON
def put_back(folder: Path, home: Path, as_json: bool) -> None:
    """把归档的区块放回停机的节点。 Lay archived blocks back into a stopped home."""
    from huabiao.node.history.putting_back import put_back as lay

    _run(as_json, lambda say: lay(home, folder, say))


@click.command()
@_HOME
@click.option("--keep", type=click.IntRange(1), help="保留最近几块 · blocks kept")
@_BEFORE
@click.option("--archived", type=_FOLDER, help="持有这些区块的归档 · who holds them")
@click.option("--i-have-another-copy", "other_copy", is_flag=True)
@click.option("--where", default="", help="告诉询问者去何处取 · what askers are told")
@_JSON
def prune(
    home: Path,
    keep: int | None,
    before: int | None,
    archived: Path | None,
    other_copy: bool,
    where: str,
    as_json: bool,
) -> None:
    """清理停机节点中已归档的旧区块。 Remove archived blocks of a stopped node."""
    if (keep is None) == (before is None):
        raise click.UsageError("须有 --keep 或 --before。 Give one of them.")
    from huabiao.node.history.pruning import Wish
    from huabiao.node.history.pruning import prune as remove

    wish = Wish(keep, before, archived, other_copy, where)
    _run(as_json, lambda say: remove(home, wish, say))


@click.command()
@_HOME
@click.option("-o", "--output", required=True, type=_FILE, help="文件 · file")
@_JSON
def backup(home: Path, output: Path, as_json: bool) -> None:
    """备份运行中的节点，无需停机。 Back up a node while it runs."""
    from huabiao.node.history.backing_up import backup as save

    _run(as_json, lambda say: save(home, output, say))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--home", required=True, type=_FOLDER, help="新文件夹 · a new folder")
@click.option("--archive", type=_FOLDER, help="一并放回归档 · older blocks too")
@_JSON
def restore(file: Path, home: Path, archive: Path | None, as_json: bool) -> None:
    """由备份恢复节点，核对每个摘要。 A home from a backup; every digest compared."""
    from huabiao.node.history.restoring import restore as lay_out

    _run(as_json, lambda say: lay_out(file, home, archive, say))
