"""
What a contract author imports, and nothing else.

- `drawing`: titles, roles, states, moves
- `operations`: opens, moves, does, answers
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
    Cell,
    Credential,
    Mandate,
    Part,
    Registry,
    Releases,
)
from huabiao.contracts.scenario import Scenario

__all__ = [
    "Approval",
    "Bytes",
    "Cell",
    "Code",
    "Count",
    "Credential",
    "Day",
    "Digest",
    "Fen",
    "Flag",
    "Grams",
    "Instant",
    "Kilograms",
    "ListOf",
    "MalformedDrawing",
    "Mandate",
    "Maybe",
    "Move",
    "Number",
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
    "Secret",
    "Signature",
    "Source",
    "State",
    "Text",
    "Title",
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
