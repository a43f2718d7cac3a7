"""
A node that dies in the middle of an erasure.

    python vault_child.py HOME destroy|confirm

It keeps a value, asks for its erasure, and kills itself where its vault is about to
destroy the key, or has destroyed it and is about to say so. It prints the commitment.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.codec import encode
from huabiao.node.node import start
from huabiao.services.vault import Place, Vault, erasing

SALT, VALUE = bytes(32), encode("赵保密")


def die(*arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    home, step = Path(sys.argv[1]), sys.argv[2]
    if step == "destroy":
        Vault.destroy = die  # type: ignore[method-assign, assignment]
    else:
        erasing._confirm = die  # type: ignore[assignment]
    node = start(home, "intl", lambda line: None)
    owner = open_identity(home, "owner", "intl", make=True)
    commitment = owner.suite.digest(SALT + VALUE)
    place = Place(node.port.chain, "trade", "r1", "driver", commitment)
    node.vault.keep(place, SALT, VALUE)
    print(place.name, flush=True)
    calls = [
        call("privacy", "keep", place.name, keeper=node.vault.account,
             scenario="trade", record="r1", field="driver"),
        call("privacy", "ask_erasure", place.name, reason="asked"),
    ]  # fmt: skip
    asyncio.run(node.port.submit([sign_envelope(node.port.chain, owner, calls)]))
    time.sleep(60)


if __name__ == "__main__":
    main()
