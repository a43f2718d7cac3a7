"""ether deploy, lock, show, claim, take-back: half of an exchange, on Ethereum."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from huabiao.doors.cli.gateway import ethereum, key_option, node_option
from huabiao.doors.cli.settings import Failed, Settings, command

if TYPE_CHECKING:
    from huabiao.services.foreign.ether_lock import EtherLock
    from huabiao.services.foreign.ethereum_account import EthereumAccount

_contract_option = click.option(
    "--contract", required=True, help="合约地址 · the contract's address, 0x…"
)


@click.group()
def ether() -> None:
    """以太坊上的哈希时间锁。 A hash and time lock on Ethereum, for an exchange."""


@contextmanager
def opened(
    node: str, key: Path, contract: str
) -> Iterator[tuple["EtherLock", "EthereumAccount"]]:
    """The contract and the account that pays."""
    from huabiao.services.foreign.ether_lock import EtherLock
    from huabiao.services.foreign.ethereum_account import EthereumAccount, read_key
    from huabiao.services.foreign.ethereum_rpc import EthereumNode

    with EthereumNode(node) as asked:
        lock = EtherLock(asked, octets(contract, 20))
        yield lock, EthereumAccount(asked, read_key(key))


def octets(written: str, size: int) -> bytes:
    """Bytes that a person wrote, 0x in front or not."""
    found = bytes.fromhex(written.removeprefix("0x"))
    if len(found) != size:
        raise Failed(
            f"“{written}”须为 {size} 字节的十六进制。"
            f" {written!r} must be {size} bytes in hexadecimal."
        )
    return found


@command(node_option, key_option)
@ethereum()
def deploy(settings: Settings, node: str, key: Path) -> None:
    """部署锁合约；人人可用。 Deploy the contract; one serves everybody."""
    from huabiao.services.foreign.ether_lock import EtherLock
    from huabiao.services.foreign.ethereum_account import EthereumAccount, read_key
    from huabiao.services.foreign.ethereum_rpc import EthereumNode

    with EthereumNode(node) as asked:
        made = EtherLock.deploy(asked, EthereumAccount(asked, read_key(key)))
    settings.give({"contract": made.address.hex()}, "0x" + made.address.hex())


@command(
    click.argument("taker"),
    click.argument("amount"),
    click.option("--hash", "hash_", help="已有的哈希 · a hash; else a new secret's"),
    click.option("--hours", type=click.FloatRange(0.05, 720), default=24.0),
    _contract_option,
    node_option,
    key_option,
)
@ethereum()
def lock(
    settings: Settings, taker: str, amount: str, hash_: str | None, hours: float,
    contract: str, node: str, key: Path,
) -> None:  # fmt: skip
    """锁定以太币（单位 wei），给对方地址。 Lock AMOUNT wei for an address."""
    from huabiao.crypto.suite import suite

    secret = b"" if hash_ else secrets.token_bytes(32)
    locked = octets(hash_, 32) if hash_ else suite("intl").digest(secret)
    id_, until = secrets.token_bytes(32), int(time.time() + hours * 3_600)
    with opened(node, key, contract) as (held, account):
        held.lock(account, id_, octets(taker, 20), locked, until, int(amount))
    told = {"id": id_.hex(), "hash": locked.hex(), "until": until}
    if secret:
        told["secret"] = secret.hex()
    settings.give(told, "\n".join(f"{name}  {value}" for name, value in told.items()))


@command(click.argument("id_"), _contract_option, node_option, key_option)
@ethereum()
def show(settings: Settings, id_: str, contract: str, node: str, key: Path) -> None:
    """锁的状态；已领取时给出秘密。 How a lock stands; the secret, once it is said."""
    with opened(node, key, contract) as (held, _):
        found, secret = held.held(octets(id_, 32)), held.secret(octets(id_, 32))
    told = {
        "life": found.life, "giver": found.giver.hex(), "taker": found.taker.hex(),
        "amount": found.amount, "hash": found.hash.hex(), "until": found.until,
        "secret": secret.hex() if secret else None,
    }  # fmt: skip
    settings.give(told, "\n".join(f"{name}  {value}" for name, value in told.items()))


@command(
    click.argument("id_"), click.argument("secret"), _contract_option, node_option,
    key_option,
)  # fmt: skip
@ethereum()
def claim(
    settings: Settings, id_: str, secret: str, contract: str, node: str, key: Path
) -> None:
    """在期限前说出秘密，领取。 Say the secret in time: the taker is paid."""
    with opened(node, key, contract) as (held, account):
        held.claim(account, octets(id_, 32), octets(secret, 32))
    settings.give({"claimed": True}, "已领取 · claimed")


@command(click.argument("id_"), _contract_option, node_option, key_option)
@ethereum()
def take_back(
    settings: Settings, id_: str, contract: str, node: str, key: Path
) -> None:
    """期限过后退回。 Give it back after its time."""
    with opened(node, key, contract) as (held, account):
        held.take_back(account, octets(id_, 32))
    settings.give({"taken_back": True}, "已退回 · taken back")


for each in (deploy, lock, show, claim):
    ether.add_command(each)
ether.add_command(take_back, "take-back")
