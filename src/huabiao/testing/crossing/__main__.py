"""`python -m huabiao.testing.crossing`: run manifests, or random ones from seeds."""

import argparse
import json
import tempfile
from pathlib import Path

from huabiao.testing.crossing.drawing import random_manifest
from huabiao.testing.crossing.manifest import as_toml, read_manifest
from huabiao.testing.crossing.run import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, action="append", default=[])
    parser.add_argument("--keep", type=Path, help="a folder for the homes and logs")
    options = parser.parse_args()
    todo = [(path.stem, read_manifest(path)) for path in options.manifests]
    todo += [(f"seed-{seed}", random_manifest(seed)) for seed in options.seed]
    for name, manifest in todo:
        print(f"== {name}\n{as_toml(manifest)}", flush=True)
        with tempfile.TemporaryDirectory(prefix="hb-crossing-") as temporary:
            report = run(manifest, (options.keep or Path(temporary)) / name)
        print(json.dumps({"manifest": name, **report}), flush=True)


if __name__ == "__main__":
    main()
