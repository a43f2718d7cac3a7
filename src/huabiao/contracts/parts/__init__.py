"""
The shared vocabulary: parts with laws of their own.

- `registry`: named entries, unique under their key
- `cell`: one record
- `approval`: k of n
"""

from huabiao.contracts.parts.approval import Approval
from huabiao.contracts.parts.cell import Cell
from huabiao.contracts.parts.part import Part
from huabiao.contracts.parts.registry import Registry

__all__ = ["Approval", "Cell", "Part", "Registry"]
