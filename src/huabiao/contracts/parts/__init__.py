"""
The shared vocabulary: parts with laws of their own.

- `approval`: k of n, also by weights
- `authorisation`: a holder's code, redeemed here or on another chain
- `books`: double entry; pending, then posted or void
- `cell`: one record
- `credential`: whether an account holds one of a type that stands
- `crossing`: messages to contracts of other chains, each of which ends once
- `deadline`: working days of the calendar that is on chain
- `grants`: whether data may be used under a sharing grant
- `mandate`: for which organisation somebody acts
- `objections`: a public notice, and what is said against it
- `registry`: named entries, unique under their key
- `releases`: versions, each in force from a height on
- `sealed`: commit and reveal
- `segments`: numbers that were allotted, each used once
- `series`: readings that devices sign
- `sign_offs`: every one of some named desks
- `titles`: shares of a thing, and what burdens them
- `trace`: lots, what they were made of and where they are; with `packing`, `traced`
"""

from huabiao.contracts.parts.approval import Approval
from huabiao.contracts.parts.authorisation import Authorisation
from huabiao.contracts.parts.books import Books
from huabiao.contracts.parts.cell import Cell
from huabiao.contracts.parts.credential import Credential
from huabiao.contracts.parts.crossing import Crossing
from huabiao.contracts.parts.deadline import Deadline
from huabiao.contracts.parts.grants import Grants
from huabiao.contracts.parts.mandate import Mandate
from huabiao.contracts.parts.objections import Objections
from huabiao.contracts.parts.part import Part
from huabiao.contracts.parts.registry import Registry
from huabiao.contracts.parts.releases import Releases
from huabiao.contracts.parts.sealed import Sealed
from huabiao.contracts.parts.segments import Segments
from huabiao.contracts.parts.series import Series
from huabiao.contracts.parts.sign_offs import SignOffs
from huabiao.contracts.parts.titles import Share, Titles
from huabiao.contracts.parts.trace import Trace
from huabiao.contracts.parts.traced import Input

__all__ = [
    "Approval",
    "Authorisation",
    "Books",
    "Cell",
    "Credential",
    "Crossing",
    "Deadline",
    "Grants",
    "Input",
    "Mandate",
    "Objections",
    "Part",
    "Registry",
    "Releases",
    "Sealed",
    "Segments",
    "Series",
    "Share",
    "SignOffs",
    "Titles",
    "Trace",
]
