"""
The deterministic kernel: envelopes in; receipts, events and a root out.

- `ledger`: finalize and commit, the two steps of every block
- `execution`: one envelope at a time, what contracts see
- `replay_window`: which envelopes may not come again
- `lint`, `loader`: from source on the chain to a class under a meter
- `governed`: what the kernel reads of governance, membership and identity
- `genesis`: what every node starts from
- `recovery`: from what is on disk to the end of the log; replay
"""
