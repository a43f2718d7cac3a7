"""
What a contract says, made fit for a receipt: keys, details of events, refusals.
"""

from typing import Any

from huabiao.codec.canonical import check_profile
from huabiao.contracts import Refused
from huabiao.proofs.receipt import OK


def said_of(error: Exception) -> tuple[str, str]:
    """The code and the sentence of what ended a call; only the class of an error that
    is no refusal is the same on every Python version."""
    if isinstance(error, Refused):
        code = _plain(error.code, 100)
        # A refusal cannot call itself a success.
        return "rule" if code == OK else code, _plain(error.sentence, 2_000)
    name = type(error).__name__
    return "contract.error", f"合约出错：{name}。 The contract failed: {name}."


def check_detail(detail: dict[str, Any]) -> None:
    """Plain values and flat lists of them: a receipt must be able to hold it."""
    for value in detail.values():
        if type(value) is str or type(value) is bytes:
            continue
        items = value if type(value) in (list, tuple) else (value,)
        if any(type(item) in (list, tuple, dict) for item in items):
            raise TypeError("the detail of an event is flat")
        check_profile(items)


def check_key(key: str) -> None:
    if len(key) > 200 or (key and not key.isprintable()):
        raise Refused(
            "key.malformed",
            "编号须为一行、不超过 200 字。 An id is one line, up to 200 characters.",
        )


def _plain(said: Any, longest: int) -> str:
    """What a contract said in a refusal, as text that a receipt can hold."""
    text = said if type(said) is str else type(said).__name__
    return text[:longest].encode(errors="replace").decode()
