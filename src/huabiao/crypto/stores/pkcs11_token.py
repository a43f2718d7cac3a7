"""
A signing key in a hardware security module or smart card, over PKCS#11.

    pkcs11:token=huabiao;object=member?module-path=/usr/lib/softhsm/libsofthsm2.so
        &pin-source=file:/etc/huabiao/pin

RFC 7512 gives the form; `token`, `object` and `module-path` are needed. The PIN is read
from `pin-source`, or HUABIAO_PIN: never from the reference itself (`pin-value`), which
is shown in logs. The key is made in the token, sensitive and not extractable, and never
leaves it. Suite intl only: Ed25519 (CKM_EDDSA, PKCS#11 3.0 §2.3.14). PKCS#11 has no
standard mechanism for SM2; a national module with one of its vendor's own is reached by
a signer process of the vendor's kind, not by this file.
"""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from huabiao.crypto.stores.signing import StoreFailed
from huabiao.crypto.suite import suite

SCHEME = "pkcs11:"
ED25519 = bytes.fromhex("06032b6570")
"""The curve as CKA_EC_PARAMS: object identifier 1.3.101.112 (RFC 8410 §3)."""
POINT_PREFIX = b"\x04\x20"
"""CKA_EC_POINT is the public key in a DER octet string."""
PIN_VARIABLE = "HUABIAO_PIN"
_WANTED = ("token", "object", "module-path")


@dataclass(frozen=True)
class Place:
    """A parsed reference."""

    token: str
    object: str
    module: str
    pin_source: str = ""


@dataclass(repr=False)
class TokenKey:
    """An Ed25519 key in a token; a session that broke is opened again once."""

    place: Place
    public: bytes
    ends: str
    session: Any
    suite_name: str = "intl"
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.place.object

    def sign(self, message: bytes) -> bytes:
        """64 bytes; StoreFailed where the token does not sign, or not with its key."""
        import pkcs11

        with self._mutex:
            try:
                signature = _sign(self.session, self.place, message)
            except pkcs11.PKCS11Error:
                # The card was pulled out and put back, or the module restarted.
                signature = self._sign_again(message)
        if not suite("intl").verify(self.public, message, signature):
            raise _failed(self.place, "its signature does not hold")
        return signature

    def _sign_again(self, message: bytes) -> bytes:
        import pkcs11

        try:
            self.session = _session(self.place)
            return _sign(self.session, self.place, message)
        except pkcs11.PKCS11Error as error:
            raise _failed(self.place, f"{type(error).__name__} {error}") from None


def parse(reference: str) -> Place:
    """Take a PKCS#11 URI apart; StoreFailed names what is missing."""
    path, _, query = reference.removeprefix(SCHEME).partition("?")
    parts = [each for each in (*path.split(";"), *query.split("&")) if each]
    found = {
        name: unquote(value)
        for name, equals, value in (each.partition("=") for each in parts)
        if equals
    }
    if "pin-value" in found:
        raise StoreFailed(
            "PIN 不能写在密钥地址中；请用 pin-source 或环境变量 HUABIAO_PIN。"
            " A PIN does not belong into a reference: use pin-source, or HUABIAO_PIN."
        )
    missing = [name for name in _WANTED if not found.get(name)]
    if missing:
        raise StoreFailed(
            f"PKCS#11 密钥地址缺少 {'、'.join(missing)}（RFC 7512）。"
            f" The PKCS#11 reference lacks {', '.join(missing)} (RFC 7512)."
        )
    source = found.get("pin-source", "").removeprefix("file:")
    return Place(found["token"], found["object"], found["module-path"], source)


def open_token_key(reference: str) -> TokenKey:
    """The key that is there; StoreFailed if the module, token, PIN or key is not."""
    from pkcs11 import Attribute, ObjectClass

    place = parse(reference)
    session = _session(place)
    public = _one(session, place, ObjectClass.PUBLIC_KEY)
    point = bytes(public[Attribute.EC_POINT])
    if public[Attribute.EC_PARAMS] != ED25519 or point[:2] != POINT_PREFIX:
        raise _failed(place, "it is no Ed25519 key")
    return TokenKey(place, point[2:], _end_of(public), session)


def make_token_key(reference: str, ends: str = "") -> TokenKey:
    """Make a key in the token under a label that is free there."""
    import pkcs11
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

    place = parse(reference)
    session = _session(place)
    named = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: place.object}
    if list(session.get_objects(named)):
        raise _failed(place, "a key of this label exists already, and is not replaced")
    curve = session.create_domain_parameters(
        KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: ED25519}, local=True
    )
    secret = {
        Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True
    }  # fmt: skip
    shown = {Attribute.END_DATE: _date(ends)} if ends else {}
    try:
        curve.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True,
            label=place.object, public_template=shown, private_template=secret,
        )  # fmt: skip
    except pkcs11.PKCS11Error as error:
        raise _failed(place, f"{type(error).__name__} {error}") from None
    return open_token_key(reference)


def _date(day: str) -> Any:
    from datetime import date

    return date.fromisoformat(day)


def _end_of(key: Any) -> str:
    """CKA_END_DATE, where the module keeps one."""
    import pkcs11
    from pkcs11 import Attribute

    try:
        found = key[Attribute.END_DATE]
    except (pkcs11.PKCS11Error, ValueError, KeyError):
        return ""
    return found.isoformat() if found else ""


def _sign(session: Any, place: Place, message: bytes) -> bytes:
    from pkcs11 import Mechanism, ObjectClass

    key = _one(session, place, ObjectClass.PRIVATE_KEY)
    return bytes(key.sign(message, mechanism=Mechanism.EDDSA))


def _one(session: Any, place: Place, kind: Any) -> Any:
    from pkcs11 import Attribute

    named = {Attribute.CLASS: kind, Attribute.LABEL: place.object}
    found = list(session.get_objects(named))
    if len(found) != 1:
        raise _failed(place, f"{len(found)} keys have this label, one should")
    return found[0]


def _session(place: Place) -> Any:
    """A session that is logged in."""
    try:
        import pkcs11
    except ImportError:
        raise StoreFailed(
            "未安装 PKCS#11 支持：pip install 'huabiao[hsm]'。"
            " PKCS#11 is not installed: pip install 'huabiao[hsm]'."
        ) from None
    try:
        token = pkcs11.lib(place.module).get_token(token_label=place.token)
        return token.open(rw=True, user_pin=_pin(place))
    except pkcs11.UserAlreadyLoggedIn:
        return token.open(rw=True)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise _failed(place, f"{type(error).__name__} {error}".strip()) from None


def _pin(place: Place) -> str:
    if place.pin_source:
        return Path(place.pin_source).read_text("utf-8").strip()
    return os.environ.get(PIN_VARIABLE, "")


def _failed(place: Place, why: str) -> StoreFailed:
    return StoreFailed(
        f"令牌 {place.token} 中的密钥 {place.object} 不能用（{why}）；请核对模块、"
        "令牌、PIN 与标签。"
        f" The key {place.object} of the token {place.token} cannot be used ({why}):"
        " check the module, the token, its PIN and the label."
    )
