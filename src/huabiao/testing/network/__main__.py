"""`python -m huabiao.testing.network`: run manifests, or random ones from seeds."""

import argparse
import json
import tempfile
from pathlib import Path

from huabiao.testing.network.manifest import as_toml, random_manifest, read_manifest
from huabiao.testing.network.run import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, action="append", default=[])
    options = parser.parse_args()
    todo = [(str(path), read_manifest(path)) for path in options.manifests]
    todo += [(f"seed {seed}", random_manifest(seed)) for seed in options.seed]
    for name, manifest in todo:
        print(f"== {name}\n{as_toml(manifest)}", flush=True)
        with tempfile.TemporaryDirectory(prefix="hb-net-") as folder:
            report = run(manifest, Path(folder))
        print(json.dumps({"manifest": name, **report}), flush=True)


if __name__ == "__main__":
    main()
