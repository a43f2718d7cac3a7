"""The textbook trees of tests/proofs are the model here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "proofs"))
