"""
OpenID4VCI 1.0 and OpenID4VP 1.0: credentials from desk to wallet, and from wallet to
desk. In reading order:

- `oauth`            refusals by the names that the specifications have
- `formats`          dc+sd-jwt and vc+jwt
- `key_proofs`       a wallet shows that a key is its own
- `offers`           what an issuer holds ready, and who may take it
- `issuer`           the issuer's desk
- `dcql`             what is asked for, and whether it was shown
- `encrypting`       answers that only the verifier reads
- `request_objects`  a verifier's signed request
- `questions`        what a verifier has asked, and what was answered
- `verifier`         the verifier's desk
- `exchange`         addresses of links, asked with care
- `receiving`        the wallet's side of issue
- `presenting`       the wallet's side of presentation
- `holdings`         what a wallet holds
"""

from huabiao.services.openid4vc.issuer import IssuerDesk
from huabiao.services.openid4vc.oauth import OAuthError
from huabiao.services.openid4vc.offers import Configuration, Offers
from huabiao.services.openid4vc.questions import Questions
from huabiao.services.openid4vc.verifier import VerifierDesk

__all__ = [
    "Configuration",
    "IssuerDesk",
    "OAuthError",
    "Offers",
    "Questions",
    "VerifierDesk",
]
