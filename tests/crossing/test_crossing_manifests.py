"""Chains of both engines with faults, from manifests; what must hold: crossing.laws."""

from pathlib import Path

import pytest

from huabiao.testing.crossing.drawing import random_manifest
from huabiao.testing.crossing.manifest import BadManifest, as_toml, read_manifest
from huabiao.testing.crossing.run import run

MANIFESTS = Path(__file__).parent / "manifests"


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", ["mixed", "day"])
def test_what_was_sent_ends_once_whatever_happens(name, tmp_path):
    report = run(read_manifest(MANIFESTS / f"{name}.toml"), tmp_path)
    assert report["packets"] >= 20 and len(report["ends"]) >= 2, report
    if name == "mixed":
        assert {"haidian → tianjin", "tianjin → haidian"} <= set(report["recovered"])


def test_a_seed_gives_the_same_manifest_each_time(tmp_path):
    file, drawn = tmp_path / "random.toml", set()
    for seed in range(60):
        manifest = random_manifest(seed)
        file.write_text(as_toml(manifest), "utf-8")
        assert as_toml(read_manifest(file)) == as_toml(random_manifest(seed))
        drawn |= {(manifest.kind_of(f.on), f.do) for f in manifest.faults}
    # Not a law but a look at the drawing: everything that can be done is drawn.
    assert len(drawn) == 11


ROUTE = '[[route]]\nbetween = ["a", "b"]\n'
BASE = '[[chain]]\nname = "a"\n[[chain]]\nname = "b"\n[[relay]]\nname = "r"\n' + ROUTE


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (BASE.replace('"b"]', '"c"]'), "Between two chains"),
        (BASE.replace('name = "r"', 'name = "r"\nlies = 3'), "honest"),
        (BASE + '[[fault]]\nat = 1\non = "x"\ndo = "kill"\n', "no 'x'"),
        (BASE + '[[fault]]\nat = 1\non = "a"\ndo = "kill"\n', "called 'kill'"),
        (BASE.replace('name = "a"', 'name = "a"\nmembers = 4')
         + '[[fault]]\nat = 1\non = "b"\ndo = "day"\n', "clock"),
        (BASE.replace("[[relay]]", "[[relays]]"), "cannot be read"),
    ],
    ids=["no chain", "liars alone", "nobody", "not to a chain", "no clock", "no relay"],
)  # fmt: skip
def test_a_manifest_that_cannot_be_run_is_refused(spoiled, said, tmp_path):
    file = tmp_path / "manifest.toml"
    file.write_text(BASE, "utf-8")
    read_manifest(file)
    file.write_text(spoiled, "utf-8")
    with pytest.raises(BadManifest, match=said):
        read_manifest(file)
