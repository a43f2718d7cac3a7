"""
What a grant allows, and the checks that a fetch passes, each with a code of its own.

    grant.unknown · grant.ended · owner.other · reader.other · reader.signature ·
    chain.other · period · column · filter · rows · clock · replayed · rate · rate.day
"""

import msgspec

from huabiao.codec import decode
from huabiao.services.gateway.request import Condition, Statement


class Denied(Exception):
    """The grant does not allow this fetch; the refusal goes on chain."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class Grant(msgspec.Struct, frozen=True):
    """An approved request, as the chain holds it; `rows_on` is [Beijing day, rows]."""

    id: str
    table: str
    owner: bytes
    reader: bytes
    purpose: str
    columns: list[str]
    conditions: list[Condition]
    since: int
    until: int
    requests_a_minute: int
    rows_a_request: int
    rows_a_day: int
    rows_on: tuple[int, int]


def read_grant(id_: str, stored: bytes | None) -> Grant:
    """The grant of a sharing record; Denied where there is none in force."""
    if stored is None:
        raise Denied("grant.unknown", f"没有授权“{id_}”。 There is no grant {id_!r}.")
    state, _, fields = decode(stored)
    if state != "granted":
        raise Denied(
            "grant.ended",
            f"授权“{id_}”未生效或已撤销（{state}）。"
            f" The grant {id_!r} is not in force ({state}).",
        )
    table, owner, reader, purpose, _, _, terms = fields[:7]
    columns, conditions, since, until, a_minute, a_request, a_day, _ = terms
    return Grant(
        id_, table, owner, reader, purpose, columns,
        [Condition(*each) for each in conditions], since, until,
        a_minute, a_request, a_day, (fields[14], fields[15]),
    )  # fmt: skip


def check_terms(grant: Grant, reader: bytes, asked: Statement, now: int) -> None:
    """Whether the grant covers what is asked, now; raises Denied."""
    if reader != grant.reader:
        raise Denied(
            "reader.other",
            "授权属于另一读取方。 The grant belongs to another reader.",
        )
    if not grant.since <= now < grant.until:
        raise Denied(
            "period",
            "不在授权期限内，请重新申请。 Outside the grant's period; ask anew.",
        )
    for column in asked.columns:
        if column not in grant.columns:
            raise Denied(
                "column",
                f"授权不含字段“{column}”。 The grant has no column {column!r}.",
            )
    if not asked.columns or len(set(asked.columns)) != len(asked.columns):
        raise Denied("column", "字段须不空且不重复。 Name columns, each once.")
    allowed = {*grant.columns, *(each.column for each in grant.conditions)}
    for condition in asked.conditions:
        if condition.column not in allowed:
            raise Denied(
                "filter",
                f"授权不允许按“{condition.column}”筛选。"
                f" The grant does not let {condition.column!r} be filtered by.",
            )
    if not 0 < asked.limit <= grant.rows_a_request:
        raise Denied(
            "rows",
            f"每次最多 {grant.rows_a_request} 行。"
            f" At most {grant.rows_a_request} rows a request.",
        )
