"""
A wallet's exchanges with addresses that came in a link, so that a stranger chose them.

https alone, and http on this machine; public addresses, and others that
HUABIAO_OUTGOING allows; no redirects; 256 KiB and 15 seconds.
"""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from huabiao.services import outgoing
from huabiao.services.credentials import NotVerified
from huabiao.services.credentials.strict_json import Object, parse_object
from huabiao.services.openid4vc.oauth import OAuthError

THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Unanswered(Exception):
    """An address of a link gave no answer that can be used; the sentence says which."""


def check_url(url: Any) -> str:
    """An address of a link; Unanswered where it may not be asked at all."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host = parts.hostname
    except ValueError:
        host = None
    plain = parts.scheme == "http" and host in THIS_MACHINE if host else False
    if host is None or not (parts.scheme == "https" or plain):
        raise Unanswered(f"地址须为 https：{url!s:.100}。 The address must be https.")
    return str(url)


def exchange(
    method: str, url: Any, headers: dict[str, str], body: bytes = b""
) -> outgoing.Answer:
    """An answer with a status below 400; OAuthError as the other side names it."""
    there = check_url(url)
    try:
        answer = outgoing.ask(method, there, headers, body)
    except outgoing.NotAllowed as error:
        raise Unanswered(str(error)) from None
    except (httpx.HTTPError, TimeoutError, ValueError) as error:
        name = type(error).__name__
        host = urlsplit(there).netloc[:80]
        raise Unanswered(
            f"{host} 没有可用的应答（{name}）。 {host} gives no answer: {name}."
        ) from None
    if answer.status >= 300:
        raise _refused(there, answer)
    return answer


def _refused(url: str, answer: outgoing.Answer) -> Exception:
    """What the other side said of an error, as text of bounded length."""
    try:
        told = parse_object(answer.body)
    except NotVerified:
        told = {}
    if isinstance(told.get("error"), str):
        said = str(told.get("error_description", ""))
        return OAuthError(told["error"][:100], said, answer.status)
    host = urlsplit(url).netloc[:80]
    return Unanswered(f"{host} 应答 {answer.status}。 {host} answered {answer.status}.")


def get(url: Any, accept: str = JSON) -> outgoing.Answer:
    return exchange("GET", url, {"accept": accept})


def post_form(url: Any, form: dict[str, str], accept: str = JSON) -> outgoing.Answer:
    headers = {"accept": accept, "content-type": FORM}
    return exchange("POST", url, headers, urlencode(form).encode())


def post_json(url: Any, document: Object, token: str) -> outgoing.Answer:
    headers = {
        "accept": JSON, "content-type": JSON, "authorization": f"Bearer {token}",
    }  # fmt: skip
    return exchange("POST", url, headers, json.dumps(document).encode())


def object_of(answer: outgoing.Answer) -> Object:
    """A JSON object; Unanswered."""
    try:
        return parse_object(answer.body)
    except NotVerified as error:
        raise Unanswered(f"应答有误：{error} The answer is malformed.") from None
