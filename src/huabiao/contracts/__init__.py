"""
What a contract author imports, and nothing else.

- `drawing`: titles, roles, states, moves
- `operations`: opens, moves, does, answers
- `identifiers`: whether a code of a national standard is well formed
- `parts`: the shared vocabulary with laws of its own
- `scenario`: the base class, and the check of its drawing
- `context`: what a running operation may reach
- `identifiers`: codes of national standards, their form and check digits
- `perform`: how one call runs
- `describe`: the Description that every door is drawn from
"""

from huabiao.codec import (
    Bytes,
    Code,
    Count,
    Day,
    Digest,
    Fen,
    Flag,
    Grams,
    Instant,
    Kilograms,
    ListOf,
    Maybe,
    Metres,
    Number,
    OneOf,
    Party,
    Personal,
    PublicKey,
    Record,
    Secret,
    Signature,
    Source,
    Text,
    decode,
    encode,
)
from huabiao.contracts.context import Refused, refuse, require
from huabiao.contracts.describe import describe
from huabiao.contracts.drawing import Move, Role, State, Title, anyone, founder
from huabiao.contracts.identifiers import is_credit_code, is_estate_unit_code
from huabiao.contracts.operations import (
    MalformedDrawing,
    Operation,
    answers,
    does,
    moves,
    opens,
)
from huabiao.contracts.parts import (
    Approval,
    Books,
    Cell,
    Credential,
    Deadline,
    Grants,
    Input,
    Mandate,
    Objections,
    Part,
    Registry,
    Releases,
    Sealed,
    Segments,
    Series,
    Share,
    SignOffs,
    Titles,
    Trace,
)
from huabiao.contracts.scenario import Scenario

__all__ = [
    "Approval",
    "Books",
    "Bytes",
    "Cell",
    "Code",
    "Count",
    "Credential",
    "Day",
    "Deadline",
    "Digest",
    "Fen",
    "Flag",
    "Grams",
    "Grants",
    "Input",
    "Instant",
    "Kilograms",
    "ListOf",
    "MalformedDrawing",
    "Mandate",
    "Maybe",
    "Metres",
    "Move",
    "Number",
    "Objections",
    "OneOf",
    "Operation",
    "Part",
    "Party",
    "Personal",
    "PublicKey",
    "Record",
    "Refused",
    "Registry",
    "Releases",
    "Role",
    "Scenario",
    "Sealed",
    "Secret",
    "Segments",
    "Series",
    "Share",
    "SignOffs",
    "Signature",
    "Source",
    "State",
    "Text",
    "Title",
    "Titles",
    "Trace",
    "answers",
    "anyone",
    "decode",
    "describe",
    "does",
    "encode",
    "founder",
    "is_credit_code",
    "is_estate_unit_code",
    "moves",
    "opens",
    "refuse",
    "require",
]
