"""
The shared vocabulary: parts with laws of their own.

- `registry`: named entries, unique under their key
- `cell`: one record
- `approval`: k of n
- `mandate`: for which organisation somebody acts
- `releases`: versions, each in force from a height on
- `credential`: whether an account holds one of a type that stands
"""

from huabiao.contracts.parts.approval import Approval
from huabiao.contracts.parts.cell import Cell
from huabiao.contracts.parts.credential import Credential
from huabiao.contracts.parts.mandate import Mandate
from huabiao.contracts.parts.part import Part
from huabiao.contracts.parts.registry import Registry
from huabiao.contracts.parts.releases import Releases

__all__ = [
    "Approval",
    "Cell",
    "Credential",
    "Mandate",
    "Part",
    "Registry",
    "Releases",
]
