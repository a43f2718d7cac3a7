"""
An atomic exchange between ether on geth and a value on our chain, by the commands: both
are paid, or both have their own back. Neither side believes anything of the other.

An has 100 points here and wants ether; Bo has ether and wants the points. An draws the
secret and locks first, for longer.
"""

import json
import time

import pytest
from click.testing import CliRunner
from coincurve import PrivateKey
from served_city import wait_until

from huabiao.client.signing import call
from huabiao.codec import Instant
from huabiao.crypto.suite import suite
from huabiao.doors.cli import main
from huabiao.services.foreign.ether_lock import EtherLock
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.testing.geth.node import ETHER

pytestmark = pytest.mark.long

MINUTE_MS = 60_000
SECRET = suite("intl").digest(b"drawn by an")
HASH = suite("intl").digest(SECRET)


class Deal:
    """An's points and Bo's ether under the same hash."""

    def __init__(self, city, geth, folder, name) -> None:
        self.city, self.geth, self.name = city, geth, name
        self.an, self.bo = PrivateKey(), PrivateKey()
        self.files = {}
        for who, key in (("an", self.an), ("bo", self.bo)):
            account = EthereumAccount(geth.node, key)
            geth.pay(account.address, 10)
            self.files[who] = folder / who
            self.files[who].write_text(key.secret.hex())
        self.purse = EthereumAccount(geth.node, self.an).address
        self.contract = self.ether("deploy", "bo")["contract"]

    def ether(self, *words: str) -> dict:
        """`huabiao ether` as one of both: the last word says who."""
        *words, who = words
        given = [*words, "--node", self.geth.url, "--key", str(self.files[who])]
        if words[0] != "deploy":
            given += ["--contract", self.contract]
        told = CliRunner().invoke(main, ["ether", *given, "--json"])
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    def act(self, who: str, operation: str, **given):
        made = call("exchanges", operation, self.name, **given)
        return self.city.remote().send(self.city.keys(who), made)

    def lock_points(self, until: int) -> None:
        """An issues 100 points of the own, entrusts and locks them for Bo."""
        city, an = self.city, self.city.keys("an")
        city.grant("transfers", "issuer", "an")
        outcome = city.remote().send(
            an,
            call("transfers", "register", self.name, name="points"),
            call("transfers", "issue", self.name, to=an.account, amount=100),
            call("transfers", "entrust", self.name, denomination=self.name, amount=100,
                 trustee="exchanges"),
            call("exchanges", "lock", self.name, taker=city.keys("bo").account,
                 lock=HASH, until=until, digest_of="intl"),
        )  # fmt: skip
        assert outcome.accepted, outcome

    def lock_ether(self, hours: float) -> str:
        words = ("lock", self.purse.hex(), str(ETHER), "--hash", HASH.hex())
        return self.ether(*words, "--hours", str(hours), "bo")["id"]

    def points(self, who: str) -> int:
        account = self.city.keys(who).account.hex()
        stored = self.city.node.port.read(f"transfers/books/{account}@{self.name}")
        from huabiao.codec import decode

        return decode(stored)[0] if stored else 0

    def balance(self, key: PrivateKey) -> int:
        address = EthereumAccount(self.geth.node, key).address
        return self.geth.node.number("eth_getBalance", "0x" + address.hex(), "latest")


def now() -> int:
    return int(time.time() * 1000)


def test_the_secret_pays_both(town, tmp_path):
    deal = Deal(*town, tmp_path, "paid")
    deal.lock_points(now() + 120 * MINUTE_MS)
    record = town[0].remote().get("/api/scenarios/exchanges/records/paid")["fields"]
    assert bytes.fromhex(record["lock"]) == HASH and record["amount"] == 100
    id_ = deal.lock_ether(1)
    assert deal.ether("show", id_, "an")["hash"] == HASH.hex()
    assert deal.act("bo", "claim", secret=HASH).code == "exchange.secret"
    before = deal.balance(deal.an)
    deal.ether("claim", id_, SECRET.hex(), "an")
    assert deal.balance(deal.an) > before + ETHER // 2  # less the gas
    said = deal.ether("show", id_, "bo")["secret"]
    assert deal.act("bo", "claim", secret=bytes.fromhex(said)).accepted
    assert (deal.points("an"), deal.points("bo")) == (0, 100)
    assert deal.act("an", "take_back").code == "state.wrong"


def test_nobody_says_it_and_both_have_their_own_back(town, tmp_path):
    deal = Deal(*town, tmp_path, "back")
    until = now() + MINUTE_MS + 5_000
    deal.lock_points(until)
    before = deal.balance(deal.bo)
    id_ = deal.lock_ether(0.05)
    assert deal.balance(deal.bo) < before - ETHER
    assert deal.act("an", "take_back").code == "exchange.running"
    lock = EtherLock(deal.geth.node, bytes.fromhex(deal.contract))
    ends = lock.held(bytes.fromhex(id_)).until
    while int((deal.geth.node.block("latest") or {})["timestamp"], 16) < ends:
        deal.geth.blocks(8)
    deal.ether("take-back", id_, "bo")
    assert deal.balance(deal.bo) > before - ETHER // 2
    while now() < until:
        time.sleep(1)
    wait_until(lambda: deal.act("an", "take_back").accepted)
    assert (deal.points("an"), deal.points("bo")) == (100, 0)
    assert deal.act("bo", "claim", secret=SECRET).code == "state.wrong"
    assert (
        Instant.parse(
            town[0]
            .remote()
            .get("/api/scenarios/exchanges/records/back")["fields"]["until"]
        )
        == until
    )
