"""
The order of the day. Each step says what happened and where it can be seen; a step that
was played is remembered, so a second run goes on where the first one stopped.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

from huabiao.client.remote import Remote
from huabiao.node.day.cast import Cast, Say
from huabiao.node.day.evidence import play_evidence
from huabiao.node.day.waste import play_waste

Step = tuple[str, str, Callable[[Cast], None]]
STEPS: tuple[Step, ...] = (
    ("evidence", "存证与离线核验 · Evidence that verifies without us", play_evidence),
    ("waste", "危险废物全程可查 · Hazardous waste, gate to grave", play_waste),
)


def play(folder: Path, url: str, say: Say) -> None:
    """Play what has not been played yet."""
    memory = folder / "day.json"
    played = json.loads(memory.read_text()) if memory.exists() else []
    left = [step for step in STEPS if step[0] not in played]
    if not left:
        say("今天的故事已经演过，继续服务。 The day has been played; it goes on.")
        return
    started = time.monotonic()
    with Remote(url) as city:
        cast = Cast(folder, url, say, city)
        for number, (name, title, step) in enumerate(left, 1):
            say(f"[{number}/{len(left)}] {title}")
            step(cast)
            played.append(name)
            memory.write_text(json.dumps(played))
    say(f"一天用时 {time.monotonic() - started:.1f} 秒。 The day took that long.")
