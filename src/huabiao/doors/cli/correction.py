"""correction: what a reader found wrong goes back to whoever keeps the data."""

import secrets
from pathlib import Path
from typing import Any

import click

from huabiao.doors.cli.settings import (
    Settings,
    command,
    identity_option,
    tell_outcome,
)

_ANSWER = click.option("--answer", required=True, help="答复 · what came of it")


@click.group()
def correction() -> None:
    """数据更正。 Errors in shared data: ask, correct, uphold, list."""


@command(
    click.argument("grant"),
    click.option("-c", "--column", required=True, help="字段 · column"),
    click.option(
        "--found", required=True, help="错在哪里，不写个人信息 · what is wrong"
    ),
    click.option(
        "--evidence",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="证据文件，只上链其摘要 · a file; its digest alone is sent",
    ),
    click.option("--id", "id_", help="编号，默认自动 · the finding's id"),
    identity_option(required=True),
)
def ask(
    settings: Settings, grant: str, column: str, found: str, evidence: Path | None,
    id_: str | None, identity: str,
) -> None:  # fmt: skip
    """读取方申请更正。 Tell the owner of an error in what a grant delivered."""
    id_ = id_ or f"c-{secrets.token_hex(5)}"
    written: dict[str, Any] = {"grant": grant, "column": column, "found": found}
    if evidence is not None:
        digest = settings.city.digest(evidence.read_bytes())
        written["evidence"] = digest.hex()
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "correction", "ask_for", id_, written)
    tell_outcome(settings, outcome, id_)


@command(click.argument("id"), _ANSWER, identity_option(required=True))
def correct(settings: Settings, id: str, answer: str, identity: str) -> None:
    """提供方已更正。 Say that the source has been corrected, and how."""
    _answer(settings, "correct", id, answer, identity)


@command(click.argument("id"), _ANSWER, identity_option(required=True))
def uphold(settings: Settings, id: str, answer: str, identity: str) -> None:
    """提供方维持原数据。 Say why the data stand as they are."""
    _answer(settings, "uphold", id, answer, identity)


def _answer(
    settings: Settings, operation: str, id_: str, answer: str, identity: str
) -> None:
    keys, written = settings.keys(identity), {"answer": answer}
    outcome = settings.city.call(keys, "correction", operation, id_, written)
    tell_outcome(settings, outcome, id_)


@command(
    click.option("--state", help="状态 · state: asked, corrected, upheld"),
    identity_option(required=True),
)
def list_(settings: Settings, state: str | None, identity: str) -> None:
    """列出本单位所见的更正。 Findings, as far as an identity sees them."""
    city = settings.city.as_(settings.keys(identity))
    found, after = [], None
    while True:
        path = "/api/scenarios/correction/records"
        page = city.get(path, state=state, after=after, limit=200)
        found += [each for each in page["records"] if each["complete"]]
        after = page["next"]
        if after is None:
            break
    lines = [
        f"{each['id']}  {each['state']}  授权 · grant {each['fields']['grant']}"
        f"  {each['fields']['column']}: {each['fields']['found']}"
        + (f"  → {each['fields']['answer']}" if each["fields"]["answer"] else "")
        for each in found
    ]
    settings.give({"findings": found}, "\n".join(lines) or "没有更正。 None is known.")


for each in (ask, correct, uphold):
    correction.add_command(each)
correction.add_command(list_, "list")
