"""
did:web: a document that a website publishes, fetched with care.

    did:web:example.com                  https://example.com/.well-known/did.json
    did:web:example.com%3A8443:a:b       https://example.com:8443/a/b/did.json

A DID comes from a stranger, so its host is one too. It is a name, never an address; all
that the name resolves to must be public; the connection goes to the address that was
checked, under the certificate of the name. A few seconds, 256 KiB and two redirections,
each looked at like the first. Source: https://w3c-ccg.github.io/did-method-web/ §2.5.
"""

import asyncio
import contextlib
import json
import re
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import httpx

from huabiao.services import outgoing
from huabiao.services.did.document import check_document
from huabiao.services.did.resolution import DidFailed, Resolution
from huabiao.services.did.syntax import Did

METHOD = "web"
LARGEST, SECONDS, MOST_REDIRECTIONS = 256 * 1024, 6.0, 2
ACCEPT = "application/did+ld+json, application/did+json, application/json"
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)*"
                   r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)  # fmt: skip
Lookup = Callable[[str, int], list[str]]


def document_url(did: Did) -> str:
    """Where the document of a did:web lies; DidFailed (invalidDid)."""
    host, *path = did.id.split(":")
    address = unquote(host)
    name, _, port = address.partition(":")
    if not _is_name(name) or (port and not _is_port(port)):
        raise DidFailed(
            "invalidDid",
            f"did:web 的主机“{address[:80]}”不是域名。"
            f" {address[:80]!r} is no domain name, as did:web demands.",
        )
    if any(
        segment in ("", ".", "..") or "/" in segment for segment in map(unquote, path)
    ):
        raise DidFailed("invalidDid", "did:web 的路径有误。 The path is malformed.")
    where = "/".join(path) if path else ".well-known"
    return f"https://{address.lower()}/{where}/did.json"


def look_up(name: str, port: int) -> list[str]:
    """The addresses of a host; OSError if it has none."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class WebDids:
    """Fetches did:web documents; `private` admits addresses that are not public, for a
    city whose partners are in a network of its own."""

    def __init__(
        self,
        private: bool = False,
        trusted: ssl.SSLContext | None = None,
        lookup: Lookup = look_up,
    ) -> None:
        self._private, self._lookup = private, lookup
        self._trusted = trusted or ssl.create_default_context()

    def resolve(self, did: Did) -> Resolution:
        """The published document; DidFailed. Blocks: not for a thread with a loop."""
        end = time.monotonic() + SECONDS
        url = document_url(did)
        for _ in range(MOST_REDIRECTIONS + 1):
            answer, body = self._get(urlsplit(url), end)
            if not answer.has_redirect_location:
                return Resolution(check_document(_parsed(answer, body), str(did)))
            url = urljoin(url, answer.headers["location"])
        raise _failed("重定向过多", "there are too many redirections")

    def _get(self, url: SplitResult, end: float) -> tuple[httpx.Response, bytes]:
        name, port = url.hostname or "", _port(url)
        if url.scheme != "https" or not _is_name(name) or url.username is not None:
            raise _failed("只取 https 域名地址", "only https and a domain name will do")
        address = self._checked(name, port)
        host = f"[{address}]" if ":" in address else address
        target = url._replace(netloc=f"{host}:{port}", fragment="").geturl()
        headers = {"host": name if port == 443 else f"{name}:{port}", "accept": ACCEPT,
                   "accept-encoding": "identity"}  # fmt: skip
        fetching = self._fetch(target, headers, name)
        try:
            # A deadline for the whole: a site may send its headers byte by byte.
            return asyncio.run(asyncio.wait_for(fetching, end - time.monotonic()))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise _failed(
                f"{name} 取不到（{type(error).__name__}）",
                f"{name} gives no document ({type(error).__name__})",
            ) from None

    async def _fetch(
        self, target: str, headers: dict[str, str], name: str
    ) -> tuple[httpx.Response, bytes]:
        async with (
            httpx.AsyncClient(
                verify=self._trusted, trust_env=False, timeout=SECONDS
            ) as web,
            web.stream(
                "GET", target, headers=headers, extensions={"sni_hostname": name}
            ) as answer,
        ):
            return answer, await _bounded(answer)

    def _checked(self, name: str, port: int) -> str:
        """The address to connect to: the first of a name's, if all of them may be."""
        addresses: list[str] = []
        with contextlib.suppress(OSError, UnicodeError):
            addresses = self._lookup(name, port)
        if not addresses:
            raise _failed(f"域名 {name} 无法解析", f"the name {name} does not resolve")
        if not self._private and not all(
            outgoing.is_public(each) for each in addresses
        ):
            raise _failed(
                f"{name} 指向非公网地址，不予访问",
                f"{name} points at an address that is not public",
            )
        return addresses[0]


async def _bounded(answer: httpx.Response) -> bytes:
    """The body, no more of it than LARGEST."""
    found = bytearray()
    async for piece in answer.aiter_raw(16_384):
        found += piece
        if len(found) > LARGEST:
            raise _failed("文档过大", "the document is too large")
    return bytes(found)


def _parsed(answer: httpx.Response, body: bytes) -> Any:
    if answer.status_code != 200:
        status = answer.status_code
        raise _failed(f"应答 {status}", f"the answer was {status}")
    try:
        return json.loads(body, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise DidFailed(
            "invalidDidDocument",
            "取得的不是合格的 JSON。 What was fetched is no well-formed JSON.",
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are each its own (RFC 8259 §4)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _is_name(name: str) -> bool:
    """A domain name; numbers alone, and their like, are addresses in disguise."""
    last = name.rpartition(".")[2]
    return bool(_NAME.fullmatch(name)) and not (
        last.isdigit() or last.lower().startswith("0x")
    )


def _is_port(port: str) -> bool:
    return port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536


def _port(url: SplitResult) -> int:
    with contextlib.suppress(ValueError):
        return url.port or 443
    raise _failed("端口有误", "the port is malformed")


def _failed(zh: str, en: str) -> DidFailed:
    return DidFailed("notFound", f"did:web：{zh}。 did:web: {en}.")
