"""
How doors, services and other programs reach a ledger.

- `port`: everything that may be asked of a node, on one page
- `signing`: keys into envelopes
- `remote`: the same over HTTP
"""
