"""
What runs beside the ledger, and reaches it through huabiao.client alone.

- `databases`: the real PostgreSQL of the demo day, and what fills it
- `scanner`: what tables and columns a live database has, and whether they drifted
- `vault`: personal and secret values, encrypted, each under a key of its own
- `gateway`: an owner's rows to a reader, under a grant
- `bills`: electronic bills as PDF and OFD
- `index`: the chain as SQL tables
- `relay`: headers and packets between chains
- `identity_numbers`: citizens' numbers (GB 11643): made up, checked, masked
"""
