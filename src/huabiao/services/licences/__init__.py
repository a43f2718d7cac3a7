"""
Authorisation codes of licences, on the side of the service that makes them.

- `codes`     eight digits into a secret that only this service can make, and its digest
- `attempts`  who has guessed how often, and who is locked
"""

from huabiao.services.licences.attempts import Attempts, Locked
from huabiao.services.licences.codes import Codes, open_codes

__all__ = ["Attempts", "Codes", "Locked", "open_codes"]
