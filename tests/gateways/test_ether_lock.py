"""
Half of an exchange by hash and time lock on a real geth; the hash is our digest.

Nothing of the other chain is believed: what moves is moved by a secret, or by time.
"""

import json
from collections.abc import Iterator
from hashlib import sha256

import pytest
from click.testing import CliRunner
from coincurve import PrivateKey

from huabiao.crypto.suite import suite
from huabiao.doors.cli import main
from huabiao.services.foreign.ether_lock import EtherLock
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.services.foreign.ethereum_rpc import NodeRefused
from huabiao.testing.geth.node import ETHER, Geth, running_geth
from huabiao.testing.ports import free_port

pytestmark = pytest.mark.long

SECRET = sha256(b"secret").digest()
HASH = suite("intl").digest(SECRET)
TAKER = bytes(range(1, 21))
MINUTES = 60


class Bank:
    """A geth, the contract, somebody rich."""

    def __init__(self, geth: Geth) -> None:
        self.geth = geth
        self.secret = PrivateKey()
        self.giver = EthereumAccount(geth.node, self.secret)
        geth.pay(self.giver.address, 100)
        self.lock = EtherLock.deploy(geth.node, self.giver)

    def now(self) -> int:
        return int((self.geth.node.block("latest") or {})["timestamp"], 16)

    def locked(self, name: str, seconds: int = 10 * MINUTES) -> bytes:
        id_, until = sha256(name.encode()).digest(), self.now() + seconds
        self.lock.lock(self.giver, id_, TAKER, HASH, until, ETHER)
        return id_

    def balance(self, address: bytes) -> int:
        return self.geth.node.number("eth_getBalance", "0x" + address.hex(), "latest")

    def pass_time(self, until: int) -> None:
        while self.now() < until:
            self.geth.blocks(8)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    folder = tmp_path_factory.mktemp("geth")
    with running_geth(folder, free_port()) as geth:
        yield Bank(geth)


def test_the_secret_pays_the_taker_and_is_read_by_everybody(bank):
    id_, before = bank.locked("claimed"), bank.balance(TAKER)
    held = bank.lock.held(id_)
    assert (held.taker, held.amount, held.hash) == (TAKER, ETHER, HASH)
    with pytest.raises(NodeRefused):
        bank.lock.claim(bank.giver, id_, HASH)
    with pytest.raises(NodeRefused):
        bank.lock.take_back(bank.giver, id_)
    assert bank.lock.secret(id_) is None
    bank.lock.claim(bank.giver, id_, SECRET)
    assert bank.balance(TAKER) == before + ETHER
    assert bank.lock.secret(id_) == SECRET and bank.lock.held(id_).life == "claimed"
    with pytest.raises(NodeRefused):
        bank.lock.claim(bank.giver, id_, SECRET)


def test_after_its_time_it_goes_back_and_no_secret_helps(bank):
    id_ = bank.locked("late", 90)
    before, until = bank.balance(TAKER), bank.lock.held(id_).until
    bank.pass_time(until)
    with pytest.raises(NodeRefused):
        bank.lock.claim(bank.giver, id_, SECRET)
    mine = bank.balance(bank.giver.address)
    bank.lock.take_back(bank.giver, id_)
    assert bank.balance(TAKER) == before and bank.lock.secret(id_) is None
    assert bank.balance(bank.giver.address) > mine + ETHER // 2  # less the gas
    assert bank.lock.held(id_).life == "taken back"
    with pytest.raises(NodeRefused):
        bank.lock.take_back(bank.giver, id_)


def test_an_exchange_by_the_commands(bank, tmp_path):
    key = tmp_path / "key"
    key.write_text(bank.secret.secret.hex())
    common = ("--node", bank.geth.url, "--key", str(key))
    contract = ("--contract", run("deploy", *common)["contract"], *common)
    made = run("lock", TAKER.hex(), str(ETHER), *contract)
    assert suite("intl").digest(bytes.fromhex(made["secret"])).hex() == made["hash"]
    assert run("show", made["id"], *contract)["life"] == "locked"
    assert run("claim", made["id"], made["secret"], *contract)["claimed"]
    shown = run("show", made["id"], *contract)
    assert (shown["life"], shown["secret"]) == ("claimed", made["secret"])
    late = CliRunner().invoke(main, ["ether", "take-back", made["id"], *contract])
    assert late.exit_code == 1


def run(*words: str) -> dict:
    told = CliRunner().invoke(main, ["ether", *words, "--json"])
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


@pytest.mark.parametrize(
    "spoilt", ["id taken", "nobody", "nothing", "too short", "too long"]
)
def test_what_cannot_be_locked(spoilt, bank):
    given = {
        "id_": sha256(spoilt.encode()).digest(), "taker": TAKER, "hash_": HASH,
        "until": bank.now() + 10 * MINUTES, "wei": ETHER,
    }  # fmt: skip
    now = bank.now()
    changes = {
        "id taken": {"id_": bank.locked(f"taken {spoilt}")},
        "nobody": {"taker": bytes(20)},
        "nothing": {"wei": 0},
        "too short": {"until": now + 10},
        "too long": {"until": now + 31 * 86_400},
    }
    with pytest.raises(NodeRefused):
        bank.lock.lock(bank.giver, **{**given, **changes[spoilt]})
