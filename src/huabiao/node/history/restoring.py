"""
A home from a backup: every digest compared, then laid out; a start does the rest.

The home gets its name when everything has been found right. What a tar file of a
stranger could do to other folders is not possible: only the names of a home, plain
files, nothing outside.
"""

import json
import os
import shutil
import tarfile
import time
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

from huabiao.node.history.backing_up import MANIFEST, PLAIN, VERSION
from huabiao.node.history.putting_back import put_back
from huabiao.node.home import HomeError
from huabiao.node.progress import Say, every_second
from huabiao.services.vault.vault import RESTORED

TOP = {
    *PLAIN, "subjects.sqlite", "webhooks.sqlite", "nats.cursor", "wallets", "vault",
    "status", "codes", "sign_in", "credentials", "issued", "engine", "blocks",
    "certificates", "documents", MANIFEST,
}  # fmt: skip
LARGEST_MANIFEST = 2**28
PART = 2**20


class BadBackup(Exception):
    """The file is no backup, or torn or altered; the sentence says where."""


def restore(
    file: Path, home: Path, archive: Path | None = None, say: Say | None = None
) -> dict[str, Any]:
    """{"chain", "height", "home", "engine", "sentence"}; the home is new, or empty."""
    if home.exists() and any(home.iterdir()):
        raise HomeError(
            f"{home} 不是空的；请换一个文件夹。 {home} is not empty: choose another."
        )
    staging = home.absolute().with_name(f".{home.absolute().name}.restoring")
    if staging.exists():
        raise HomeError(
            f"{staging} 是上次未完成的恢复；请删除后再试。"
            f" {staging} is left of a restore that was broken off: remove it first."
        )
    staging.mkdir(parents=True, mode=0o700)
    try:
        manifest = _lay_out(file, staging, say)
        if (staging / "vault").exists():
            # Its keys may open what was erased since: services.vault.erasing.
            now = str(int(time.time() * 1000))
            (staging / "vault" / RESTORED).write_text(now)
        if home.exists():
            home.rmdir()
        os.replace(staging, home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if archive is not None:
        put_back(home, archive, say)
    engine = (home / "engine").exists()
    return {
        "chain": manifest["chain"],
        "height": manifest["height"],
        "home": str(home),
        "engine": engine,
        "sentence": _sentence(manifest, home, engine),
    }


def _sentence(manifest: dict[str, Any], home: Path, engine: bool) -> str:
    chain, height = manifest["chain"], manifest["height"]
    voting, voting_en = "", ""
    if engine:
        voting = (
            "投票密钥随备份恢复：两个节点同用它会使本单位重复投票；"
            "若各单位的机器都已丢失，先启动高度最高的，再逐个启动其余。"
        )
        voting_en = (
            " The voting key came along: two nodes that use it vote twice. Where every"
            " member's machine was lost, start the one of the highest block first."
        )
    return (
        f"已恢复到 {home}：链 {chain}，高度 {height}。旧节点不得再运行；"
        f"{voting}备份之后才确认的区块只在其他节点上，备份之后的删除随这些区块再次执行（没有其他节点时须"
        f"重新提出）。放回口令（passphrase 或"
        f" HUABIAO_PASSPHRASE），再运行 huabiao up --home {home}。"
        f" Restored chain {chain} up to block {height}. The old node must not run any"
        f" more.{voting_en} What was acknowledged after the backup is with other nodes"
        " only; what was erased since is erased again as they arrive, and must be asked"
        " for anew where there is no other node. Give the passphrase back and run"
        " huabiao up."
    )


def _lay_out(file: Path, staging: Path, say: Say | None) -> dict[str, Any]:
    """Write every file with its digest taken; compare all with the manifest."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] = {}
    written, progress = 0, every_second(say, "恢复 MiB", "restoring, MiB")
    try:
        with tarfile.open(file, "r:") as tar:
            for member in tar:
                name = _checked_name(file, member)
                content = tar.extractfile(member)
                if content is None or name in found or manifest:
                    raise _bad(file, name)
                if name == MANIFEST:
                    if member.size > LARGEST_MANIFEST:
                        raise _bad(file, name)
                    manifest = json.loads(content.read())
                    continue
                found[name] = _copy(content, staging / name)
                written += member.size
                progress(written >> 20, file.stat().st_size >> 20)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise _bad(file, str(error)) from None
    _compare(file, found, manifest)
    return manifest


def _checked_name(file: Path, member: tarfile.TarInfo) -> str:
    path = PurePosixPath(member.name)
    top = path.parts[0] if path.parts else ""
    plain = top in TOP or (top.startswith("member") and top.endswith(".json"))
    odd = path.is_absolute() or ".." in path.parts or path.as_posix() != member.name
    if not member.isreg() or odd or not plain:
        raise _bad(file, member.name[:80])
    return member.name


def _copy(content: IO[bytes], path: Path) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    total, size = sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as into:
        while part := content.read(PART):
            total.update(part)
            size += into.write(part)
        into.flush()
        os.fsync(into.fileno())
    return {"size": size, "sha256": total.hexdigest()}


def _compare(
    file: Path, found: dict[str, dict[str, Any]], manifest: dict[str, Any]
) -> None:
    try:
        if manifest["version"] != VERSION:
            raise BadBackup(
                f"{file} 的备份格式是 {manifest['version']}，本程序只认 {VERSION}。"
                f" {file} is a backup of format {manifest['version']}, this program"
                f" reads {VERSION}."
            )
        named = manifest["files"]
        chain, height = manifest["chain"], manifest["height"]
    except (KeyError, TypeError):
        raise _bad(file, MANIFEST) from None
    for name in {*found, *named}:
        if found.get(name) != named.get(name):
            raise _bad(file, name)
    if "genesis" not in found or not isinstance(chain, str) or type(height) is not int:
        raise _bad(file, "genesis")


def _bad(file: Path, name: str) -> BadBackup:
    return BadBackup(
        f"{file} 不是完好的备份（{name}）：不完整或被改动，未恢复任何内容。请用另一份。"
        f" {file} is no whole backup ({name}): it is torn or was altered, and nothing"
        " was restored. Use another copy."
    )
