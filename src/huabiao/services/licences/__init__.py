"""
Authorisation codes of licences, on the side of the service that makes them.

- `codes`     eight digits into a secret that only this service can make, and its digest

Who has guessed how often, and is locked: `huabiao.services.attempts`.
"""

from huabiao.services.licences.codes import Codes, open_codes

__all__ = ["Codes", "open_codes"]
