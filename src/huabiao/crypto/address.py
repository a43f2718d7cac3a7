"""
Addresses: twenty bytes that name an account, and how a person writes them.

    address = first 20 bytes of digest(b"huabiao-account\\0" ‖ public key)
    written = "hb1" ‖ address in 40 hex digits ‖ checksum in 4 hex digits

The digest is the chain's own; the checksum is always the first two bytes of SHA-256
over the twenty bytes, so that a door checks what was typed without knowing the chain.
"""

from collections.abc import Callable
from hashlib import sha256

ADDRESS_SIZE = 20
PREFIX = "hb1"
DOMAIN = b"huabiao-account\x00"

_WRITTEN_SIZE = len(PREFIX) + 2 * ADDRESS_SIZE + 4


def address(digest: Callable[[bytes], bytes], public: bytes) -> bytes:
    """The account of a public key, 20 bytes."""
    return digest(DOMAIN + public)[:ADDRESS_SIZE]


def show(address: bytes) -> str:
    """Write an address for people: 47 characters, lower case."""
    if len(address) != ADDRESS_SIZE:
        raise ValueError(
            f"地址须为 {ADDRESS_SIZE} 字节，收到 {len(address)} 字节。"
            f" An address has {ADDRESS_SIZE} bytes, not {len(address)}."
        )
    return PREFIX + address.hex() + _checksum(address)


def parse(text: str) -> bytes:
    """Read an address that a person wrote; ValueError with a sentence."""
    if not text.startswith(PREFIX) or len(text) != _WRITTEN_SIZE:
        raise ValueError(
            f"“{text[:60]}”不是地址：应为 {PREFIX} 加 44 位十六进制数字。"
            f" {text[:60]!r} is no address: {PREFIX} and 44 hex digits are expected."
        )
    digits = text[len(PREFIX) :]
    if not set(digits) <= set("0123456789abcdef"):
        raise ValueError(
            f"地址“{text}”含有小写十六进制以外的字符，请重新复制。"
            f" {text!r} has characters that are not lower-case hex; copy it again."
        )
    found = bytes.fromhex(digits[:-4])
    if _checksum(found) != digits[-4:]:
        raise ValueError(
            f"地址“{text}”校验不符，可能抄错，请核对。"
            f" The checksum of {text!r} does not match; it may be mistyped."
        )
    return found


def _checksum(address: bytes) -> str:
    return sha256(address).digest()[:2].hex()
