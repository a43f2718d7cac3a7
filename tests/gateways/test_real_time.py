"""
`huabiao gateway run` against a geth that makes a block each second by itself: messages
arrive both ways, and those that nobody carried in time go back, both ways.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ethereum_town import Gate, ethereum_town, process, soon

from huabiao.services.foreign.statements import address_of

pytestmark = pytest.mark.long

CONFIRMATIONS, HOUR, BRIEF_S = 2, 3_600, 12
ACKNOWLEDGED, TIMED_OUT = 2, 3
"""Of the contract's enum Life."""


@pytest.fixture
def gate(tmp_path):
    with ethereum_town(tmp_path, period=1) as (city, geth):
        yield Gate(city, geth, "real", CONFIRMATIONS)


def life(gate: Gate, sequence: int) -> int:
    """How a message that was sent over there stands, by its contract."""
    found = gate.far.read("outgoing", ["address", "uint64", "uint8"], sequence)
    return int(found[2])


def patiently(holds: Callable[[], bool]) -> None:
    """Wait for what other processes do, each second anew."""
    end = time.monotonic() + 200
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.5)


def keys_of(gate: Gate, folder: Path) -> list[Path]:
    files = []
    for number, key in enumerate(gate.keys[:2]):
        path = folder / f"key-{number}"
        path.write_text(key.secret.hex())
        gate.geth.pay(address_of(key.public_key), 10)
        files.append(path)
    return files


def test_what_is_late_goes_back_and_what_is_not_arrives(gate, tmp_path):
    files = keys_of(gate, tmp_path)
    gate.send("late", b"too late", max(soon(BRIEF_S), gate.there() + BRIEF_S))
    late = gate.send_there(b"too late", gate.there() + BRIEF_S)
    record = gate.city.remote().get("/api/scenarios/foreign_messages/records/late")
    timeout = record["fields"]["timeout"]
    patiently(lambda: gate.there() > timeout + CONFIRMATIONS and soon(0) > timeout)
    gate.send("early", "按时 · in time".encode(), gate.there() + HOUR)
    early = gate.send_there(b"in time", gate.there() + HOUR)
    running = [process(gate, n, file) for n, file in enumerate(files)]
    try:
        patiently(lambda: gate.state("early") == "arrived")
        patiently(lambda: life(gate, early) == ACKNOWLEDGED)
        patiently(lambda: gate.state("late") == "timed_out")
        patiently(lambda: life(gate, late) == TIMED_OUT)
        for each in running:
            each.terminate()
            assert each.wait(30) == 0
    finally:
        for each in running:
            each.kill()
            each.wait()
    assert gate.came(early) is not None and gate.came(late) is None
    assert gate.far.has_received(2) and not gate.far.has_received(1)
