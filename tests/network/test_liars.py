"""
A member that lies is refused or outvoted, and the honest members' logs name it.

Four members, one of them a real node with a changed application.
"""

from pathlib import Path

import pytest

from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.run import run

SAID = {
    "proposals": [
        "false certificate",
        "false signature",
        "not a bundle, or too large",
        "a deflated bundle that is too large",
    ],
    "signature": ["carries a false signature"],
    "root": [],
    "silence": [],
}


@pytest.mark.parametrize(
    "lie",
    [
        "proposals",
        "root",
        *(
            pytest.param(lie, marks=pytest.mark.long)
            for lie in ("signature", "silence")
        ),
    ],
)
def test_three_honest_members_go_on(lie: str, tmp_path: Path) -> None:
    suite = "sm" if lie == "proposals" else "intl"
    seconds = 20 if lie == "proposals" else 7
    manifest = Manifest(suite, liars={"org-4": lie}, seconds=seconds, clients=3)
    report = run(manifest, tmp_path, lambda line: None)
    assert report["answered"] >= 5
    logs = [(tmp_path / f"org-{n}" / "node.log").read_text() for n in (1, 2, 3)]
    for sentence in SAID[lie]:
        assert any(sentence in log for log in logs), (sentence, logs[0][-3000:])
