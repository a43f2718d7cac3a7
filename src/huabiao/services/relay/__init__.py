"""
The relay: carries headers and packets between chains, and is trusted with nothing.

- `carrying`: the calls that bring a proof from one chain to another
"""
