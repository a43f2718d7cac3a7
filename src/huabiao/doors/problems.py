"""
Problems: what went wrong, said by a door (RFC 9457).

    {"type": "urn:huabiao:problem:record.unknown", "title": …, "status": 404,
     "detail": "中文。 English.", "code": "record.unknown", "field": "…", "todo": "…",
     "trace": "0af7651916cd43dd8448eb211c80319c"}

A reader whose Accept-Language prefers Chinese or English gets that language alone, any
other reader gets both. `trace` names this one request: it also stands in the answer's
header and in the log.
"""

import re
from typing import Any

MEDIA_TYPE = "application/problem+json"
TRACE_HEADER = "trace-id"
CHINESE, ENGLISH = "zh", "en"

MOST_LANGUAGES = 16
"""How many ranges of an Accept-Language header are looked at."""

_CHINESE_END = re.compile(r"(?<=[。！？])\s+(?=[A-Za-z\"'<(])")


class Problem(Exception):
    """A request that cannot be met; `detail` and `todo` are for people, `field` is what
    was wrong of what was sent."""

    def __init__(
        self, status: int, code: str, detail: str, todo: str = "", field: str = ""
    ) -> None:
        super().__init__(detail)
        self.status, self.code = status, code
        self.detail, self.todo, self.field = detail, todo, field

    def document(self, language: str = "", trace: str = "") -> dict[str, Any]:
        """The members of RFC 9457 §3.1, and ours beside them, in a language ("zh",
        "en") or in both ("")."""
        found = {
            "type": f"urn:huabiao:problem:{self.code}",
            "title": _title(self.status, language),
            "status": self.status,
            "detail": in_language(self.detail, language),
            "code": self.code,
            "field": self.field,
            "todo": in_language(self.todo, language),
            "trace": trace,
        }
        return {name: value for name, value in found.items() if value != ""}


def both_languages(sentence: str) -> tuple[str, str]:
    """A sentence of ours, 中文。 English., taken apart; "" for what it lacks."""
    first, *rest = _CHINESE_END.split(sentence, maxsplit=1)
    if rest:
        return first, rest[0]
    return ("", first) if first.isascii() else (first, "")


def in_language(sentence: str, language: str) -> str:
    """One language of a sentence, or all of it where that language is missing."""
    zh, en = both_languages(sentence)
    return {CHINESE: zh, ENGLISH: en}.get(language, "") or sentence


def preferred_language(accepted: str) -> str:
    """Which of our languages a reader prefers by Accept-Language (RFC 9110 §12.5.4);
    "" where it names neither."""
    best, weight = "", 0.0
    for given in accepted.split(",")[:MOST_LANGUAGES]:
        name, _, said = given.strip().partition(";")
        primary = name.strip().lower().partition("-")[0]
        quality = _quality(said)
        if primary in (CHINESE, ENGLISH) and quality > weight:
            best, weight = primary, quality
    return best


def _quality(said: str) -> float:
    """The weight of a language range; 1 where none is given, 0 for what is none."""
    name, _, number = said.strip().partition("=")
    if not name:
        return 1.0
    written = re.fullmatch(r"[01](\.\d{0,3})?", number.strip())
    return float(number) if name.strip() == "q" and written else 0.0


def _title(status: int, language: str) -> str:
    whole = TITLES.get(status, "错误 · Error")
    zh, _, en = whole.partition(" · ")
    return {CHINESE: zh, ENGLISH: en}.get(language, whole)


TITLES = {
    400: "请求有误 · Bad request",
    401: "需要登录 · Sign in first",
    403: "无权查看 · Not for this account",
    404: "没有找到 · Not found",
    405: "方法不可用 · Method not allowed",
    409: "被拒绝 · Refused",
    410: "已不在此 · Gone",
    413: "内容过大 · Too large",
    415: "格式不支持 · Unsupported format",
    422: "内容有误 · Malformed",
    429: "请求过多 · Too many",
    500: "内部错误 · Internal error",
    503: "暂时繁忙 · Busy",
}

SIGN_IN = (
    "先证明密钥：huabiao key token 名称，再以 Authorization: Bearer 令牌访问。"
    " Prove a key: huabiao key token NAME, then send Authorization: Bearer TOKEN."
)


def not_found(zh: str, en: str) -> Problem:
    return Problem(404, "unknown", f"{zh}。 {en}.", "请核对编号。 Check the id.")


def sign_in(detail: str = "") -> Problem:
    """What is asked for is not public, and nobody has proved a key."""
    detail = detail or "此内容不公开。 This is not public."
    return Problem(401, "session.missing", detail, SIGN_IN)


def forbidden(detail: str = "") -> Problem:
    detail = detail or (
        "此账户不是当事方，也不是监管方。"
        " This account is neither a party of the record nor a supervisor."
    )
    todo = "请由当事方或监管方访问。 Ask a party or a supervisor."
    return Problem(403, "sight.missing", detail, todo)


def malformed(detail: str, code: str = "request.malformed", field: str = "") -> Problem:
    todo = "请按 /api/docs 的格式改正。 Correct it as /api/docs says."
    return Problem(422, code, detail, todo, field)
