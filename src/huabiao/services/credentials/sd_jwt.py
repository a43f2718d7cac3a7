"""
SD-JWT (RFC 9901): claims that the holder discloses one by one.

Claims that are disclosable stand in the signed payload as salted digests; the values
travel beside it, `<JWT>~<disclosure>~…~`. A claim is named by its JSON pointer
(RFC 6901): /name, /address/city, /nationalities/0. Digests are SHA-256; on a chain of
national cryptography SM3, under the private name `sm3`.
"""

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from huabiao.crypto import suite
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import (
    LARGEST,
    Object,
    from_base64url,
    parse,
    to_base64url,
    write,
)

MOST_DISCLOSURES, SALT_BYTES = 200, 16
ALGORITHM, DIGESTS, ELEMENT = "_sd_alg", "_sd", "..."


def digest_of(algorithm: str, text: str) -> str:
    """The digest of a disclosure or a token, base64url; §4.2.3."""
    if algorithm == "sha-256":
        return to_base64url(sha256(text.encode()).digest())
    if algorithm == "sm3":
        return to_base64url(suite("sm").digest(text.encode()))
    raise NotVerified("digest.alg", "不支持此摘要算法", "this digest is not accepted")


def conceal(
    claims: Object, disclosable: Collection[str], algorithm: str = "sha-256"
) -> tuple[Object, list[str]]:
    """The payload with digests in place of what is disclosable, and the disclosures;
    ValueError where a pointer names no claim."""
    hidden: list[str] = []
    left = set(disclosable)
    payload: Object = _conceal(claims, "", left, hidden, algorithm)
    if left:
        raise ValueError(f"没有这些内容 · there is no claim {sorted(left)}")
    return {**payload, ALGORITHM: algorithm}, hidden


def _conceal(
    value: Any, at: str, left: set[str], hidden: list[str], algorithm: str
) -> Any:
    def hide(*content: Any) -> str:
        salt = to_base64url(secrets.token_bytes(SALT_BYTES))
        hidden.append(to_base64url(write([salt, *content])))
        return digest_of(algorithm, hidden[-1])

    if isinstance(value, list):
        items = []
        for number, item in enumerate(value):
            pointer = f"{at}/{number}"
            inner = _conceal(item, pointer, left, hidden, algorithm)
            items.append({ELEMENT: hide(inner)} if pointer in left else inner)
            left.discard(pointer)
        return items
    if not isinstance(value, dict):
        return value
    shown, digests = {}, []
    for name, item in value.items():
        if name in (DIGESTS, ELEMENT, ALGORITHM):
            raise ValueError(f"名称 {name} 另有用途 · the name {name} is reserved")
        pointer = f"{at}/{_escape(name)}"
        inner = _conceal(item, pointer, left, hidden, algorithm)
        if pointer in left:
            digests.append(hide(name, inner))
            left.discard(pointer)
        else:
            shown[name] = inner
    return {**shown, DIGESTS: sorted(digests)} if digests else shown


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def join(token: str, disclosures: Collection[str], binding: str = "") -> str:
    """The compact form, §4."""
    return "~".join([token, *disclosures, binding])


def split(text: str) -> tuple[str, list[str], str]:
    """The issuer's token, the disclosures and the key-binding token ("" if none)."""
    if len(text) > LARGEST:
        raise malformed("size", f"超过 {LARGEST} 字节", f"over {LARGEST} bytes")
    token, *rest = text.split("~")
    if not rest or len(rest) > MOST_DISCLOSURES + 1:
        raise malformed("sd_jwt", "不是 SD-JWT", "this is no SD-JWT")
    return token, rest[:-1], rest[-1]


@dataclass
class Opened:
    """A payload with its disclosures put back; `by_pointer` tells which is which."""

    claims: Object
    by_pointer: dict[str, str] = field(default_factory=dict)
    complete: bool = True
    """Whether every digest was opened."""


def reveal(payload: Object, disclosures: Collection[str]) -> Opened:
    """Put every disclosure where its digest stands, §7.1: each fits in exactly one
    place, or all of it is refused."""
    algorithm = payload.get(ALGORITHM, "sha-256")
    content: dict[str, tuple[str, list[Any]]] = {}
    for disclosure in disclosures:
        found = parse(from_base64url(disclosure, "disclosure"), "disclosure")
        if not isinstance(found, list) or len(found) not in (2, 3):
            raise malformed("disclosure", "披露项格式不符", "a disclosure is malformed")
        if len(found) == 3 and found[1] in (DIGESTS, ELEMENT, ALGORITHM):
            raise malformed("disclosure", "披露项名称不可用", "a name that is reserved")
        if not isinstance(found[0], str) or not isinstance(found[-2], str):
            raise malformed("disclosure", "披露项格式不符", "a disclosure is malformed")
        content[digest_of(algorithm, disclosure)] = (disclosure, found)
    opening = _Opening(content)
    claims: Object = opening.walk(payload, "")
    claims.pop(ALGORITHM, None)
    if len(opening.by_pointer) != len(disclosures):
        raise NotVerified(
            "disclosure.unsigned",
            "有披露项未经签发者签名",
            "a disclosed value was not signed by the issuer",
        )
    complete = len(opening.seen) == len(opening.by_pointer)
    return Opened(claims, opening.by_pointer, complete)


class _Opening:
    def __init__(self, content: dict[str, tuple[str, list[Any]]]) -> None:
        self.content = content
        self.by_pointer: dict[str, str] = {}
        self.seen: set[str] = set()

    def take(self, digest: Any, length: int) -> tuple[str, list[Any]] | None:
        """What belongs to a digest, if it was disclosed; each digest occurs once."""
        if not isinstance(digest, str) or digest in self.seen:
            raise malformed("digest", "摘要重复或格式不符", "a digest is twice there")
        self.seen.add(digest)
        found = self.content.get(digest)
        if found is not None and len(found[1]) != length:
            raise malformed("disclosure", "披露项放错位置", "a disclosure out of place")
        return found

    def walk(self, value: Any, at: str) -> Any:
        if isinstance(value, list):
            return list(self.elements(value, at))
        if not isinstance(value, dict):
            return value
        shown = {
            name: self.walk(item, f"{at}/{_escape(name)}")
            for name, item in value.items()
            if name != DIGESTS
        }
        digests = value.get(DIGESTS, [])
        if not isinstance(digests, list) or ELEMENT in value:
            raise malformed("digest", "摘要格式不符", "digests are malformed")
        for digest in digests:
            found = self.take(digest, 3)
            if found is not None:
                disclosure, (_, name, item) = found
                if name in shown:
                    raise malformed(
                        "disclosure", f"{name} 重复", f"{name} is twice there"
                    )
                pointer = f"{at}/{_escape(name)}"
                self.by_pointer[pointer] = disclosure
                shown[name] = self.walk(item, pointer)
        return shown

    def elements(self, items: list[Any], at: str) -> Iterator[Any]:
        for number, item in enumerate(items):
            pointer = f"{at}/{number}"
            if isinstance(item, dict) and list(item) == [ELEMENT]:
                found = self.take(item[ELEMENT], 2)
                if found is not None:
                    self.by_pointer[pointer] = found[0]
                    yield self.walk(found[1][1], pointer)
            else:
                yield self.walk(item, pointer)


def choose(opened: Opened, wanted: Collection[str]) -> list[str]:
    """The disclosures of these claims, with those that they stand in; ValueError where
    a pointer names no disclosable claim."""
    unknown = sorted(set(wanted) - set(opened.by_pointer))
    if unknown:
        raise ValueError(f"不可披露 · there is nothing to disclose at {unknown}")
    return [
        disclosure
        for pointer, disclosure in opened.by_pointer.items()
        if any(each == pointer or each.startswith(pointer + "/") for each in wanted)
    ]
