"""
The shared vocabulary: parts with laws of their own.

- `approval`: k of n, also by weights
- `books`: double entry; pending, then posted or void
- `cell`: one record
- `deadline`: working days of the calendar that is on chain
- `objections`: a public notice, and what is said against it
- `registry`: named entries, unique under their key
- `releases`: versions, each in force from a height on
- `sealed`: commit and reveal
"""

from huabiao.contracts.parts.approval import Approval
from huabiao.contracts.parts.books import Books
from huabiao.contracts.parts.cell import Cell
from huabiao.contracts.parts.deadline import Deadline
from huabiao.contracts.parts.objections import Objections
from huabiao.contracts.parts.part import Part
from huabiao.contracts.parts.registry import Registry
from huabiao.contracts.parts.releases import Releases
from huabiao.contracts.parts.sealed import Sealed

__all__ = [
    "Approval",
    "Books",
    "Cell",
    "Deadline",
    "Objections",
    "Part",
    "Registry",
    "Releases",
    "Sealed",
]
