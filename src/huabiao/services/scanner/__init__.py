"""
The scanner: what a live database holds, and what changed since it was registered.

- `records`: what a scan brings home
- `inspect`: `scan`
- `connection`: opening a database read-only; errors as sentences
- `catalog_types`, `standard_types`: the type as written, and the guide's letter
- `counting`, `sampling`: bounded looks at rows
- `personal`: which columns are about citizens; `vocabulary`, `value_shapes`
- `drift`: `structure` and `compare`; `drift_sentences`
"""

from huabiao.services.scanner.connection import CannotScan
from huabiao.services.scanner.drift import Drift, compare, structure
from huabiao.services.scanner.inspect import scan
from huabiao.services.scanner.records import (
    ColumnScan,
    DatabaseScan,
    ForeignKeyScan,
    PersonalProposal,
    TableScan,
)

__all__ = [
    "CannotScan",
    "ColumnScan",
    "DatabaseScan",
    "Drift",
    "ForeignKeyScan",
    "PersonalProposal",
    "TableScan",
    "compare",
    "scan",
    "structure",
]
