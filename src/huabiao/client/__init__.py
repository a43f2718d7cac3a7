"""
How doors, services and other programs reach a ledger.

- `port`: everything that may be asked of a node, on one page
- `signing`: keys into envelopes
- `described`: what a person wrote into what is signed, and back
- `labels`: what people call fields and parameters
- `committing`: personal and secret values into commitments and openings
- `sealing`: a value into what the part `sealed` commits to
- `remote`: the same over HTTP
- `resource`: the address of a record on any chain: CHAIN.ZONE/CONTRACT/RECORD
"""
