"""
Key files: one identity's keys on disk, opened by a passphrase.

    {"version": 1, "suite": "sm", "name": …, "public": hex, "recipient_public": hex,
     "ends": "2028-11-24",
     "kdf": {"name": "scrypt", "salt": hex, "n": 16384, "r": 8, "p": 1},
     "account": hex, "sealed": hex}

`sealed` is the suite's `seal` under scrypt(passphrase) of length(secret) as one byte,
the signing secret, then the recipient's secret. Its associated data is everything else
in the file as canonical bytes, so that a changed name or public key does not open
either. `ends` is the last day that the keys are meant for; a file without it states
none. A key that joined another's account, or was rotated, has the `account` that it
stands for. scrypt: RFC 7914; n = 2¹⁴ takes about 50 ms and 16 MB. Mode 0600.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import scrypt
from pathlib import Path
from typing import Any

from huabiao.codec.canonical import encode
from huabiao.crypto.address import ADDRESS_SIZE
from huabiao.crypto.keys import Keys, generate
from huabiao.crypto.suite import SEALING_KEY_SIZE, SUITES, Unopenable, suite
from huabiao.durable import write_new

VERSION = 1
LIFETIME_DAYS = 730
"""What new keys are meant for, if nothing else is said: two years."""
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1
LARGEST_N, LARGEST_R, LARGEST_P = 2**20, 32, 16
LARGEST_SCRYPT_MEMORY = 2**28
SALT_SIZE = 16
LARGEST_FILE = 65_536
_PROOF = b"huabiao key file\x00"
_MALFORMED = (ValueError, KeyError, TypeError, OverflowError, RecursionError)


class BadKeyFile(ValueError):
    """A key file that cannot be made or opened; the sentence says what to do."""


class WrongPassphrase(BadKeyFile):
    """The file is well formed and does not open with this passphrase."""


def create(
    path: Path,
    suite_name: str,
    name: str,
    passphrase: str,
    days: int = LIFETIME_DAYS,
    account_of: Callable[[bytes], bytes] | None = None,
) -> Keys:
    """
    Make an identity for so many days and write its file; BadKeyFile if it is taken.

    `account_of` gives the account that its public key will stand for, where that is not
    the one derived with its own suite's digest.
    """
    if not name.strip() or not passphrase:
        raise BadKeyFile(
            "身份名称和口令都不能为空。"
            " A key file needs a name and a passphrase; neither may be empty."
        )
    ends = datetime.now(UTC).date() + timedelta(days)
    keys = replace(generate(name, suite_name), ends=ends.isoformat())
    if account_of is not None and account_of(keys.public) != keys.account:
        keys = replace(keys, stands_for=account_of(keys.public))
    _write_new(path, _seal(keys, passphrase))
    return keys


def renew_recipient(path: Path, keys: Keys, passphrase: str) -> Keys:
    """The same identity with a new recipient key, in a file of its own; as `create`."""
    pair = keys.suite.generate_recipient()
    renewed = replace(keys, recipient_public=pair.public, recipient_secret=pair.secret)
    _write_new(path, _seal(renewed, passphrase))
    return renewed


def renew_signing(
    path: Path, keys: Keys, passphrase: str, days: int = LIFETIME_DAYS
) -> Keys:
    """
    The same account and recipient key with a new signing key, in a file of its own; as
    `create`. On a chain it stands for the account once the old key has said so.
    """
    pair = keys.suite.generate()
    ends = datetime.now(UTC).date() + timedelta(days)
    renewed = replace(
        keys, public=pair.public, secret=pair.secret, ends=ends.isoformat(),
        stands_for=keys.account,
    )  # fmt: skip
    _write_new(path, _seal(renewed, passphrase))
    return renewed


def load(path: Path, passphrase: str) -> Keys:
    """Open a key file; WrongPassphrase, or BadKeyFile if the file is broken."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadKeyFile(
            f"读不到密钥文件 {path}：{error.strerror}。请检查路径与权限，或先创建身份。"
            f" Cannot read the key file {path}: {error.strerror}."
            " Check the path and its permissions, or create the identity first."
        ) from error
    try:
        fields = _parse(content)
    except _MALFORMED as error:
        raise BadKeyFile(
            f"密钥文件 {path} 已损坏（{error}）。请用备份恢复，或重新创建身份。"
            f" The key file {path} is broken ({error}). Restore it from a backup,"
            " or create the identity again."
        ) from error
    return _open(path, fields, passphrase)


def stated_end(path: Path) -> str:
    """The last day that a file states, without opening it; empty if it states none."""
    return _stated(path, "ends")


def stated_suite(path: Path) -> str:
    """The suite that a file states, without opening it; empty if it is no key file."""
    return _stated(path, "suite")


def _stated(path: Path, field: str) -> str:
    try:
        with open(path, "rb") as file:
            return str(_parse(file.read(LARGEST_FILE + 1)).get(field, ""))
    except (OSError, *_MALFORMED):
        return ""


def _seal(keys: Keys, passphrase: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "version": VERSION,
        "suite": keys.suite.name,
        "name": keys.name,
        "public": keys.public.hex(),
        "recipient_public": keys.recipient_public.hex(),
        **({"ends": keys.ends} if keys.ends else {}),
        **({"account": keys.stands_for.hex()} if keys.stands_for else {}),
        "kdf": {
            "name": "scrypt",
            "salt": secrets.token_hex(SALT_SIZE),
            "n": SCRYPT_N,
            "r": SCRYPT_R,
            "p": SCRYPT_P,
        },
    }
    plaintext = bytes((len(keys.secret),)) + keys.secret + keys.recipient_secret
    sealing_key = _stretch(passphrase, fields["kdf"])
    sealed = keys.suite.seal(sealing_key, plaintext, encode(fields))
    return fields | {"sealed": sealed.hex()}


def _open(path: Path, fields: dict[str, Any], passphrase: str) -> Keys:
    chosen = suite(fields["suite"])
    sealed = bytes.fromhex(fields.pop("sealed"))
    try:
        plaintext = chosen.open(
            _stretch(passphrase, fields["kdf"]), sealed, encode(fields)
        )
    except Unopenable:
        raise WrongPassphrase(
            f"打不开密钥文件 {path}：口令不对，或文件被改动过。请重输口令；"
            "仍不行则用备份恢复。"
            f" The key file {path} does not open: wrong passphrase, or the file was"
            " altered. Type the passphrase again; if that fails, restore a backup."
        ) from None
    size, rest = plaintext[0], plaintext[1:]
    keys = Keys(
        fields["name"],
        chosen,
        bytes.fromhex(fields["public"]),
        rest[:size],
        bytes.fromhex(fields["recipient_public"]),
        rest[size:],
        fields.get("ends", ""),
        bytes.fromhex(fields.get("account", "")),
    )
    signature = chosen.sign(keys.secret, _PROOF)
    if not chosen.verify(keys.public, _PROOF, signature):
        raise BadKeyFile(
            f"密钥文件 {path} 的公钥与私钥不配对。请用备份恢复。"
            f" The keys in {path} do not belong together; restore a backup."
        )
    return keys


def _stretch(passphrase: str, kdf: dict[str, Any]) -> bytes:
    n, r, p = kdf["n"], kdf["r"], kdf["p"]
    return scrypt(
        passphrase.encode(),
        salt=bytes.fromhex(kdf["salt"]),
        n=n,
        r=r,
        p=p,
        maxmem=128 * r * (n + p + 2) + 1_048_576,
        dklen=SEALING_KEY_SIZE,
    )


def _parse(content: bytes) -> dict[str, Any]:
    """The fields of a well-formed file; one of _MALFORMED if it is not."""
    if len(content) > LARGEST_FILE:
        raise ValueError(f"over {LARGEST_FILE} bytes")
    fields = json.loads(content)
    if type(fields) is not dict:
        raise ValueError("not a JSON object")
    if fields["version"] != VERSION or fields["suite"] not in SUITES:
        raise ValueError("unknown version or suite")
    if type(fields["name"]) is not str:
        raise ValueError("the name is no text")
    for field in ("public", "recipient_public", "sealed"):
        bytes.fromhex(fields[field])
    if "account" in fields and len(bytes.fromhex(fields["account"])) != ADDRESS_SIZE:
        raise ValueError("the account is no address")
    if "ends" in fields:
        date.fromisoformat(fields["ends"])
    kdf = fields["kdf"]
    bytes.fromhex(kdf["salt"])
    limits = {"n": LARGEST_N, "r": LARGEST_R, "p": LARGEST_P}
    # A file from a stranger must not ask for a terabyte.
    if kdf["name"] != "scrypt" or not all(
        type(kdf[cost]) is int and 1 <= kdf[cost] <= most
        for cost, most in limits.items()
    ):
        raise ValueError("unknown or excessive key derivation")
    if kdf["n"] < 2 or kdf["n"] & (kdf["n"] - 1):
        raise ValueError("scrypt's n is no power of two")
    if 128 * kdf["n"] * kdf["r"] > LARGEST_SCRYPT_MEMORY:
        raise ValueError("excessive key derivation")
    encode(fields)
    return fields


def _write_new(path: Path, fields: dict[str, Any]) -> None:
    """No key is ever overwritten."""
    content = json.dumps(fields, ensure_ascii=False, indent=2).encode() + b"\n"
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(path, content)
    except FileExistsError as error:
        raise BadKeyFile(
            f"密钥文件 {path} 已存在，不会覆盖。请换一个路径。"
            f" The key file {path} exists and is not overwritten; choose another path."
        ) from error
    except OSError as error:
        raise BadKeyFile(
            f"写不了密钥文件 {path}：{error.strerror}。请检查磁盘与权限。"
            f" Cannot write the key file {path}: {error.strerror}."
            " Check the disk and the permissions."
        ) from error
