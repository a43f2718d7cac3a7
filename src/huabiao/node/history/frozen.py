"""
The files of a folder as they were at one moment, while another process writes there.

Every file is opened and its size noted; then the folder is looked at again. Where no
name, size or time has changed meanwhile, the noted sizes are what a power cut at that
moment would have left, and an engine starts from that. Files that are removed later are
held open; what is appended later is beyond the noted size.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TRIES, PAUSE_S = 400, 0.02
Seen = dict[str, tuple[int, int]]


class NotStill(Exception):
    """The folder never stood still; the sentence says what to do."""


@dataclass
class Frozen:
    """Open files with the sizes that count; `close` lets go of them."""

    files: dict[str, tuple[IO[bytes], int]]

    def close(self) -> None:
        for file, _ in self.files.values():
            file.close()


def freeze(folder: Path) -> Frozen:
    """Files by their names below the folder; NotStill after some seconds of trying."""
    for _ in range(TRIES):
        try:
            before = _look(folder)
            held = Frozen({})
            try:
                for name, (size, _) in before.items():
                    held.files[name] = (folder / name).open("rb"), size
                if _look(folder) == before:
                    return held
            except BaseException:
                held.close()
                raise
            held.close()
        except FileNotFoundError:
            pass  # removed between a look and the next: try again
        time.sleep(PAUSE_S)
    raise NotStill(
        f"{folder} 一直在写入，无法取得一致的副本；请稍后再试，或停机备份。"
        f" {folder} was written to all the time: try again later, or stop the node."
    )


def _look(folder: Path) -> Seen:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "LOCK":
            stat = path.stat()
            name = path.relative_to(folder).as_posix()
            found[name] = stat.st_size, stat.st_mtime_ns
    return found
