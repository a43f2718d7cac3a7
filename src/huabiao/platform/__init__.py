"""
The built-in contracts, in the same library that every scenario uses.

- `governance`: members, organisations, roles, parameters, contracts; k of n
- `identity`: keys of accounts, people and their subject tags
- `evidence`: notarised files, alone or as a signed batch
- `privacy`: erasure of personal data, provable afterwards
- `directory`: duties → systems and catalogs → tables, and their drift
- `sharing`: requests, grants, receipts
"""
