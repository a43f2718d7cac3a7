"""
The issuer's desk: OpenID4VCI 1.0 with the pre-authorized code flow (§3.5).

    metadata               what is issued here, §12.2; the OAuth half of it, RFC 8414
    token                  a code (and transaction code) for an access token, §6
    nonce                  a c_nonce for a key proof, §7
    credential             token and key proof for one credential, §8

No authorization code flow, no deferred issuance, no batches: a request for one names
the error that the specification has for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from huabiao.services.credentials import Challenges, NotVerified, VerificationKey
from huabiao.services.credentials.algorithms import Resolve
from huabiao.services.credentials.strict_json import Object, parse_object
from huabiao.services.openid4vc.formats import OPENID_NAMES, type_members
from huabiao.services.openid4vc.key_proofs import check_proof
from huabiao.services.openid4vc.oauth import OAuthError
from huabiao.services.openid4vc.offers import TOKEN_MS, Configuration, Offers

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
METADATA = "/.well-known/openid-credential-issuer"
OAUTH_METADATA = "/.well-known/oauth-authorization-server"
TOKEN, NONCE, CREDENTIAL = "/openid4vci/token", "/openid4vci/nonce", "/openid4vci/vc"
BINDINGS = ["did:huabiao", "did:key", "jwk"]

Issue = Callable[[dict[str, Any], str, VerificationKey], str]
"""What was offered, the holder's DID and key to the credential in its form."""


@dataclass
class IssuerDesk:
    """One issuer at one address; `algorithms` are those of key proofs."""

    base: str
    offers: Offers
    issue: Issue
    resolve: Resolve
    now: Callable[[], int]
    algorithms: list[str]
    nonces: Challenges = field(default_factory=Challenges)

    def metadata(self) -> Object:
        """The credential issuer's metadata, §12.2.4."""
        return {
            "credential_issuer": self.base,
            "credential_endpoint": self.base + CREDENTIAL,
            "nonce_endpoint": self.base + NONCE,
            "credential_configurations_supported": {
                each.id: self._described(each) for each in self.offers.configurations()
            },
        }

    def _described(self, configuration: Configuration) -> Object:
        form = configuration.form
        return {
            "format": OPENID_NAMES[form],
            **type_members(form, configuration.type),
            "cryptographic_binding_methods_supported": BINDINGS,
            "credential_signing_alg_values_supported": self.algorithms[:1],
            "proof_types_supported": {
                "jwt": {"proof_signing_alg_values_supported": self.algorithms}
            },
        }

    def oauth_metadata(self) -> Object:
        """RFC 8414; this desk is its own authorization server."""
        return {
            "issuer": self.base,
            "token_endpoint": self.base + TOKEN,
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["none"],
            "pre-authorized_grant_anonymous_access_supported": True,
        }

    def offer(
        self, configuration: Configuration, wanted: dict[str, Any], until: int,
        with_pin: bool = True,
    ) -> tuple[Object, str | None]:  # fmt: skip
        """An offer (§4.1.1) and its transaction code, which goes another way."""
        code, pin = self.offers.make(configuration, wanted, until, self.now(), with_pin)
        grant: Object = {"pre-authorized_code": code}
        if pin is not None:
            grant["tx_code"] = {"input_mode": "numeric", "length": len(pin)}
        document = {
            "credential_issuer": self.base,
            "credential_configuration_ids": [configuration.id],
            "grants": {GRANT: grant},
        }
        return document, pin

    def token(self, form: dict[str, str]) -> Object:
        """The token endpoint, §6."""
        if form.get("grant_type") != GRANT:
            raise OAuthError("unsupported_grant_type", f"The grant type is {GRANT}")
        code = form.get("pre-authorized_code")
        if not code:
            raise OAuthError("invalid_request", "pre-authorized_code is missing")
        if "authorization_details" in form:
            raise OAuthError("invalid_request", "authorization_details is not taken")
        token = self.offers.redeem(code, form.get("tx_code"), self.now())
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": TOKEN_MS // 1000,
        }

    def nonce(self) -> Object:
        """The nonce endpoint, §7."""
        return {"c_nonce": self.nonces.issue()}

    def credential(self, token: str, body: bytes) -> Object:
        """The credential endpoint, §8: the token is spent before anything is signed,
        so that two requests at once never get two credentials."""
        offered = self.offers.of_token(token, self.now())
        proof = _read_request(body, offered.configuration)
        holder, key, nonce = check_proof(proof, self.resolve, self.base, self.now())
        try:
            self.nonces.use(nonce)
        except NotVerified as error:
            raise OAuthError("invalid_nonce", f"The c_nonce: {error.code}") from None
        self.offers.spend(token)
        try:
            credential = self.issue(offered.wanted, holder, key)
        except (NotVerified, ValueError):
            raise OAuthError(
                "credential_request_denied", "The issuer cannot issue this: ask it"
            ) from None
        except Exception:
            self.offers.give_back(token, offered)
            raise
        return {"credentials": [{"credential": credential}]}


def _read_request(body: bytes, configuration: str) -> str:
    """The one key proof of a request for this configuration, §8.2."""
    try:
        asked = parse_object(body)
    except NotVerified as error:
        raise _invalid(f"The request: {error.code}") from None
    if "credential_identifier" in asked:
        said = "No credential identifiers were given"
        raise OAuthError("unknown_credential_identifier", said)
    if "credential_response_encryption" in asked:
        said = "Responses are not encrypted beyond TLS"
        raise OAuthError("invalid_encryption_parameters", said)
    if "credential_configuration_id" not in asked:
        raise _invalid("credential_configuration_id is missing")
    if asked["credential_configuration_id"] != configuration:
        said = "The access token is for another credential"
        raise OAuthError("unknown_credential_configuration", said)
    proofs = asked.get("proofs")
    if not isinstance(proofs, dict) or list(proofs) != ["jwt"]:
        raise OAuthError("invalid_proof", "proofs must hold jwt and nothing else")
    tokens = proofs["jwt"]
    if not isinstance(tokens, list) or len(tokens) != 1:
        raise OAuthError("invalid_proof", "One key proof is expected")
    if not isinstance(tokens[0], str):
        raise OAuthError("invalid_proof", "A key proof is a text")
    return tokens[0]


def _invalid(said: str) -> OAuthError:
    return OAuthError("invalid_credential_request", said)
