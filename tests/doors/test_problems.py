"""What a problem says: one language or both, the field, what to do, and its trace."""

import logging

import httpx
import pytest
from served_city import Served

from huabiao.doors.problems import in_language, preferred_language

LOST = "/api/scenarios/nothing"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", ""), ("*", ""), ("fr, de;q=0.5", ""), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.5", "en"), ("fr;q=1, en;q=0.4, zh;q=0.6", "zh"),
        ("zh;q=0, en;q=0.1", "en"), ("en;q=9", ""), ("zh;q=x,en", "en"),
        ("zh" + ",fr" * 100 + ",en", "zh"), ("ZH-hans", "zh"),
    ],
)  # fmt: skip
def test_the_readers_language_is_the_one_of_greatest_weight(
    accepted: str, language: str
) -> None:
    assert preferred_language(accepted) == language


def test_a_sentence_in_one_language_only_is_never_lost() -> None:
    assert in_language("没有。 There is none.", "zh") == "没有。"
    assert in_language("没有。 There is none.", "en") == "There is none."
    assert in_language("只有中文。", "en") == "只有中文。"
    assert in_language("English only.", "zh") == "English only."


def test_one_language_where_the_reader_names_it_and_both_without(
    served: Served,
) -> None:
    def problem(**headers: str) -> dict[str, str]:
        answer = httpx.get(served.url + LOST, headers=headers)
        assert "accept-language" in answer.headers["vary"]
        return dict(answer.json())

    both = problem()
    zh, en = problem(**{"accept-language": "zh"}), problem(**{"accept-language": "en"})
    for member in ("title", "detail", "todo"):
        assert zh[member] in both[member] and en[member] in both[member]
        assert en[member].isascii() and not zh[member].isascii()
    assert zh["code"] == en["code"] == both["code"] == "unknown"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/blocks/x", "path.height"), ("/api/blocks?limit=0", "query.limit"),
        ("/api/accounts/hb1x", "account"),
    ],
)  # fmt: skip
def test_the_field_that_was_wrong_is_named(
    served: Served, path: str, field: str
) -> None:
    problem = httpx.get(served.url + path).json()
    assert problem["status"] == 422 and problem["field"] == field and problem["todo"]


def test_the_argument_that_was_wrong_is_named(served: Served) -> None:
    call = {"contract": "hazardous_waste", "operation": "draft", "key": "f1",
            "arguments": {"waste_code": "900-041-49", "declared": "heavy"}}  # fmt: skip
    wanted = {"signer": served.keys("clerk").public.hex(), "calls": [call]}
    problem = httpx.post(served.url + "/api/prepare", json=wanted).json()
    assert (problem["code"], problem["field"]) == ("argument.malformed", "declared")


def test_a_trace_stands_in_the_answer_its_header_and_the_log(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "huabiao.doors")
    theirs = "0af7651916cd43dd8448eb211c80319c"  # the example of W3C Trace Context
    parent = {"traceparent": f"00-{theirs}-b7ad6b7169203331-01"}
    answer = httpx.get(served.url + LOST, headers=parent)
    assert answer.json()["trace"] == answer.headers["trace-id"] == theirs
    (line,) = [each for each in caplog.messages if theirs in each]
    assert "/scenarios/{scenario}" in line and "nothing" not in line
    own = httpx.get(served.url + "/api/status").headers["trace-id"]
    assert len(own) == 32 and own != theirs
    forged = httpx.get(served.url + LOST, headers={"traceparent": "00-x\ty-z-01"})
    assert len(forged.headers["trace-id"]) == 32


def test_a_body_that_is_too_large_is_a_problem_with_a_trace(served: Served) -> None:
    answer = httpx.post(
        served.url + "/api/envelopes",
        content=b"\0" * (8 * 1024 * 1024 + 1),
        headers={"accept-language": "en"},
    )
    problem = answer.json()
    assert answer.status_code == 413 and problem["detail"].isascii()
    assert problem["trace"] == answer.headers["trace-id"]
