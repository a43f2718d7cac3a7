"""
What is wrong with a home, looked at from beside a node or without one.

Nothing is repaired or written here. Each finding is (well, about, sentence).
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from huabiao.crypto import keystore
from huabiao.ledger.genesis import Genesis, decode_genesis
from huabiao.node.header_keys import key_files, open_file
from huabiao.node.home import Home
from huabiao.node.key_ends import warning
from huabiao.state import BlockLog
from huabiao.state.faults import StorageFault

Finding = tuple[bool, str, str]


def examine(folder: Path) -> Iterator[Finding]:
    """Genesis, the member's key and every record of the block log."""
    home = Home(folder)
    if not home.genesis.exists():
        return
    try:
        genesis = decode_genesis(home.genesis.read_bytes())
    except (msgspec.MsgspecError, OSError) as error:
        sentence = f"读不出（{error}），请从备份恢复。 Unreadable: restore it."
        yield False, "创世文件 · genesis", sentence
        return
    yield True, "创世文件 · genesis", f"链 · chain {genesis.chain} · {genesis.suite}"
    for path in key_files(folder) or [folder / "member.json"]:
        yield _member_key(path, genesis)
    yield from _identities(folder)
    yield _block_log(folder)


def _member_key(path: Path, genesis: Genesis) -> Finding:
    about = "成员密钥 · member key"
    if path.name != "member.json":
        about = f"{about} {path.name}"
    try:
        keys = open_file(path)
    except (OSError, ValueError) as error:
        return False, about, str(error)
    if keys.suite_name != genesis.suite and path.name == "member.json":
        # Those beside it may be for a change of suite, or from one.
        sentence = (
            f"属于套件 {keys.suite_name}，链为 {genesis.suite}。 Another suite's."
        )
        return False, about, sentence
    if said := warning(path, keys.ends):
        return False, about, said
    return True, about, f"可用 · opens · {keys.public.hex()[:16]}…"


def _identities(folder: Path) -> Iterator[Finding]:
    """Identities of this home in their last days; nothing about the others."""
    for path in sorted((folder / "wallets").glob("**/[!.]*.json")):
        if said := warning(path, keystore.stated_end(path)):
            yield False, f"身份 · identity {path.stem}", said


def _block_log(folder: Path) -> Finding:
    about = "区块日志 · block log"
    if not (folder / "blocks").exists():
        return True, about, "尚无区块 · no block yet"
    try:
        log = BlockLog.open(folder / "blocks", readonly=True)
    except (StorageFault, OSError) as error:
        return False, about, str(error)
    sentence = f"高度 {log.height}，逐条校验无误 · every record is whole"
    log.close()
    return True, about, sentence
