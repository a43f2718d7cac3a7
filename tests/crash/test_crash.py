"""
Killed fifty times at random moments, and once at each step of a block.

Afterwards everything that was acknowledged is there, once; nothing is there by half;
and the replay of the log from block 1 gives the same roots.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crash_city import founding, keys

from huabiao.codec import decode
from huabiao.crypto import by_key
from huabiao.ledger.block import open_block, receipts_of
from huabiao.ledger.ledger import STEPS, Ledger
from huabiao.ledger.recovery import open_ledger, replay
from huabiao.proofs.header import check_certificate, header_hash

CHILD = Path(__file__).with_name("child.py")
KILLS = 50


def start(folder, log, *more):
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(folder), str(log), *more],
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(log):
    """What the client wrote down; a last line cut by the kill was not."""
    text = log.read_text() if log.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    return [line.split() for line in whole.splitlines()]


def check(folder, log):
    """Everything acknowledged is there once, nothing by half; the roots agree."""
    said = acknowledged(log)
    genesis = founding()
    ledger = Ledger(folder, genesis)
    open_ledger(ledger)
    end = ledger.height, ledger.state.root
    kept, ids = {}, []
    for height, logged in ledger.log.blocks(1):
        header, block, envelopes = open_block(logged, ledger.digest)
        hash_ = header_hash(ledger.digest, block.header)
        assert header.height == height
        assert check_certificate(by_key, hash_, block.certificate, ledger.members)
        for index, (envelope, receipt) in enumerate(
            zip(envelopes, receipts_of(block), strict=True)
        ):
            ids.append(envelope.id)
            assert receipt.accepted
            name = envelope.body.calls[0].key
            assert name not in kept
            kept[name] = height, index
    assert len(ids) == len(set(ids))
    for height, index, name, code in said:
        assert code == "ok"
        assert kept[name] == (int(height), int(index))
    for name in kept:
        stored = ledger.read(f"privacy/kept/{name}")
        # Kept and to be erased in one envelope: never the one without the other.
        assert stored is not None and decode(stored)[9] == "x"
        assert decode(stored)[0] == keys("client").account
    stored = sum(1 for _ in ledger.state.items(b"privacy/kept/"))
    assert stored == len(kept)
    ledger.close()
    assert replay(folder, genesis) == end
    return len(said), len(kept)


def test_killed_fifty_times_at_random_moments(tmp_path):
    folder, log = tmp_path / "city", tmp_path / "acknowledged"
    dice = random.Random(50)
    for _ in range(KILLS):
        child = start(folder, log)
        early = dice.random() < 0.2
        if not early:
            assert child.stdout.readline() == "ready\n"
        time.sleep(dice.random() * (0.5 if early else 0.15))
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
    said, kept = check(folder, log)
    assert kept >= said > KILLS


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_of_a_block(tmp_path, step):
    folder, log = tmp_path / "city", tmp_path / "acknowledged"
    for count in ("1", "5"):
        child = start(folder, log, step, count)
        assert child.wait(30) == -signal.SIGKILL
        child.stdout.close()
    said, kept = check(folder, log)
    lost = {"finalized": 0, "logged": 16, "applied": 16}.get(step)
    if lost is None:
        assert kept - said in (0, 8, 16)  # acknowledged, perhaps not yet written down
    else:
        assert kept - said == lost  # durable, but nobody was told
