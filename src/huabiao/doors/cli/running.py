"""up, status, trust and replay: a node of one's own, and what it says of itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from huabiao.crypto.suite import SUITES
from huabiao.doors.cli.read_model import INDEX_URL, use_index
from huabiao.doors.cli.settings import DEFAULT_HOME, Settings, as_failure, command

_HOME = click.option(
    "--home",
    envvar="HUABIAO_HOME",
    default=DEFAULT_HOME,
    type=click.Path(path_type=Path, file_okay=False),
    help="节点文件夹 · the node's folder",
)


@click.command()
@_HOME
@click.option(
    "--port",
    envvar="PORT",
    type=click.IntRange(1, 65_535),
    help="端口，默认 8080 · port",
)
@click.option("--suite", type=click.Choice(SUITES), help="创世时选定 · at genesis")
@click.option(
    "--engine",
    type=click.Choice(["embedded", "cometbft"]),
    help="谁给区块排序 · who orders the blocks",
)
@click.option(
    "--validators",
    type=click.IntRange(1, 32),
    help="本机上的单位数 · organisations on this machine (cometbft)",
)
@click.option(
    "--districts",
    metavar="NAME[:SUITE][:PORT],…",
    help="区级链，如 haidian,朝阳:sm · chains of districts beside the city's own",
)
@click.option(
    "--story",
    type=click.Choice(["day", "none"]),
    default="none",
    help="day 演示一天 · play a day, or none",
)
@click.option(
    "--signer",
    envvar="HUABIAO_SIGNER",
    help="成员密钥另在何处：unix:路径 或 pkcs11:… · where the member's key is kept",
)
@INDEX_URL
@click.option("--json", "as_json", is_flag=True, help="一个 JSON · one JSON object")
def up(
    home: Path,
    port: int | None,
    suite: str | None,
    engine: str | None,
    validators: int | None,
    districts: str | None,
    story: str,
    signer: str | None,
    index_url: str | None,
    as_json: bool,
) -> None:
    """启动城市并持续服务。 Bring up a city and serve it until told to stop."""
    try:
        use_index(index_url)
        from huabiao.node.districts import has_districts

        if districts is not None or has_districts(home):
            _check_one_process(engine, validators, signer, index_url)
            from huabiao.node.levels import run_levels

            code = run_levels(home, districts, port, suite, story, as_json)
        elif _holds_many(home, engine, validators):
            _check_one_index(index_url)
            from huabiao.node.many import run_many

            code = run_many(home, validators or 0, port or 8080, suite, story, as_json)
        else:
            from huabiao.node.serving import run

            code = run(home, port, suite, story, as_json, signer)
        raise SystemExit(code)
    except Exception as error:
        raise as_failure(error) from error


def _check_one_process(
    engine: str | None, validators: int | None, signer: str | None, index: str | None
) -> None:
    if engine == "cometbft" or validators or signer or index:
        raise ValueError(
            "市区两级在一个进程里运行，不与 --validators、--engine cometbft、--signer、"
            "--index 同用；各单位分机部署时逐个启动。"
            " Both levels run in one process, without --validators, --engine cometbft,"
            " --signer or --index: start each node by itself for those."
        )


def _check_one_index(index_url: str | None) -> None:
    if index_url:
        raise ValueError(
            "多个节点不能共用一个读模型；请逐个启动，各用一个数据库。"
            " Several nodes cannot share one read model: start each by itself, with a"
            " database of its own."
        )


def _holds_many(home: Path, engine: str | None, validators: int | None) -> bool:
    """Whether the folder is for several nodes; ValueError if it is one of the other
    kind."""
    if (home / "node.toml").exists():
        return False
    network = any(home.glob("*/node.toml"))
    if network and engine == "embedded":
        raise ValueError(
            f"{home} 是多单位网络；请另选文件夹，或用 --engine cometbft。"
            f" {home} holds a network of organisations: choose another folder, or"
            " --engine cometbft."
        )
    many = network or engine == "cometbft" or bool(validators)
    if many and (home / "genesis").exists():
        raise ValueError(
            f"{home} 是单进程引擎的一座城，不能改为多单位网络；请用 --home 另选文件夹。"
            f" {home} holds a city on the embedded engine, which cannot become a"
            " network: choose another folder with --home."
        )
    return many


@command()
def status(settings: Settings) -> None:
    """高度、引擎、套件、成员、状态根。 Height, engine, suite, members, state root."""
    found = settings.city.status()
    members = ", ".join(member["name"] for member in found["members"])
    text = (
        f"链 chain   {found['chain']}\n高度 height  {found['height']}\n"
        f"引擎 engine  {found['engine']}\n套件 suite   {found['suite']}\n"
        f"成员 members {members}\n状态根 root  {found['state_root']}\n"
        f"版本 version {found['version']}"
    )
    text = "\n".join([text, *_operating(found)])
    settings.give({**found, "url": settings.url}, text)


def _operating(found: dict[str, Any]) -> Iterator[str]:
    """What an operator asks first: the disk, who is connected, how far behind."""
    yield f"磁盘 disk    {found['disk_free'] // 2**20} MiB 可用 · free"
    if found["engine"] == "cometbft":
        yield f"交易池 pool  {found['pool']}"
        lag = f"落后 {found['lag']} · behind by {found['lag']}"
        yield f"引擎高度 order {found['order']}，{lag}"
        names = ", ".join(sorted({peer["name"] for peer in found["peers"]})) or "—"
        yield f"已连接 peers {len(found['peers'])}: {names}"
        if found["catching_up"]:
            yield "正在追赶 · catching up"
        yield f"距上一区块 last block {found['last_block_s']:.0f} s"
    for alert in found["alerts"]:
        yield f"警报 alert   {alert}"


@command(
    click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(path_type=Path),
        help="文件 · file",
    )
)
def trust(settings: Settings, output: Path) -> None:
    """导出核验所需的成员名单。 Export the members that a verifier starts from."""
    found = settings.city.get("/api/trust")
    output.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    settings.give({**found, "file": str(output)}, str(output))


@click.command()
@_HOME
@click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    help="已清理的节点：其归档 · a pruned node's archive",
)
@click.option("--json", "as_json", is_flag=True, help="一个 JSON · one JSON object")
def replay(home: Path, archive: Path | None, as_json: bool) -> None:
    """从日志重新执行，核对每个根与证书。 Run the log again; check every root."""
    from huabiao.node.replaying import replay as run_again

    try:
        found = run_again(home, None if as_json else click.echo, archive)
    except Exception as error:
        raise as_failure(error) from error
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(found["sentence"])
    if not found["ok"]:
        raise click.exceptions.Exit(1)
