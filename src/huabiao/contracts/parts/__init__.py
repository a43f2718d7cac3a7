"""
The shared vocabulary: parts with laws of their own.

- `registry`: named entries, unique under their key
- `cell`: one record
- `approval`: k of n
- `releases`: versions, each in force from a height on
- `series`: readings that devices sign
- `trace`: lots, what they were made of and where they are; with `packing`, `traced`
"""

from huabiao.contracts.parts.approval import Approval
from huabiao.contracts.parts.cell import Cell
from huabiao.contracts.parts.part import Part
from huabiao.contracts.parts.registry import Registry
from huabiao.contracts.parts.releases import Releases
from huabiao.contracts.parts.series import Series
from huabiao.contracts.parts.trace import Trace
from huabiao.contracts.parts.traced import Input

__all__ = [
    "Approval",
    "Cell",
    "Input",
    "Part",
    "Registry",
    "Releases",
    "Series",
    "Trace",
]
