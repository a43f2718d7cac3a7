"""
Who orders the blocks.

- `engine`       what a node needs of an engine
- `pool`         tickets that wait for a block, fair between signers
- `embedded`     one process, one member, real certificates
- `go_program`   a program in Go: built here from pinned modules, or found
- `cometbft`     many organisations: bundles ordered by CometBFT
- `signers`      the header keys that a node holds
- `orphans`      no process of a node outlives it
- `verification` signatures checked beside the engine, on other cores
"""
