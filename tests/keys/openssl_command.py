"""
The command of OpenSSL 4, built here once from pinned source: it speaks RFC 8998.

    python tests/keys/openssl_command.py      builds it; `make test-network` does so

    SYS.PREFIX/share/huabiao/openssl-4.0.3    what is built
    $HUABIAO_OPENSSL                          another one, named by its path

The package openssl-src of crates.io carries the authors' source whole; cargo fetches it
and checks it against openssl-command/Cargo.lock. OpenSSL is under Apache-2.0. The
command of Debian 12 is 3.0, which has SM2, SM3 and SM4 but not their TLS.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from huabiao.engines.go_program import ProgramMissing, run_to_end

VERSION = "4.0.3"
HOW = f"{Path(sys.executable).name} tests/keys/openssl_command.py"
PINS = Path(__file__).parent / "openssl-command"
NEEDED = ("cargo", "perl", "cc", "make")
CONFIGURED = "no-shared no-tests no-docs no-module no-legacy"


def installed_path() -> Path:
    """Where the command that belongs to this Python environment lies."""
    named = os.environ.get("HUABIAO_OPENSSL")
    built = Path(sys.prefix) / "share" / "huabiao" / f"openssl-{VERSION}"
    return Path(named) if named else built


def find() -> Path:
    """The command to run; ProgramMissing says how to get it."""
    path = installed_path()
    try:
        told = subprocess.run(
            [path, "version"], capture_output=True, text=True, timeout=60
        )
        said = told.stdout.strip()
    except OSError as error:
        said = error.strerror
    if not said.startswith("OpenSSL 4."):
        raise ProgramMissing(
            f"{path} 不是 OpenSSL 4 的命令（{said}）。请运行 {HOW}，或更正"
            " HUABIAO_OPENSSL。"
            f" {path} is no command of OpenSSL 4 ({said}): run {HOW}, or mend"
            " HUABIAO_OPENSSL."
        )
    return path


@cache
def find_or_skip() -> Path:
    """The command for a test; where there is none it is skipped, and says so."""
    try:
        return find()
    except ProgramMissing as missing:
        pytest.skip(str(missing))


def install(say: Callable[[str], None]) -> Path:
    """Build the command if it is not there yet; returns its path."""
    target = installed_path()
    try:
        return find()
    except ProgramMissing:
        if os.environ.get("HUABIAO_OPENSSL"):
            raise
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        raise ProgramMissing(
            f"构建 OpenSSL {VERSION} 还缺 {'、'.join(missing)}，请先安装；或以"
            " HUABIAO_OPENSSL 指明一个 OpenSSL 4 的 openssl。"
            f" OpenSSL {VERSION} is built with {', '.join(missing)}, which this machine"
            " lacks: install them, or name an openssl of OpenSSL 4 in HUABIAO_OPENSSL."
        )
    say(
        f"构建 OpenSSL {VERSION}，首次约 5 分钟。"
        f" Building OpenSSL {VERSION}, about 5 minutes the first time."
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="huabiao-build-") as folder:
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.move(_build(Path(folder), say), partial)
        os.replace(partial, target)
    return find()


def _build(folder: Path, say: Callable[[str], None]) -> Path:
    shutil.copytree(PINS, folder / "pins")
    shutil.copy(__file__, folder)  # cargo asks that a package has some source
    source = folder / "pins/vendor/openssl-src/openssl"
    for words, place in (
        ("cargo vendor --locked --quiet vendor", folder / "pins"),
        (f"perl ./Configure {CONFIGURED}", source),
        (f"make -s -j{os.cpu_count() or 1} build_programs", source),
    ):
        failure = run_to_end(words.split(), place, dict(os.environ), say)
        if failure is not None:
            raise ProgramMissing(
                f"构建 OpenSSL {VERSION} 失败（{words}）：{failure}。请检查网络能否到达"
                " crates.io。"
                f" OpenSSL {VERSION} could not be built ({words}): {failure}. Check"
                " that crates.io can be reached."
            )
    return source / "apps/openssl"


if __name__ == "__main__":
    try:
        print(install(lambda line: print(line, flush=True)))
    except ProgramMissing as missing:
        sys.exit(str(missing))
