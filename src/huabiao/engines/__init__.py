"""
Who orders the blocks.

- `embedded`: one process, one member, real certificates
- `verification`: signatures checked beside the engine, on other cores
"""
