"""
did:huabiao: an account of a chain; docs/formats/did.md is the method's specification.

    did:huabiao:<chain>:<account>

The contract `identity` has the keys, `did_services` what else the document says; both
are read as they stood at a height, so that any version can be had again. A version is
named by the height of the block that made it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, unquote

from huabiao.codec import decode
from huabiao.crypto.address import parse, show
from huabiao.services.did import multikey
from huabiao.services.did.document import (
    VerificationKey,
    signing_method,
    write_document,
)
from huabiao.services.did.multikey import P256, SM2, X25519, KeyKind
from huabiao.services.did.resolution import DidFailed, Resolution
from huabiao.services.did.syntax import Did

METHOD = "huabiao"
MOST_KEYS = 10_000
RECIPIENTS = {"X25519": X25519, "P-256": P256, "SM2": SM2}
_HEIGHT = re.compile(r"[0-9]{1,10}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
Json = dict[str, Any]


class ChainReader(Protocol):
    """What is asked of a chain; times are UTC milliseconds."""

    @property
    def chain(self) -> str: ...
    @property
    def suite_name(self) -> str: ...
    def value(self, key: str, height: int | None) -> bytes | None:
        """A state value by its full key, newest or after a block."""

    def height_at(self, time: int) -> int:
        """The newest block that is not after a time; 0 before the first."""

    def time_of(self, height: int) -> int:
        """The time of a block; 0 if there is none."""


class KeyEntry(NamedTuple):
    """A registered key as `identity/keys` holds it, with its address; 0: never."""

    address: str
    since: int
    revoked_at: int
    reason: str
    until: int
    suspect_from: int
    public: bytes

    def held_at(self, time: int) -> bool:
        """Whether the key stood for its account at a time, as known today: what a
        revocation casts doubt on does not count."""
        ends = [
            each for each in (self.revoked_at, self.until, self.suspect_from) if each
        ]
        return self.since <= time and all(time < end for end in ends)


def chain_did(chain: str, account: bytes) -> str:
    """The DID of an account."""
    return f"did:{METHOD}:{quote(chain, safe='')}:{show(account)}"


def account_in(did: Did, chain: str) -> bytes:
    """The account that a DID of ours names; DidFailed if it is another chain's."""
    named, _, written = did.id.rpartition(":")
    try:
        account = parse(written)
    except ValueError as error:
        raise DidFailed("invalidDid", str(error)) from None
    if unquote(named) != chain:
        raise DidFailed(
            "notFound",
            f"本节点只有链“{chain}”，没有“{unquote(named)[:80]}”。"
            f" This node has the chain {chain!r}, not {unquote(named)[:80]!r}.",
        )
    return account


def resolve_chain(
    did: Did, reader: ChainReader, now: int, version_id: str | None = None,
    version_time: str | None = None,
) -> Resolution:  # fmt: skip
    """The document of an account, newest or as it was; `now` in UTC milliseconds."""
    account = account_in(did, reader.chain)
    height, time = _asked(reader, now, version_id, version_time)
    held = reader.value(f"identity/accounts/{account.hex()}", height)
    if held is None:
        raise DidFailed(
            "notFound",
            "此账户没有公布过密钥（identity.publish_key），或当时还没有。"
            " The account has published no key (identity.publish_key) by then.",
        )
    in_force, last, opened_at, changed_at, changed_in, closed_at = decode(held)[:6]
    services, recipients, *changed = _said(reader, account, height)
    version, updated = max((changed_in, changed_at), tuple(changed))
    if version_id is not None and version_id != str(version):
        raise _no_version(version_id)
    entries = _newest_first(read_keys(reader, last, height))
    metadata: Json = {
        "created": written_time(opened_at),
        "updated": written_time(updated),
        "versionId": str(version),
        "keyHistory": [_history(did, each) for each in entries],
    }
    if closed_at:
        metadata["deactivated"] = True
        return Resolution(write_document(str(did), []), metadata)
    standing = [
        each
        for each in entries
        if bytes.fromhex(each.address) in in_force
        and each.public
        and not (each.until and each.until <= time)
    ]
    kind = multikey.OF_SUITE[reader.suite_name]
    signing = [_method(did, each, kind) for each in standing]
    agreement = [_recipient(did, *each) for each in enumerate(recipients, 1)]
    named = [_service(did, *each) for each in services]
    return Resolution(write_document(str(did), signing, agreement, named), metadata)


def keys_at(did: Did, reader: ChainReader, time: int) -> list[VerificationKey]:
    """
    The signing keys that stood for an account at a time, as is known today.

    For what was signed then, such as a credential: a key that was revoked since is
    among them, one whose revocation casts doubt on that time is not. DidFailed.
    """
    account = account_in(did, reader.chain)
    held = reader.value(f"identity/accounts/{account.hex()}", None)
    if held is None:
        raise DidFailed("notFound", "没有此 DID。 There is no such DID.")
    kind = multikey.OF_SUITE[reader.suite_name]
    return [
        VerificationKey(f"{did}#{each.address}", str(did), kind, each.public)
        for each in read_keys(reader, decode(held)[1], None)
        if each.public and each.held_at(time)
    ]


def read_keys(reader: ChainReader, last: str, height: int | None) -> Iterator[KeyEntry]:
    """The keys that an account has or had, the newest registered first."""
    for _ in range(MOST_KEYS):
        stored = reader.value(f"identity/keys/{last}", height) if last else None
        if stored is None:
            return
        # An entry of the first version of the contract has four fields.
        _, since, revoked, reason, until, suspect, public, before = [
            *decode(stored), 0, 0, b"", "",
        ][:8]  # fmt: skip
        yield KeyEntry(last, since, revoked, reason, until, suspect, public)
        last = before


def _newest_first(registered: Iterator[KeyEntry]) -> list[KeyEntry]:
    """By since: a key that was there from the start may be registered last, where it is
    retired. Of two since one moment the one registered later stays first."""
    return sorted(registered, key=lambda each: each.since, reverse=True)


def written_time(time: int) -> str:
    """UTC milliseconds as DID Core §7.3 writes a time: whole seconds, Z."""
    return datetime.fromtimestamp(time // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _asked(
    reader: ChainReader, now: int, version_id: str | None, version_time: str | None
) -> tuple[int | None, int]:
    """The height to read at (None: the newest), and the time that it stands for."""
    if version_id is not None and version_time is not None:
        raise _bad_option("versionId 与 versionTime 只取其一", "give one of the two")
    if version_id is not None:
        if not _HEIGHT.fullmatch(version_id):
            raise _no_version(version_id)
        return int(version_id), reader.time_of(int(version_id))
    if version_time is None:
        return None, now
    try:
        if not _TIME.fullmatch(version_time):
            raise ValueError("form")
        asked = datetime.strptime(version_time, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise _bad_option(
            "versionTime 写作 2026-01-31T08:00:00Z",
            "versionTime is written 2026-01-31T08:00:00Z",
        ) from None
    # A second is asked for as a whole: what happened within it counts.
    time = int(asked.replace(tzinfo=UTC).timestamp()) * 1000 + 999
    return (None, now) if time >= now else (reader.height_at(time), time)


def _said(
    reader: ChainReader, account: bytes, height: int | None
) -> tuple[list[list[str]], list[tuple[str, bytes]], int, int]:
    """What the account says of itself: services, keys to encrypt to, since when."""
    stored = reader.value(f"did_services/documents/{account.hex()}", height)
    if stored is None:
        return [], [], 0, 0
    services, recipients, changed_at, changed_in = decode(stored)
    return services, recipients, changed_in, changed_at


def _method(did: Did, entry: KeyEntry, kind: KeyKind) -> Json:
    return signing_method(str(did), entry.address, kind, entry.public)


def _recipient(did: Did, number: int, recipient: tuple[str, bytes]) -> Json:
    kind, public = recipient
    return signing_method(str(did), f"recipient-{number}", RECIPIENTS[kind], public)


def _service(did: Did, name: str, kind: str, endpoint: str) -> Json:
    return {"id": f"{did}#{name}", "type": kind, "serviceEndpoint": endpoint}


def _history(did: Did, entry: KeyEntry) -> Json:
    """A key's life for people and auditors; times that never come are left out."""
    times = {
        "since": entry.since,
        "until": entry.until,
        "revoked": entry.revoked_at,
        "suspectFrom": entry.suspect_from,
    }
    found: Json = {"id": f"{did}#{entry.address}", "publicKeyHex": entry.public.hex()}
    found |= {name: written_time(time) for name, time in times.items() if time}
    return found | ({"reason": entry.reason} if entry.reason else {})


def _no_version(version_id: str) -> DidFailed:
    return DidFailed(
        "notFound",
        f"没有版本 {version_id[:20]}：版本号是产生它的区块高度。"
        f" There is no version {version_id[:20]}: a version is the height of the block"
        " that made it.",
    )


def _bad_option(zh: str, en: str) -> DidFailed:
    return DidFailed("invalidOptions", f"{zh}。 The options are malformed: {en}.")
