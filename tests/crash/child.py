"""
A node that will be killed: a real ledger and engine on disk, a client that writes down
what was acknowledged.

    python child.py FOLDER LOG [STEP COUNT]

Each acknowledged envelope is one line "height index key" in LOG, forced to the disk
after the engine said that it is durable. With STEP and COUNT the process kills itself
at that step of the COUNT-th block.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from crash_city import CHAIN, founding, keys

from huabiao.client.signing import call, sign_envelope
from huabiao.crypto.envelope import open_envelope
from huabiao.engines.embedded import EmbeddedEngine
from huabiao.engines.pool import Ticket
from huabiao.engines.signers import HeldKeys
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger

BATCH = 8
PLACE = {"keeper": bytes(20), "scenario": "s", "record": "r", "field": "f"}


def suicide(step: str, count: int):
    """An on_step that ends the process, as a power cut would, at one moment."""
    seen = 0

    def on_step(here: str) -> None:
        nonlocal seen
        seen += here == step
        if seen == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_step


def main() -> None:
    folder, written = Path(sys.argv[1]), sys.argv[2]
    on_step = suicide(sys.argv[3], int(sys.argv[4])) if len(sys.argv) > 3 else None
    member, client = keys("member"), keys("client")
    ledger = Ledger(folder, founding(), on_step)
    open_ledger(ledger)
    engine = EmbeddedEngine(ledger, HeldKeys({member.public: member.sign}))
    engine.start()
    log = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    print("ready", flush=True)
    number = time.time_ns()
    while True:
        names = [(number + each).to_bytes(32, "big") for each in range(BATCH)]
        number += BATCH
        raw = [
            sign_envelope(
                CHAIN,
                client,
                [
                    call("privacy", "keep", name.hex(), **PLACE),
                    call("privacy", "ask_erasure", name.hex(), reason="x"),
                ],
            )
            for name in names
        ]
        opened = [open_envelope(each, ledger.digest) for each in raw]
        done = threading.Event()
        ticket = Ticket(opened, lambda ticket, done=done: done.set())
        engine.offer(ticket)
        done.wait()
        lines = "".join(
            f"{placed.height} {placed.index} {name.hex()} {placed.code}\n"
            for placed, name in zip(ticket.placed, names, strict=True)
        )
        os.write(log, lines.encode())


if __name__ == "__main__":
    main()
