"""Gateways as they are operated: other attestors, processes that are killed."""

import contextlib
import os
import signal
from pathlib import Path

import pytest
from ethereum_town import Gate, process, soon
from served_city import wait_until

from huabiao.services.foreign.ethereum_rpc import NodeRefused
from huabiao.services.foreign.statements import address_of

pytestmark = pytest.mark.long

HOUR = 3_600


def test_attestors_are_rotated_on_both_sides(gate, tmp_path):
    key, seats = tmp_path / "guardian", gate.keys[:2]
    key.write_text(gate.purse.secret.hex())
    words = ("gateway", "rotate", gate.name, "--node", gate.geth.url, "--key", str(key))
    assert gate.city.run(*words).exit_code == 1  # nothing has changed here
    operator = gate.city.keys("operator")
    gate.does(
        operator, "gateways", "rotate", gate.name, needed=2,
        attestors=[[p.account, address_of(k.public_key)]
                   for p, k in zip(gate.people, seats, strict=False)],
    )  # fmt: skip
    gate.send(gate.name, b"1", soon(HOUR))
    for each in (*gate.attestors[:2], gate.carrier()):
        with contextlib.suppress(NodeRefused):
            each.step()  # signed for a round that is not there yet
    assert not gate.far.has_received(1)
    assert gate.city.json(*words)["round"] == 2
    gate.work_until(lambda: gate.state(gate.name) == "arrived")


def test_a_process_that_is_killed_goes_on_where_the_chains_are(gate, tmp_path):
    files = []
    for number, key in enumerate(gate.keys):
        path = tmp_path / f"key-{number}"
        path.write_text(key.secret.hex())
        gate.geth.pay(address_of(key.public_key), 10)
        files.append(path)
    gate.send(gate.name, "被杀不丢 · killed".encode(), soon(HOUR))
    sequence = gate.send_there(b"and back", gate.there() + HOUR)
    lives = [process(gate, number, files[number]) for number in (0, 1)]
    try:
        wait_until(lambda: any("signed" in line for line in lines_of(tmp_path, 0)))
        os.kill(lives[0].pid, signal.SIGKILL)
        lives[0].wait()
        gate.geth.blocks(12)
        lives[0] = process(gate, 0, files[0])
        wait_until(lambda: gate.state(gate.name) == "arrived" or blocks(gate))
        wait_until(lambda: not gate.far.waits(sequence) or blocks(gate))
        lives[0].terminate()
        assert lives[0].wait(30) == 0
    finally:
        for each in lives:
            each.kill()
            each.wait()


def blocks(gate: Gate) -> bool:
    """The other chain goes on while we wait."""
    gate.geth.blocks(1)
    return False


def lines_of(folder: Path, number: int) -> list[str]:
    return (folder / f"log-{number}").read_text().splitlines()
