"""
Messages both ways between a served city and a real geth, with what can go wrong.

geth's clock is ours; where it makes blocks quickly, its time runs ahead of it.
"""

import pytest
from ethereum_town import CONFIRMATIONS, RECEIVER, Gate, soon
from log_process import Log
from served_city import wait_until

from huabiao.services.foreign.contract import encode_call
from huabiao.services.foreign.ethereum_blocks import read_header, read_receipt_proof
from huabiao.services.foreign.ethereum_rpc import NodeRefused
from huabiao.services.foreign.statements import (
    Domain,
    Statement,
    address_of,
    joined,
    message_body,
    sign,
    signer_of,
)
from huabiao.testing.geth.node import running_geth
from huabiao.testing.ports import free_port

pytestmark = pytest.mark.long

HOUR = 3_600
FORGED = b"\x0f" * 32


def statement(gate: Gate, payload: bytes, timeout: int, sequence: int = 1) -> Statement:
    body = message_body(gate.sender.account, RECEIVER, timeout, payload)
    return Statement("deliver", 1, sequence, body)


def domain(gate: Gate) -> Domain:
    return Domain(gate.payer.network, gate.contract, gate.city.remote().chain)


def signed(gate: Gate, said: Statement, *numbers: int) -> bytes:
    digest = said.digest(domain(gate))
    keys = [gate.keys[number] for number in numbers]
    return b"".join(
        joined(digest, [(address_of(k.public_key), sign(k, digest)) for k in keys])
    )


def test_what_does_not_come_in_time_ends_there(town, tmp_path):
    with running_geth(tmp_path, free_port()) as fresh:  # not ahead of the clock
        end_there(Gate(town[0], fresh, "ends there", CONFIRMATIONS))


def end_there(gate: Gate) -> None:
    timeout = max(gate.there(), soon(0)) + 3
    sequence = gate.send_there(b"too late", timeout)
    wait_until(lambda: soon(0) >= timeout + 1)
    gate.work_until(lambda: not gate.far.waits(sequence))
    assert gate.came(sequence) is None
    life = gate.far.read("outgoing", ["address", "uint64", "uint8"], sequence)[2]
    assert life == 3  # Life.TimedOut
    with pytest.raises(NodeRefused):  # once, and only by who attests
        gate.far.send(gate.payer, "end", sequence, True, b"")


def test_both_ways_by_the_finality_of_geth(town):
    gate = Gate(*town, "finality", confirmations=0)
    gate.send("to geth", "目录变更 · catalog".encode(), soon(HOUR))
    came = gate.send_there("收到了吗 · is it there".encode(), gate.there() + HOUR)
    two = [gate.carrier(), gate.carrier()]  # doubled, and each message goes once
    workers = [*gate.attestors, *two]
    gate.work_until(
        lambda: gate.state("to geth") == "arrived" and not gate.far.waits(came),
        *workers,
    )
    entry = gate.came(came)["entry"]
    assert bytes.fromhex(entry["payload"]).decode() == "收到了吗 · is it there"
    assert entry["sender"] == gate.payer.address.hex()
    assert gate.far.has_received(1) and not gate.far.has_received(2)


def test_what_does_not_arrive_in_time_is_returned(gate):
    timeout = gate.there() + 30
    gate.send(gate.name, b"1", timeout)
    for each in gate.attestors:
        each.step()
    gate.pass_time_there(timeout)
    with pytest.raises(NodeRefused):
        gate.far.send(
            gate.payer, "deliver", 1, gate.sender.account, RECEIVER, timeout, b"1",
            signed(gate, statement(gate, b"1", timeout), 0, 1),
        )  # fmt: skip
    gate.work_until(lambda: gate.state(gate.name) == "timed_out")
    assert not gate.far.has_received(1)


def test_a_liar_below_n_changes_nothing(gate):
    gate.send(gate.name, b"honest", soon(HOUR))
    liar, home = gate.people[2], gate.home(gate.people[2])
    height = gate.geth.node.number("eth_blockNumber")
    for at in range(height, height + 12):
        assert home.attest(at, FORGED)
    forged = statement(gate, b"forged", soon(HOUR))
    lie = sign(gate.keys[2], forged.digest(domain(gate)))
    assert home.sign("deliver", 1, lie, subject=gate.name)
    gate.work_until(
        lambda: gate.state(gate.name) == "arrived", *gate.attestors[:2], gate.carrier()
    )
    with pytest.raises(NodeRefused):
        gate.far.send(
            gate.payer, "deliver", 2, gate.sender.account, RECEIVER, soon(HOUR),
            b"forged", lie,
        )  # fmt: skip
    assert gate.standing() == "open" and liar.account is not None


def test_two_statements_that_contradict_freeze_the_gateway_there(gate):
    timeout = gate.there() + HOUR
    one, other = (statement(gate, payload, timeout) for payload in (b"a", b"b"))
    given = [(1, 1, each.body, signed(gate, each, 0, 2)) for each in (one, other)]
    with pytest.raises(NodeRefused):
        gate.far.send(gate.payer, "accuse", given[0], given[0])
    alone = (1, 1, other.body, signed(gate, other, 1))
    with pytest.raises(NodeRefused):
        gate.far.send(gate.payer, "accuse", given[0], alone)
    gate.far.send(gate.payer, "accuse", *given)
    assert gate.far.frozen
    with pytest.raises(NodeRefused):
        gate.send_there(b"x", timeout)
    seats = [address_of(gate.keys[number].public_key) for number in (0, 1)]
    gate.far.send(gate.payer, "rotate", seats, 2, b"")  # the guardian's word
    assert not gate.far.frozen and gate.far.round == 2
    old = signed(gate, one, 0, 1)  # of the round before
    with pytest.raises(NodeRefused):
        gate.far.send(
            gate.payer, "deliver", 1, gate.sender.account, RECEIVER, timeout, b"a", old
        )


def test_a_contradiction_here_freezes_what_rests_on_it(gate):
    gate.send(gate.name, b"1", soon(HOUR))
    gate.geth.blocks(8)
    first, second, third = gate.attestors
    first.step()
    second.step()
    height = next(
        int(said.rsplit("/", 1)[1]) for said in gate.said if "attested" in said
    )
    header = read_header(gate.geth.node, height)
    assert gate.home(gate.people[0]).held(height) == header.hash
    assert gate.home(gate.people[1]).attest(height, FORGED)
    assert gate.standing() == "frozen"
    third.step()  # nothing is attested over a gateway that is frozen
    shown = gate.city.run("gateway", "show", gate.name).output
    assert "rotate" in shown and "2/3" in shown


def test_a_block_of_ours_is_anchored_by_the_commands(town, tmp_path):
    city, _ = town
    log = Log(tmp_path)
    try:
        operator = ("--as", "operator")
        word = ("call", "gateways")
        assert city.json(*word, "propose", "tianping", "trust=signed_log",
                         f"network={log.key}", *operator)["accepted"]  # fmt: skip
        assert city.json(*word, "approve", "tianping", *operator)["accepted"]
        city.grant("anchors", "keeper", "keeper")
        added = city.json("anchor", "add", "tianping", "--height", "1",
                          "--log", log.address, "--as", "keeper")  # fmt: skip
    finally:
        log.kill()
    header = city.remote().get("/api/blocks/1")["hash"]
    assert added["accepted"] and added["id"] == header
    file = tmp_path / "a.tlog-proof"
    city.run("anchor", "show", "tianping", header, "--out", str(file))
    told = city.json("anchor", "verify", str(file), "--key", log.key, "--hash", header)
    assert told["ok"] and told["size"] == 1
    shown = city.run("gateway", "show", "tianping").output
    assert "日志的签名" in shown


def test_a_failed_transaction_proves_no_message(gate):
    receipt = fail(gate)
    height, index = (int(receipt[n], 16) for n in ("blockNumber", "transactionIndex"))
    header = read_header(gate.geth.node, height)
    for number in (0, 1):
        assert gate.home(gate.people[number]).attest(height, header.hash)
    outcome = gate.act(
        gate.sender, "foreign_messages", "receive", gate.name, height=height,
        header=header.encoded, index=index,
        proof=read_receipt_proof(gate.geth.node, header, index),
    )  # fmt: skip
    assert outcome.code == "proof.failed"


def fail(gate: Gate) -> dict:
    """A transaction that reverts, sent with more gas than an estimate would allow."""
    call = {
        "from": gate.geth.rich, "to": "0x" + gate.contract.hex(), "gas": hex(200_000),
        "data": "0x" + encode_call("send", b"x", 1).hex(),
    }  # fmt: skip
    said = gate.geth.node.ask("eth_sendTransaction", call)
    gate.geth.blocks(1)
    return gate.geth.node.ask("eth_getTransactionReceipt", said)


def test_the_statements_are_those_that_the_contract_hashes(gate):
    """EIP-712 here and in Solidity, by geth's own word."""
    said = statement(gate, b"x", 7, sequence=9)
    digest = gate.far.read("digestToSign", ["bytes32"], 1, 9, said.body)[0]
    assert digest == said.digest(domain(gate))
    assert signer_of(digest, sign(gate.keys[0], digest)) == address_of(
        gate.keys[0].public_key
    )
    assert signer_of(digest, bytes(65)) is None
