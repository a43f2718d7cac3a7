"""
What a signer signs, and what it never signs.

    b"huabiao certificate\\0" ‖ hash    with the header of that hash (proofs.header)
    b"huabiao seat\\0" ‖ encode([chain, seat, organisation, public, engine key])

Nothing else. Each is read in full: canonical, of this chain and suite, the hash that of
the header, the public key our own. One height has one header for ever: what was signed
is on the disk before the signature leaves, in a file of its own.

    {"chain": …, "floor": height, "signed": {height: hash}}

Heights below the floor are refused, for what was signed there is no longer known; the
floor follows the highest height by `REMEMBERED`. The chain is the one that was named at
the start, or else the first that anything was signed for.
"""

import fcntl
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from huabiao.client.signing import SEAT_DOMAIN
from huabiao.codec import encode
from huabiao.codec.canonical import NotCanonical, decode_canonical
from huabiao.crypto.stores.signing import Signing
from huabiao.crypto.suite import suite
from huabiao.durable import write_whole
from huabiao.proofs.header import (
    CERTIFICATE_DOMAIN,
    VERSION,
    Header,
    certified_message,
    decode_header,
    header_hash,
)

REMEMBERED = 256
STATE_FILE, LOCK_FILE = "signed.json", "lock"
DIGEST_SIZE = 32
Statement = tuple[str, str, str, bytes, bytes]
Refusal = tuple[str, str]
"""A stable code and a sentence."""

DOMAIN: Refusal = (
    "signer.domain",
    "只签区块证书与席位证明。 It signs block certificates and proofs of a seat only.",
)
MALFORMED: Refusal = (
    "signer.malformed",
    "内容不合规范，或与所附区块头不符。"
    " It is not well formed, or the header with it is another's.",
)


class StateUnusable(Exception):
    """The file of what was signed cannot be used; the sentence says what to do."""


class Refused(Exception):
    """Not signed: `code` and `sentence`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal[1]} [{refusal[0]}]")
        self.code, self.sentence = refusal


@dataclass
class Signed:
    """What was signed, as the file keeps it."""

    chain: str = ""
    floor: int = 0
    signed: dict[int, bytes] = field(default_factory=dict)


class Guard:
    """A key and the record of what it signed. One process holds the folder."""

    def __init__(self, key: Signing, folder: Path, chain: str = "") -> None:
        self.key, self._folder = key, folder
        self._digest = suite(key.suite_name).digest
        self._mutex = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._held = _hold(folder)
        try:
            self._past = _read(folder / STATE_FILE)
            _check_chain(folder, self._past, chain)
        except StateUnusable:
            self.close()
            raise
        self._past.chain = self._past.chain or chain

    def close(self) -> None:
        self._held.close()

    def sign(self, message: bytes, header: bytes) -> bytes:
        """Read, remember, then sign; raises Refused."""
        with self._mutex:
            if message.startswith(CERTIFICATE_DOMAIN):
                self._remember(message, header)
            elif message.startswith(SEAT_DOMAIN) and not header:
                self._check_seat(message.removeprefix(SEAT_DOMAIN))
            else:
                raise Refused(DOMAIN)
            return self.key.sign(message)

    def _check_seat(self, encoded: bytes) -> None:
        try:
            stated = msgspec.convert(decode_canonical(encoded), Statement)
        except (NotCanonical, msgspec.MsgspecError):
            raise Refused(MALFORMED) from None
        chain, _, _, public, _ = stated
        if public != self.key.public:
            raise Refused(MALFORMED)
        self._check_same_chain(chain)
        if not self._past.chain:
            self._keep(Signed(chain))

    def _remember(self, message: bytes, encoded: bytes) -> None:
        """One header a height: on the disk before the signature leaves."""
        header, hash_ = self._read_header(message, encoded)
        self._check_same_chain(header.chain)
        past, height = self._past, header.height
        if height < past.floor:
            raise Refused((
                "signer.height",
                f"高度 {height} 低于 {past.floor}，不再签署。"
                f" Height {height} is below {past.floor} and is signed no more.",
            ))  # fmt: skip
        known = past.signed.get(height)
        if known == hash_:
            return
        if known is not None:
            raise Refused((
                "signer.double",
                f"高度 {height} 已签过另一区块头，绝不再签；请立即查明节点。"
                f" Another header of height {height} was signed already, and no second"
                " one ever will be: find out at once what the node is doing.",
            ))  # fmt: skip
        floor = max(past.floor, height - REMEMBERED)
        kept = {at: each for at, each in past.signed.items() if at >= floor}
        self._keep(Signed(header.chain, floor, {**kept, height: hash_}))

    def _read_header(self, message: bytes, encoded: bytes) -> tuple[Header, bytes]:
        try:
            header = decode_header(encoded)
        except (msgspec.MsgspecError, RecursionError):
            raise Refused(MALFORMED) from None
        hash_ = header_hash(self._digest, encoded)
        digests = header.previous, header.transactions, header.receipts, header.state
        sizes = {len(each) for each in (*digests, header.members, header.next_members)}
        if (
            encode(header) != encoded
            or (header.version, header.suite) != (VERSION, self.key.suite_name)
            or header.height < 1
            or sizes != {DIGEST_SIZE}
            or message != certified_message(hash_)
        ):
            raise Refused(MALFORMED)
        return header, hash_

    def _check_same_chain(self, chain: str) -> None:
        if not chain or self._past.chain not in ("", chain):
            raise Refused((
                "signer.chain",
                f"此签名进程只为链 {self._past.chain} 签署。"
                f" This signer signs for the chain {self._past.chain} only.",
            ))  # fmt: skip

    def _keep(self, now: Signed) -> None:
        _write(self._folder / STATE_FILE, now)
        self._past = now


def _hold(folder: Path) -> IO[bytes]:
    """Two signers with one memory each would sign two headers."""
    file = (folder / LOCK_FILE).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise StateUnusable(
            f"{folder} 已有签名进程在用；先停下它。"
            f" A signer already works with {folder}: stop it first."
        ) from None
    return file


def _check_chain(folder: Path, past: Signed, chain: str) -> None:
    if chain and past.chain not in ("", chain):
        raise StateUnusable(
            f"{folder} 记录的是链 {past.chain}，不是 {chain}；请另用文件夹。"
            f" {folder} is for the chain {past.chain}, not {chain}: use another folder."
        )


def _read(path: Path) -> Signed:
    """What was signed; nothing where the file never was."""
    if not path.exists():
        return Signed()
    try:
        found = json.loads(path.read_bytes())
        signed = {int(at): bytes.fromhex(each) for at, each in found["signed"].items()}
        return Signed(str(found["chain"]), int(found["floor"]), signed)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateUnusable(
            f"{path} 已损坏（{error}）；不知道签过什么就不能再签。请从备份恢复，"
            "或换一把新密钥（huabiao member rotate）。"
            f" {path} is damaged ({error}), and who does not know what was signed must"
            " not sign: restore it, or rotate to a new key."
        ) from None


def _write(path: Path, signed: Signed) -> None:
    """Whole or not at all, and on the disk before this returns."""
    fields = {
        "chain": signed.chain,
        "floor": signed.floor,
        "signed": {str(at): each.hex() for at, each in sorted(signed.signed.items())},
    }
    write_whole(path, json.dumps(fields).encode())
