"""
The shared vocabulary: parts with laws of their own.

- `grants`: whether data may be used under a sharing grant
- `registry`: named entries, unique under their key
- `cell`: one record
- `approval`: k of n
- `releases`: versions, each in force from a height on
- `segments`: numbers that were allotted, each used once
- `sign_offs`: every one of some named desks
- `titles`: shares of a thing, and what burdens them
"""

from huabiao.contracts.parts.approval import Approval
from huabiao.contracts.parts.cell import Cell
from huabiao.contracts.parts.grants import Grants
from huabiao.contracts.parts.part import Part
from huabiao.contracts.parts.registry import Registry
from huabiao.contracts.parts.releases import Releases
from huabiao.contracts.parts.segments import Segments
from huabiao.contracts.parts.sign_offs import SignOffs
from huabiao.contracts.parts.titles import Share, Titles

__all__ = [
    "Approval",
    "Cell",
    "Grants",
    "Part",
    "Registry",
    "Releases",
    "Segments",
    "Share",
    "SignOffs",
    "Titles",
]
