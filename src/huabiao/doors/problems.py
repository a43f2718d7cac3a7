"""
Problems: what went wrong, said by a door (RFC 9457).

    {"type": "urn:huabiao:problem:record.unknown", "title": …, "status": 404,
     "detail": "中文。 English.", "code": "record.unknown", "todo": "…"}
"""

from typing import Any

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be met; `detail` and `todo` are for people."""

    def __init__(self, status: int, code: str, detail: str, todo: str = "") -> None:
        super().__init__(detail)
        self.status, self.code = status, code
        self.detail, self.todo = detail, todo

    def document(self) -> dict[str, Any]:
        """The members of RFC 9457 §3.1, and our code and advice beside them."""
        found = {
            "type": f"urn:huabiao:problem:{self.code}",
            "title": TITLES.get(self.status, "错误 · Error"),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return found | ({"todo": self.todo} if self.todo else {})


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


def malformed(detail: str, code: str = "request.malformed") -> Problem:
    return Problem(422, code, detail, "请按 /api/docs 的格式改正。 See /api/docs.")
