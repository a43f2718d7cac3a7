"""
A chain replayed by another interpreter: prints height and root of each block.

    python replaying.py SOURCE_FOLDER CHAIN_FOLDER

Needs no test library, so that any Python with the kernel's dependencies can run it.
"""

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from huabiao.ledger.genesis import decode_genesis
    from huabiao.ledger.ledger import Ledger
    from huabiao.ledger.recovery import open_ledger

    folder = Path(sys.argv[2])
    genesis = decode_genesis((folder / "genesis").read_bytes())
    ledger = Ledger(folder, genesis)
    open_ledger(ledger)
    print(sys.version_info[1], ledger.height, ledger.state.root.hex())
    print(ledger.hash.hex())
    ledger.close()


if __name__ == "__main__":
    main()
