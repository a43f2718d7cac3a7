"""
The order of the day. Each step says what happened and where it can be seen; a step that
was played is remembered, so a second run goes on where the first one stopped.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huabiao.client.remote import Remote
from huabiao.node.day.cast import Cast, Say
from huabiao.node.day.databases import open_databases
from huabiao.node.day.directory import play_directory, play_drift
from huabiao.node.day.evidence import play_evidence
from huabiao.node.day.personal import play_personal
from huabiao.node.day.sharing import play_sharing, play_uses
from huabiao.node.day.stories import play_stories
from huabiao.node.local_port import LocalPort
from huabiao.services.index import FollowedIndex

Step = tuple[str, str, Callable[[Cast], None]]
STEPS: tuple[Step, ...] = (
    ("directory", "目录上链 · From duties to columns, scanned live", play_directory),
    ("sharing", "按授权共享 · Shared under a grant, receipted", play_sharing),
    ("drift", "目录漂移 · The database changes, the directory sees it", play_drift),
    ("uses", "谁用了我的数据 · Who used my data", play_uses),
    ("evidence", "存证与离线核验 · Evidence that verifies without us", play_evidence),
    ("stories", "办件全程可查 · Cases from draft to their end", play_stories),
    ("personal", "个人信息可查可删 · A personal value, seen and erased", play_personal),
)


def play(
    folder: Path,
    url: str,
    say: Say,
    port: LocalPort,
    index: FollowedIndex,
    services: dict[str, Any],
) -> None:
    """Bring up the databases and play what has not been played yet."""
    open_databases(folder, port, services, say)
    memory = folder / "day.json"
    played = json.loads(memory.read_text()) if memory.exists() else []
    left = [step for step in STEPS if step[0] not in played]
    if not left:
        say("今天的故事已经演过，继续服务。 The day has been played; it goes on.")
        return
    started = time.monotonic()
    for number, (name, title, step) in enumerate(left, 1):
        say(f"[{number}/{len(left)}] {title}")
        with Remote(url) as city:
            step(Cast(folder, url, say, city, port, index, services))
        played.append(name)
        memory.write_text(json.dumps(played))
    seconds = time.monotonic() - started
    say(f"一天用时 {seconds:.1f} 秒。 The day took {seconds:.1f} s.")
