"""engine install, engine next-key, network init, network join: an engine to run on,
and a network to run in."""

import json
from pathlib import Path

import click

from huabiao.doors.cli.settings import Settings, as_failure, command

_JSON = click.option(
    "--json", "as_json", is_flag=True, help="一个 JSON · one JSON object"
)


@click.group()
def engine() -> None:
    """多单位共识引擎。 The engine of many organisations."""


@engine.command("install")
@_JSON
def install(as_json: bool) -> None:
    """构建 CometBFT（一次，约两分钟）。 Build CometBFT, once, in about two minutes."""
    from huabiao.node.engine_of import install_engine

    try:
        path = install_engine(lambda line: click.echo(line, err=as_json))
    except Exception as error:
        raise as_failure(error) from error
    if as_json:
        click.echo(json.dumps({"binary": str(path)}))
    else:
        click.echo(f"{path} 可用 · is ready")


@command()
def next_key(settings: Settings) -> None:
    """生成下一把投票密钥，供更换之用。 Make the next voting key; rotate to it."""
    from huabiao.node.engine_of import next_voting_key

    try:
        public = next_voting_key(settings.home).hex()
    except Exception as error:
        raise as_failure(error) from error
    settings.give({"engine_key": public}, public)


engine.add_command(next_key, "next-key")


@click.group()
def network() -> None:
    """多单位网络。 A network of organisations."""


@network.command("join")
@click.argument("url")
@click.option("--name", required=True, help="单位名称 · the organisation's name")
@click.option("--host", default="127.0.0.1", help="他人如何到达 · how others reach it")
@click.option("--door", default=8080, type=click.IntRange(1, 65_535))
@click.option("--p2p", default=26_656, type=click.IntRange(1, 65_535))
@click.option("--rpc", default=26_657, type=click.IntRange(1, 65_535))
@click.option(
    "--snapshot-from",
    multiple=True,
    help="成员引擎的 RPC 地址，由快照开始 · host:port of a member's engine RPC",
)
@click.option("--genesis-hash", default="", help="由发起单位另行告知 · told beforehand")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="本单位的文件夹 · this organisation's folder",
)
@_JSON
def join(
    url: str, name: str, host: str, door: int, p2p: int, rpc: int,
    snapshot_from: tuple[str, ...], genesis_hash: str, output: Path, as_json: bool,
) -> None:  # fmt: skip
    """跟随一个运行中的网络，随后可申请席位。 Follow a running network, then apply."""
    from huabiao.node.deploying import write_unit
    from huabiao.node.home import Home
    from huabiao.node.joining import join as follow
    from huabiao.node.network import Organisation

    about = Organisation(name, host, p2p=p2p, rpc=rpc, door=door, votes=False)
    try:
        found = follow(url, output, about, genesis_hash, snapshot_from)
        write_unit(Home(output))
    except Exception as error:
        raise as_failure(error) from error
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(
        f"链 chain {found['chain']} · 创世 genesis {found['genesis_hash']}\n"
        f"引擎公钥 engine key {found['engine_key']}\n"
        f"运行 huabiao up --home {output}，追上后申请席位："
        " start it, and apply for a seat when it has caught up:\n"
        f"huabiao member apply {name} --power 1 --key {output}/member.json"
        f" --engine-key {found['engine_key']} --as operator --home {output}"
    )


@network.command("init")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="各单位文件夹所在 · where the folders go",
)
@_JSON
def init(file: Path, output: Path, as_json: bool) -> None:
    """按一个短文件生成各单位的文件夹。 Write each organisation's folder."""
    from huabiao.node.deploying import write_deployment
    from huabiao.node.network import lay_out, read_network

    try:
        laid = lay_out(read_network(file), output)
        write_deployment(laid, output)
    except Exception as error:
        raise as_failure(error) from error
    found = [
        {
            "organisation": each.organisation.name,
            "home": str(each.home.folder),
            "door": f"http://{each.organisation.host}:{each.organisation.door}",
            "votes": each.organisation.votes,
        }
        for each in laid
    ]
    if as_json:
        click.echo(json.dumps({"nodes": found}, ensure_ascii=False))
        return
    for each in found:
        click.echo(f"{each['organisation']} · {each['home']} · {each['door']}")
    click.echo(
        "把每个文件夹带到该单位的机器，先 huabiao doctor --home 文件夹，再"
        " huabiao up --home 文件夹；长期运行见其中的 huabiao.service 或 compose.yaml。"
        " Carry each folder to its organisation's machine: huabiao doctor, then huabiao"
        " up --home FOLDER; huabiao.service in it or compose.yaml keep it running."
    )
