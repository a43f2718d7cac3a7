"""gateway install, key, deploy, rotate, show, run: a way to Ethereum, its processes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from huabiao.doors.cli.settings import Failed, Settings, command, identity_option

_FILE = click.Path(path_type=Path, dir_okay=False)
node_option = click.option(
    "--node", required=True, envvar="HUABIAO_ETHEREUM",
    help="自己的以太坊节点 · one's own node of Ethereum, such as http://127.0.0.1:8545",
)  # fmt: skip
key_option = click.option(
    "--key", required=True, type=_FILE, help="以太坊密钥文件 · a key file of Ethereum"
)


@click.group()
def gateway() -> None:
    """通往其他链的网关。 Gateways to chains of others."""


@contextmanager
def ethereum() -> Iterator[None]:
    """Around what needs the extra; Failed with what to install where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Failed(
            f"缺少 {error.name}：pip install 'huabiao[ethereum]'。"
            f" {error.name} is missing: pip install 'huabiao[ethereum]'."
        ) from None


@command()
def install(settings: Settings) -> None:
    """构建 geth，供试验（一次，数分钟）。 Build geth to try against, once, minutes."""
    from huabiao.testing.geth import install as build

    path = build(settings.say)
    settings.give({"binary": str(path)}, f"{path} 可用 · is ready")


@command(click.argument("file", type=_FILE))
@ethereum()
def key(settings: Settings, file: Path) -> None:
    """生成以太坊密钥，写入新文件。 Make a key for Ethereum in a new file."""
    from huabiao.services.foreign.ethereum_account import make_key
    from huabiao.services.foreign.statements import address_of

    address = "0x" + address_of(make_key(file).public_key).hex()
    settings.give({"address": address}, address)


@command(
    click.argument("attestors", nargs=-1, required=True),
    click.option("--needed", required=True, type=int, help="N of M"),
    node_option,
    key_option,
)
@ethereum()
def deploy(
    settings: Settings, attestors: tuple[str, ...], needed: int, node: str, key: Path
) -> None:
    """在以太坊上部署网关合约；参数为见证方地址。 Deploy the gateway's contract."""
    from huabiao.services.foreign.contract import encode_call
    from huabiao.services.foreign.ethereum_account import EthereumAccount, read_key
    from huabiao.services.foreign.ethereum_blocks import octets
    from huabiao.services.foreign.ethereum_rpc import EthereumNode

    creation = encode_call(
        "constructor", settings.city.chain, [octets(each) for each in attestors], needed
    )
    with EthereumNode(node) as asked:
        account = EthereumAccount(asked, read_key(key))
        receipt = account.send(None, creation)
        made = {
            "network": f"eip155:{account.network}",
            "contract": str(receipt["contractAddress"]).removeprefix("0x"),
            "start": int(receipt["blockNumber"], 16),
        }
    settings.give(made, "\n".join(f"{name}  {value}" for name, value in made.items()))


@command(click.argument("name"), node_option, key_option)
@ethereum()
def rotate(settings: Settings, name: str, node: str, key: Path) -> None:
    """以守护者身份让对方合约改用本链现任见证方。 Seat there whom our chain seated."""
    from huabiao.services.foreign.ethereum_account import EthereumAccount, read_key
    from huabiao.services.foreign.ethereum_rpc import EthereumNode
    from huabiao.services.foreign.far_side import FarSide
    from huabiao.services.foreign.home_side import HomeSide

    held = HomeSide(settings.city, name).gateway()
    with EthereumNode(node) as asked:
        far = FarSide(asked, held.contract)
        account = EthereumAccount(asked, read_key(key))
        if far.round + 1 != held.round:
            raise Failed(
                f"对方为第 {far.round} 届，本链为第 {held.round} 届；应正好落后一届。"
                f" Round {far.round} sits there and {held.round} here: it must be one"
                " behind."
            )
        if not far.frozen:
            far.send(account, "freeze", f"round {held.round}")
        far.send(account, "rotate", list(held.attestors.values()), held.needed, b"")
    settings.give({"round": held.round}, f"第 {held.round} 届 · round {held.round}")


@command(click.argument("name"))
def show(settings: Settings, name: str) -> None:
    """网关的状态、信任模型与在途消息。 A gateway, its trust, what is under way."""
    from huabiao.services.foreign.telling import told_of

    told = told_of(settings.city, name)
    settings.give(told.document, told.text)


@command(
    click.argument("name"),
    click.option("--attest/--no-attest", default=True, help="见证 · attest"),
    click.option("--carry/--no-carry", default=True, help="搬运 · carry"),
    click.option("--every", type=click.FloatRange(0.05, 3_600), default=2.0,
                 help="间隔秒数 · seconds between two looks"),
    node_option,
    key_option,
    identity_option(required=True),
)  # fmt: skip
@ethereum()
def run(
    settings: Settings, name: str, attest: bool, carry: bool, every: float, node: str,
    key: Path, identity: str,
) -> None:  # fmt: skip
    """见证并搬运，直到被停止。 Attest and carry until told to stop."""
    from huabiao.services.foreign import running
    from huabiao.services.foreign.attesting import Attestor
    from huabiao.services.foreign.carrying import Carrier
    from huabiao.services.foreign.ethereum_account import EthereumAccount, read_key
    from huabiao.services.foreign.ethereum_rpc import EthereumNode
    from huabiao.services.foreign.far_side import FarSide
    from huabiao.services.foreign.home_side import HomeSide

    keys = settings.keys(identity)
    home = HomeSide(settings.city, name, keys, keys.account)
    secret, stop = read_key(key), threading.Event()
    with EthereumNode(node) as asked:
        far = FarSide(asked, home.gateway().contract)
        account = EthereumAccount(asked, secret)
        workers: list[Any] = []
        if attest:
            workers.append(Attestor(home, far, secret, click.echo))
        if carry:
            workers.append(Carrier(home, far, account, click.echo))
        if not workers:
            raise Failed("没有要做的事。 There is nothing to do: --attest or --carry.")
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: stop.set())
        settings.say(f"网关 gateway {name} · 0x{account.address.hex()}")
        running.run(workers, every, stop, click.echo)


for each in (install, key, deploy, rotate, show, run):
    gateway.add_command(each)
