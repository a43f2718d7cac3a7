"""
Requests that go out to an address which somebody else named, and nowhere else.

Whoever may name an address could make a node ask inside its own network (server-side
request forgery). So a name is resolved once, every address behind it must be allowed,
and the connection goes to that address itself, under the name's certificate. Public
addresses are allowed; others only where the operator says so:

    HUABIAO_OUTGOING=10.20.0.0/16,192.168.7.5      networks that may be asked too

Redirects are not followed. `post` does not read the answer, `ask` reads so much of it.
"""

import asyncio
import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from huabiao.client.trusting import trusted

TIMEOUT = httpx.Timeout(10.0)
LONGEST_URL = 500
LARGEST, SECONDS = 256 * 1024, 15.0
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TRANSLATED = [
    ipaddress.ip_network(each)
    for each in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96",
        "::ffff:0:0:0/96",
    )
]  # fmt: skip
"""NAT64 (RFC 6052, RFC 8215), 6to4, Teredo, IPv4-compatible (RFC 4291) and SIIT
(RFC 2765): IPv6 addresses that may stand for any IPv4 address."""


ANYWHERE: list[Network] = [
    ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"),
]  # fmt: skip


class NotAllowed(ValueError):
    """The node does not ask this address; the sentence says why."""


def allowed_networks() -> list[Network]:
    """What the operator allows beside public addresses; ValueError where misspelt."""
    given = os.environ.get("HUABIAO_OUTGOING", "")
    return [ipaddress.ip_network(each.strip()) for each in given.split(",") if each]


def check_address(url: str, networks: list[Network]) -> tuple[httpx.URL, str]:
    """The URL with an address in place of its host, and the host; NotAllowed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = host is not None and not parts.username and len(url) <= LONGEST_URL
    if not plain or host is None or parts.scheme not in ("http", "https"):
        raise NotAllowed(
            "地址应为 https://主机/路径，不含账号。"
            " Write the address as https://host/path, without an account."
        )
    try:
        port = port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAllowed(
            f"主机 {host[:80]} 查不到。 The host {host[:80]} cannot be found."
        ) from None
    addresses = [_parsed(str(each[4][0])) for each in found]
    if not all(_is_allowed(address, networks) for address in addresses):
        raise NotAllowed(
            f"{host[:80]} 在内部网络中；须由运行方以 HUABIAO_OUTGOING 允许。"
            f" {host[:80]} is inside a network that is not public; the operator allows"
            " it with HUABIAO_OUTGOING."
        )
    return httpx.URL(url).copy_with(host=str(addresses[0])), host


def _is_allowed(address: Address, networks: list[Network]) -> bool:
    return is_public(str(address)) or any(address in network for network in networks)


def _parsed(written: str) -> Address:
    """An address as it is written, without its zone; IPv4 that is mapped as IPv4."""
    found = ipaddress.ip_address(written.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def is_public(written: str) -> bool:
    """Whether an address is one of the public internet (IANA's registries) and stands
    for no other one."""
    address = _parsed(written)
    translated = any(address in network for network in TRANSLATED)
    return address.is_global and not address.is_multicast and not translated


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of a POST; raises NotAllowed and httpx.HTTPError."""
    there, host = check_address(url, allowed_networks())
    named = urlsplit(url).netloc
    with (
        httpx.Client(timeout=TIMEOUT, trust_env=False) as client,
        client.stream(
            "POST", there, content=body, headers={**headers, "host": named},
            extensions={"sni_hostname": host},
        ) as answer,
    ):  # fmt: skip
        return answer.status_code


@dataclass(frozen=True)
class Answer:
    """What an address answered."""

    status: int
    content_type: str
    body: bytes


def ask(
    method: str, url: str, headers: Mapping[str, str], body: bytes = b"",
    networks: list[Network] | None = None,
) -> Answer:  # fmt: skip
    """An answer of up to 256 KiB within 15 seconds; raises NotAllowed, ValueError where
    it is larger, httpx.HTTPError and TimeoutError. Blocks: not for a thread with a
    loop. `networks`: ANYWHERE for what the operator named, else HUABIAO_OUTGOING."""
    allowed = allowed_networks() if networks is None else networks
    there, host = check_address(url, allowed)
    named = {**headers, "host": urlsplit(url).netloc, "accept-encoding": "identity"}

    async def fetch() -> Answer:
        async with (
            httpx.AsyncClient(
                timeout=TIMEOUT, trust_env=False, verify=trusted(url)
            ) as client,
            client.stream(
                method, there, content=body or None, headers=named,
                extensions={"sni_hostname": host},
            ) as answer,
        ):  # fmt: skip
            found = bytearray()
            async for piece in answer.aiter_raw(16_384):
                found += piece
                if len(found) > LARGEST:
                    raise ValueError(
                        f"{host[:80]} 的应答过大。 {host[:80]} answers too much."
                    )
            kind = answer.headers.get("content-type", "")
            return Answer(answer.status_code, kind, bytes(found))

    # A deadline for the whole: a site may send its headers byte by byte.
    return asyncio.run(asyncio.wait_for(fetch(), SECONDS))
