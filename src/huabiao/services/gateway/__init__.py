"""
The owner's data gateway.

- `request`: what a reader signs
- `grant`: what a grant allows, the rate, the nonces
- `query`: a grant into SQL
- `gateway`: from a signed request to encrypted rows and a receipt on chain
"""

from huabiao.services.gateway.gateway import Gateway, subject_tag
from huabiao.services.gateway.grant import Denied
from huabiao.services.gateway.request import BadFetch

__all__ = ["BadFetch", "Denied", "Gateway", "subject_tag"]
