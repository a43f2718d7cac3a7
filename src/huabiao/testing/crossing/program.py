"""
A program of Huabiao whose clock can be set, and a relay that lies.

    python -m huabiao.testing.crossing.program CLOCK LIES up --home HOME

CLOCK is a file of eight bytes: milliseconds by which this program's clock is ahead,
read anew each time. LIES is 0, or a seed from which a relay spoils proofs and packets,
replays, and changes their order. What follows is `huabiao`'s command line.
"""

import mmap
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from huabiao.crypto.envelope import Call
from huabiao.services.relay import planning

MOST_TOLD = 200


class Clock:
    """A clock that programs share by a file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._ahead = mmap.mmap(file.fileno(), 8)
        self._true = time.time

    @property
    def ahead(self) -> int:
        """In milliseconds."""
        return int.from_bytes(self._ahead[:], "big")

    def set_ahead(self, milliseconds: int) -> None:
        self._ahead[:] = milliseconds.to_bytes(8, "big")

    def time(self) -> float:
        return self._true() + self.ahead / 1000

    def now(self) -> int:
        """In milliseconds."""
        return int(self.time() * 1000)


def lie(seed: int, plan: Callable[..., planning.Plan]) -> Callable[..., planning.Plan]:
    """A relay's plan, spoiled."""
    drawn, told = random.Random(seed), list[Call]()

    def lying(*facts: object) -> planning.Plan:
        made = plan(*facts)
        made.calls = [spoiled(call, drawn) for call in made.calls]
        told.extend(made.calls)
        del told[:-MOST_TOLD]
        made.calls += drawn.sample(told, min(len(told), 3))
        drawn.shuffle(made.calls)
        return made

    return lying


def spoiled(call: Call, drawn: random.Random) -> Call:
    """One byte of one argument is another one."""
    octets = {n: v for n, v in call.arguments.items() if isinstance(v, bytes) and v}
    name = drawn.choice(sorted(octets))
    content = bytearray(octets[name])
    content[drawn.randrange(len(content))] ^= 1 << drawn.randrange(8)
    arguments = call.arguments | {name: bytes(content)}
    return Call(call.contract, call.operation, call.key, arguments)


def main(clock: str, lies: str) -> None:
    time.time = Clock(Path(clock)).time
    if int(lies):
        from huabiao.services.relay import link

        link.plan = lie(int(lies), link.plan)
    from huabiao.doors.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main(sys.argv.pop(1), sys.argv.pop(1))
