"""
A home as one tar file, while its node runs: what cannot be made again.

    genesis, node.toml, member*.json, member*.signer, wallets/, vault/,
    status/ and codes/ (keys), sign_in/ (keys, ways and accounts of the staff),
    credentials/ (what wallets hold, sealed), issued/ (whose each status bit is),
    documents/ (EPCIS documents as they were written),
    handovers, pruned.json, gateways.json, tag.key, pairwise.key
    blocks/           every record that stands whole
    certificates/     as of a moment after those blocks, counted back to them
    engine/           configuration, keys, and data as a power cut would leave it
    subjects.sqlite   by SQLite's own backup
    webhooks.sqlite   the same, and nats.cursor: from before the blocks, so that what
                      they say was sent is in the blocks
    manifest.json     last: {"version", "chain", "suite", "height", "files": {name:
                      {"size", "sha256"}}}; without it a file is torn

State and read model are left out: a start makes them from the blocks. So is the
passphrase, which must not lie beside the keys that it opens.
"""

import contextlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from huabiao.ledger.block import decode_logged
from huabiao.ledger.certificates import Certificates
from huabiao.ledger.genesis import Genesis, decode_genesis
from huabiao.node.history.frozen import freeze
from huabiao.node.home import Home, HomeError
from huabiao.node.progress import Progress, Say, every_second
from huabiao.state.tail import LogTail, measure

VERSION, MANIFEST = 1, "manifest.json"
PLAIN = (
    "genesis", "node.toml", "handovers", "pruned.json", "gateways.json", "tag.key",
    "pairwise.key",
)  # fmt: skip
PATTERNS = (
    "member*.json", "member*.signer", "wallets/**/[!.]*.json", "vault/**/*",
    "status/key.json", "codes/key.json", "sign_in/**/*.json", "credentials/**/*",
    "engine/config/*", "documents/*",
)  # fmt: skip


class _Hashed(io.RawIOBase):
    """Reads so many bytes of a file and hashes them on the way."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size
        self.sum = sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(part)
        self.sum.update(part)
        return part


@dataclass
class _Tar:
    """What is written, and what the manifest will say of it."""

    tar: tarfile.TarFile
    progress: Progress
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: int = 0

    def add(self, name: str, file: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        hashed = _Hashed(file, size)
        self.tar.addfile(info, hashed)
        self.files[name] = {"size": size, "sha256": hashed.sum.hexdigest()}
        self.written += size
        self.progress(self.written >> 20, self.written >> 20)

    def add_path(self, name: str, path: Path, size: int | None = None) -> None:
        with path.open("rb") as file:
            held = os.fstat(file.fileno()).st_size
            self.add(name, file, held if size is None else size)


def backup(home: Path, output: Path, say: Say | None = None) -> dict[str, Any]:
    """{"chain", "height", "bytes", "file", "sentence"}; HomeError where none can be."""
    where = Home(home)
    if not where.genesis.exists():
        raise HomeError(
            f"{home} 中没有链；用 --home 指明。"
            f" There is no chain in {home}: name the folder with --home."
        )
    if output.exists():
        raise HomeError(
            f"{output} 已存在；请换一个文件名。"
            f" {output} is there already: choose another name."
        )
    genesis = decode_genesis(where.genesis.read_bytes())
    partial = output.with_name(f".{output.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            height = _write(file, home, genesis, say)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, output)
    finally:
        partial.unlink(missing_ok=True)
    size = output.stat().st_size
    return {
        "chain": genesis.chain, "height": height, "bytes": size, "file": str(output),
        "sentence": f"{output}：链 {genesis.chain} 到高度 {height}，{size} 字节。"
        "其中有密钥，不含口令；请分开保管。"
        f" Chain {genesis.chain} up to block {height}. It holds keys and not the"
        " passphrase: keep the two apart.",
    }  # fmt: skip


def _write(file: IO[bytes], home: Path, genesis: Genesis, say: Say | None) -> int:
    """The tar with its manifest at the end; the height that it reaches."""
    progress = every_second(say, "备份 MiB", "backing up, MiB")
    with tarfile.open(fileobj=file, mode="w") as tar:
        made = _Tar(tar, progress)
        height = _fill(made, home)
        manifest = {
            "version": VERSION,
            "chain": genesis.chain,
            "suite": genesis.suite,
            "height": height,
            "time": int(time.time() * 1000),
            "files": dict(made.files),
        }
        content = json.dumps(manifest, ensure_ascii=False).encode()
        made.add(MANIFEST, io.BytesIO(content), len(content))
    return height


def _fill(made: _Tar, home: Path) -> int:
    """The order matters: the log first, what may be ahead of it after it."""
    cursor = home / "nats.cursor"
    sent = cursor.read_text() if cursor.exists() else ""
    with tempfile.TemporaryDirectory(prefix="huabiao-backup-") as scratch:
        _add_table(made, home, Path(scratch), "webhooks.sqlite")
    if sent:
        made.add("nats.cursor", io.BytesIO(sent.encode()), len(sent))
    _, height, segments = measure(home / "blocks")
    order = 0
    if height:
        newest = LogTail(home / "blocks").read(height)
        order = decode_logged(newest).order if newest else 0
    with tempfile.TemporaryDirectory(prefix="huabiao-backup-") as scratch:
        _add_certificates(made, home, Path(scratch), order)
        _add_engine(made, home)
        _add_table(made, home, Path(scratch), "subjects.sqlite")
        _add_table(made, home, Path(scratch), "sign_in/passkeys.sqlite")
        for path in sorted((home / "issued").glob("*.sqlite")):
            _add_table(made, home, Path(scratch), f"issued/{path.name}")
    start = home / "blocks" / "start"
    if start.exists():
        made.add_path("blocks/start", start)
    for path, size in segments.items():
        made.add_path(f"blocks/{path.name}", path, size)
    for name in PLAIN:
        if (home / name).exists():
            made.add_path(name, home / name)
    for pattern in PATTERNS:
        for path in sorted(home.glob(pattern)):
            if path.is_file() and not path.name.startswith("."):
                # A value that is erased at this moment is rightly not in the backup.
                with contextlib.suppress(FileNotFoundError):
                    made.add_path(path.relative_to(home).as_posix(), path)
    return height


def _add_certificates(made: _Tar, home: Path, scratch: Path, order: int) -> None:
    if not (home / "certificates").exists():
        return
    kept = Certificates(home / "certificates", readonly=True)
    kept.copy_to(scratch / "certificates", order)
    kept.close()
    made.add_path("certificates/data.mdb", scratch / "certificates" / "data.mdb")


def _add_engine(made: _Tar, home: Path) -> None:
    data = home / "engine" / "data"
    if not data.exists():
        return
    frozen = freeze(data)
    try:
        for name, (file, size) in frozen.files.items():
            made.add(f"engine/data/{name}", file, size)
    finally:
        frozen.close()


def _add_table(made: _Tar, home: Path, scratch: Path, name: str) -> None:
    path = home / name
    if not path.exists():
        return
    source = sqlite3.connect(path)
    copied = scratch / Path(name).name
    copy = sqlite3.connect(copied)
    source.backup(copy)
    copy.close()
    source.close()
    made.add_path(name, copied)
