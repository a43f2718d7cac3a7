"""A chain as it was founded before there were levels: what shipped then."""

from pathlib import Path
from unittest.mock import patch

from huabiao.node.catalogue import shipped_sources
from huabiao.node.home import Home, open_home
from huabiao.node.upgrading import name_of

LATER = {"levels", "locks", "docking", "remote_sharing"}
ASKS = '        self.ask("levels", "require_open", account=self.caller)\n'


def older_sources() -> list[str]:
    """No levels; whoever asks them now did not."""
    kept = [each for each in shipped_sources() if name_of(each) not in LATER]
    return [each.replace(ASKS, "") for each in kept]


def changed_since() -> set[str]:
    """The names of what ships otherwise now."""
    then = {name_of(each): each for each in older_sources()}
    now = {name_of(each): each for each in shipped_sources()}
    return {name for name, source in now.items() if then.get(name) != source}


def found_older(folder: Path, suite: str = "intl") -> None:
    """A home with such a chain."""
    with patch("huabiao.node.home.shipped_sources", older_sources):
        open_home(Home(folder), suite, 1_790_000_000_000)
