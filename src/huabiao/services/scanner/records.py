"""
What a scan brings home: plain records, ready for JSON or MessagePack.

They hold structure and counts, never a value of the database. Types appear twice: as
the database says (`character varying(30)`), and as the letter of the national guide
for compiling the catalog (政务信息资源目录编制指南, 2017, data type of an item).
"""

from typing import Literal

import msgspec

Kind = Literal["table", "view", "materialized view"]
StandardType = Literal["C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F"]
PersonalKind = Literal[
    "name", "identity_number", "mobile", "address", "email", "bank_card"
]


class PersonalProposal(msgspec.Struct, frozen=True):
    """A guess that a column is about a citizen; its owner decides.

    `reasons` are sentences, Chinese first. `grade` follows GB/T 35273: personal
    information, or sensitive personal information (annex B).
    """

    kind: PersonalKind
    confidence: Literal["high", "medium"]
    reasons: list[str]
    grade: Literal["personal", "sensitive"]


class ColumnScan(msgspec.Struct, frozen=True):
    """One column. `length`: characters, or digits of a number; None if unbound."""

    name: str
    type: str
    standard_type: StandardType
    length: int | None
    nullable: bool
    comment: str
    personal: PersonalProposal | None


class ForeignKeyScan(msgspec.Struct, frozen=True):
    """`columns` of this table refer to `to_columns` of another."""

    columns: list[str]
    to_schema: str
    to_table: str
    to_columns: list[str]


class TableScan(msgspec.Struct, frozen=True):
    """One table or view. `rows` is counted if `rows_exact`, else the planner's guess.

    Columns stand in the database's order; `unique` lists the columns of each unique
    constraint.
    """

    schema: str
    name: str
    kind: Kind
    comment: str
    rows: int
    rows_exact: bool
    primary_key: list[str]
    foreign_keys: list[ForeignKeyScan]
    unique: list[list[str]]
    columns: list[ColumnScan]


class DatabaseScan(msgspec.Struct, frozen=True):
    """One database as it was at one moment. No address, no user, no password."""

    dialect: str
    server_version: str
    database: str
    tables: list[TableScan]
