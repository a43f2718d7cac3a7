"""signer: a process of its own that holds a header key, so that no node does."""

import signal
from pathlib import Path
from typing import Any

import click

from huabiao.doors.cli.settings import DEFAULT_HOME, as_failure

_JSON = click.option(
    "--json", "as_json", is_flag=True, help="一个 JSON · one JSON object"
)


@click.group()
def signer() -> None:
    """签名进程与密码模块。 Signer processes and tokens."""


@signer.command()
@click.option("--key", required=True, help="密钥文件或 pkcs11: · a key file or pkcs11:")
@click.option(
    "--socket",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="套接字路径 · the socket's path",
)
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="签过什么记在这里，绝不能删 · what was signed; never remove it",
)
@click.option("--chain", default="", help="只为此链 · for this chain only")
@click.option("--owner", type=int, help="套接字交给哪个用户号 · the node's user id")
@click.option(
    "--home",
    envvar="HUABIAO_HOME",
    default=DEFAULT_HOME,
    type=click.Path(path_type=Path, file_okay=False),
    help="口令所在 · where the passphrase is",
)
def serve(
    key: str, path: Path, state: Path, chain: str, owner: int | None, home: Path
) -> None:
    """持有密钥，只签合规的区块头与席位。 Hold a key; sign headers and seats only."""
    from huabiao.client.wallets import passphrase
    from huabiao.crypto.stores.reference import open_key
    from huabiao.services.signer.guard import Guard
    from huabiao.services.signer.server import SignerServer

    try:
        opened = open_key(key, lambda: passphrase(home))
        guard = Guard(opened, state, chain)
        server = SignerServer(guard, path, owner)
    except Exception as error:
        raise as_failure(error) from error

    def stop(*_: Any) -> None:
        server.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    click.echo(f"签名进程就绪 · signer ready: {path} · {opened.public.hex()[:16]}…")
    try:
        server.serve()
    finally:
        guard.close()


@signer.command()
@click.argument("reference")
@click.option("--make", is_flag=True, help="在令牌中生成 · make it in the token")
@click.option("--ends", default="", help="截止日 · last day, 2028-11-24")
@_JSON
def show(reference: str, make: bool, ends: str, as_json: bool) -> None:
    """看 unix: 或 pkcs11: 处的密钥。 What key is at unix: or pkcs11:."""
    import json

    from huabiao.crypto.stores.reference import is_path, open_key

    try:
        if make:
            from huabiao.crypto.stores.pkcs11_token import make_token_key

            make_token_key(reference, ends)
        if is_path(reference):
            raise ValueError(
                "须为 unix: 或 pkcs11: 开头。 It begins with unix: or pkcs11:."
            )
        key = open_key(reference, str)
    except Exception as error:
        raise as_failure(error) from error
    found = {
        "name": key.name,
        "suite": key.suite_name,
        "public": key.public.hex(),
        "ends": key.ends,
    }
    text = "  ".join(each or "—" for each in found.values())
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else text)
