"""
The vault: personal and secret values, each encrypted under a key of its own.

In reading order:

- `sealing`   where a value belongs, and its bytes sealed to that place
- `storage`   where sealed objects lie: a folder; `s3`: a bucket
- `data_keys` the wrapped key of each object, always on this machine's own disk
- `vault`     the whole: keep, open, destroy
- `succession` how it signs after a change of suite
- `rotating`  a new master key, every data key wrapped anew
- `erasing`   does what the chain was asked for: destroys keys and confirms it
"""

from huabiao.services.vault.sealing import Damaged, Missing, Place
from huabiao.services.vault.storage import StorageFailed
from huabiao.services.vault.vault import LARGEST_VALUE, KeptBusy, Vault, open_vault

__all__ = [
    "LARGEST_VALUE",
    "Damaged",
    "KeptBusy",
    "Missing",
    "Place",
    "StorageFailed",
    "Vault",
    "open_vault",
]
