"""
Rotating the master key: every data key is wrapped anew, then the old key is destroyed.

    next.json made → each data key wrapped anew → key.json linked as retired.json
    → next.json takes the name key.json → retired.json overwritten and removed

The vault's account stays: only the recipient key changes. Killed between any two steps,
the vault still opens every value (`open_vault` takes both keys while next.json is
there), and the next rotation goes on where this one stopped. A wrapped key in an old
backup opens nothing afterwards, so that what was erased stays erased there too.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huabiao.client.wallets import passphrase
from huabiao.crypto import keystore
from huabiao.durable import sync_folder
from huabiao.services.vault.data_keys import erase_file
from huabiao.services.vault.sealing import Place
from huabiao.services.vault.vault import open_vault

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Rotated:
    """What a rotation did; `damaged` did not open before it either."""

    wrapped: int
    destroyed: int
    damaged: list[str]


def rotate_master(
    home: Path,
    suite_name: str,
    address: str | None,
    place_of: Callable[[str], Place | None],
    on_step: OnStep = lambda step: None,
) -> Rotated:
    """
    Rotate, or finish a rotation that was broken off. No node may run in this home.

    `place_of` tells where a commitment belongs; None for one that never came to the
    chain, or is erased there: its key is destroyed.
    """
    folder = home / "vault"
    current, following = folder / "key.json", folder / "next.json"
    retired = folder / "retired.json"
    if retired.exists() and not following.exists():
        erase_file(retired)
        return Rotated(0, 0, [])
    if not following.exists():
        old = open_vault(home, suite_name, address).master
        keystore.renew_recipient(following, old, passphrase(home))
    on_step("made")
    vault = open_vault(home, suite_name, address)
    wrapped, destroyed, damaged = 0, 0, []
    for name in vault.names():
        place = place_of(name)
        if place is None:
            vault.destroy(name)
            destroyed += 1
        elif vault.wrap_anew(place):
            wrapped += 1
        else:
            damaged.append(name)
        on_step("wrapped")
    if not retired.exists():
        os.link(current, retired)
        sync_folder(folder)
    on_step("linked")
    os.replace(following, current)
    sync_folder(folder)
    on_step("replaced")
    erase_file(retired)
    return Rotated(wrapped, destroyed, damaged)
