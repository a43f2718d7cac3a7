"""
The owner's data gateway.

- `request`: what a reader signs
- `grant`: what a grant allows
- `window`: the rate, the day's rows, each request once
- `table`: the registered structure
- `query`: a grant into SQL
- `subjects`: whose data it was
- `filing`: receipts and refusals onto the chain, many in one envelope
- `refusals`: which refusals are due there
- `stands`: which gateways a home has, each before which database
- `gateway`: from a signed request to encrypted rows and a receipt on chain
"""

from huabiao.services.gateway.gateway import Gateway
from huabiao.services.gateway.grant import Denied
from huabiao.services.gateway.request import BadFetch
from huabiao.services.gateway.subjects import subject_tag, tag_key

__all__ = ["BadFetch", "Denied", "Gateway", "subject_tag", "tag_key"]
