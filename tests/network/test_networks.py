"""
Networks with faults, from manifests: real nodes, real CometBFT.

What must hold afterwards is told in huabiao.testing.network.checks.
"""

from pathlib import Path

import pytest

from huabiao.testing.network.manifest import (
    BadManifest,
    as_toml,
    random_manifest,
    read_manifest,
)
from huabiao.testing.network.run import run

MANIFESTS = Path(__file__).parents[1] / "networks"


@pytest.mark.parametrize("name", ["kill", "cut", "late"])
def test_the_network_keeps_its_word(name: str, tmp_path: Path) -> None:
    manifest = read_manifest(MANIFESTS / f"{name}.toml")
    report = run(manifest, tmp_path)
    assert report["answered"] >= 20
    assert len(report["recoveries_s"]) == len(manifest.faults)


@pytest.mark.long
def test_who_votes_twice_is_named(tmp_path: Path) -> None:
    manifest = read_manifest(MANIFESTS / "twice.toml")
    run(manifest, tmp_path)
    logs = [(tmp_path / f"org-{n}" / "node.log").read_text() for n in (1, 2, 3)]
    for log in logs:
        assert "org-4 voted for two blocks at one height" in log, log[-3000:]


def test_a_seed_gives_the_same_network_each_time(tmp_path: Path) -> None:
    file = tmp_path / "random.toml"
    for seed in range(20):
        manifest = random_manifest(seed)
        assert manifest == random_manifest(seed)
        file.write_text(as_toml(manifest))
        assert read_manifest(file).faults == list(manifest.faults)


def test_a_manifest_that_names_no_node_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('[[fault]]\nat = 1\nnode = "org-9"\ndo = "kill"\n')
    with pytest.raises(BadManifest, match="org-9"):
        read_manifest(file)
