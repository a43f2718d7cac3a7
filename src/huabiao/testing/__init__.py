"""
The kit that others use too.

- `city`: a real ledger, a cast of identities, a clock in your hand
"""

from huabiao.testing.city import City

__all__ = ["City"]
