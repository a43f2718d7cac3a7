"""
Adoption: a restored snapshot becomes this node's ledger.

The state folder is put in place, the log begins at the snapshot's oldest block, and the
ledger is opened on both as at any start. A marker file stands in the home meanwhile: a
node that was killed in between begins again from nothing, and nothing it had is lost,
because it had nothing.
"""

import shutil
from pathlib import Path

from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger
from huabiao.ledger.snapshot import Restoring
from huabiao.state import State

MARKER = "adopting"
INCOMING = "state.incoming"
OWN = ("state", "blocks", "certificates", INCOMING)


def begin_again(folder: Path) -> bool:
    """At start: clear what an adoption left that was killed; whether there was one."""
    marker = folder / MARKER
    if not marker.exists():
        return False
    for name in OWN:
        shutil.rmtree(folder / name, ignore_errors=True)
    marker.unlink()
    return True


def adopt(ledger: Ledger, folder: Path, restoring: Restoring) -> None:
    """Take over a complete snapshot; BadSnapshot leaves the ledger as it was."""
    blocks = restoring.finish()
    marker = folder / MARKER
    marker.touch()
    ledger.state.close(flush=False)
    shutil.rmtree(folder / "state")
    (folder / INCOMING).rename(folder / "state")
    ledger.state = State.open(folder / "state", ledger.digest)
    ledger.log.start = blocks[0][0]
    for height, logged in blocks:
        ledger.log.append(height, logged)
    if ledger.certificates is not None:
        header = restoring.header
        members = {
            header.height: restoring.metadata.members,
            header.height + 1: ledger.governed.members(),
        }
        certificate = {header.height: restoring.metadata.certificate}
        ledger.certificates.put(certificate, members, 0)
    open_ledger(ledger)
    marker.unlink()
