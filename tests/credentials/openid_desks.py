"""The desks of a bureau (issuer) and a clinic (verifier), no network between them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from credential_town import TYPE, Town

from huabiao.services.credentials import Challenges, issue
from huabiao.services.credentials.algorithms import ALGORITHMS
from huabiao.services.credentials.strict_json import write
from huabiao.services.openid4vc import (
    Configuration,
    IssuerDesk,
    Offers,
    Questions,
    VerifierDesk,
)
from huabiao.services.openid4vc.formats import OPENID_NAMES, type_query
from huabiao.services.openid4vc.issuer import GRANT
from huabiao.services.openid4vc.key_proofs import prove_key
from huabiao.services.openid4vc.presenting import prepare, vp_token
from huabiao.services.openid4vc.request_objects import (
    Request,
    client_id_of,
    open_request,
    read_request,
)

BUREAU, CLINIC = "https://bureau.example", "https://clinic.example"
MINUTE = 60_000


@dataclass
class Desks:
    town: Town
    issuer: IssuerDesk
    verifier: VerifierDesk
    issued: int = 100

    @property
    def now(self) -> int:
        return self.town.city.now

    def redeem(self, form: str = "sd_jwt_vc") -> str:
        """An access token."""
        kind = Configuration(f"{TYPE}.{form}", form, TYPE)
        wanted, until = {"form": form}, self.now + 10 * MINUTE
        document, pin = self.issuer.offer(kind, wanted, until)
        code = document["grants"][GRANT]["pre-authorized_code"]
        form_data = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": pin}
        return self.issuer.token(form_data)["access_token"]

    def receive(self, form: str = "sd_jwt_vc") -> str:
        """What the doctor's wallet gets."""
        nonce = self.issuer.nonce()["c_nonce"]
        proof = prove_key(self.town.signer("doctor"), BUREAU, nonce, self.now)
        asked = {"credential_configuration_id": f"{TYPE}.{form}",
                 "proofs": {"jwt": [proof]}}  # fmt: skip
        given = self.issuer.credential(self.redeem(form), write(asked))
        return given["credentials"][0]["credential"]

    def ask(self, form: str = "sd_jwt_vc", *paths: list[Any]) -> tuple[str, Request]:
        """A question, and its request as the wallet reads it."""
        wanted = {"id": "licence", "format": OPENID_NAMES[form],
                  "meta": type_query(form, TYPE)}  # fmt: skip
        if paths:
            wanted["claims"] = [{"path": path} for path in paths]
        name, link = self.verifier.ask(
            {"credentials": [wanted]}, self.now + 10 * MINUTE
        )
        assert parse_qs(urlsplit(link).query)["client_id"] == [self.client_id]
        return name, self.read(self.verifier.request(name, "wallet-nonce"))

    @property
    def client_id(self) -> str:
        return client_id_of(self.verifier.signer.did)

    def read(self, token: str, nonce: str | None = "wallet-nonce") -> Request:
        resolve = self.town.resolve
        return read_request(
            open_request(token, self.client_id, resolve, self.now, nonce)
        )

    def answer(self, request: Request, *texts: str) -> dict[str, list[str]]:
        """The doctor's VP token."""
        showing = prepare(request, list(texts))
        return vp_token(request, showing, self.town.signer("doctor"), self.now)


def open_desks(town: Town, folder: Path) -> Desks:
    """Both desks, with files of their own."""
    bureau, clinic = town.signer("bureau"), town.signer("clinic")
    made: list[Desks] = []

    def give(wanted: dict[str, Any], holder: str, key: Any) -> str:
        made[0].issued += 1
        document = town.document(made[0].issued)
        assert holder == document["credentialSubject"]["id"]
        hidden = ["/name", "/field"] if wanted["form"] == "sd_jwt_vc" else []
        bound = key if hidden else None
        secured = issue(document, wanted["form"], bureau, town.city.now, holder=bound,
                        disclosable=hidden)  # fmt: skip
        return str(secured)

    def clock() -> int:
        return town.city.now

    nonces = Challenges(lambda: town.city.now / 1000)
    issuer = IssuerDesk(BUREAU, Offers(folder / "offers"), give, town.resolve, clock,
                        list(ALGORITHMS), nonces)  # fmt: skip
    verifier = VerifierDesk(
        CLINIC, clinic, Questions(folder / "questions"), town.policy, clock,
        lambda credential: {"claims": credential.claims, "holder": credential.subject},
    )  # fmt: skip
    made.append(Desks(town, issuer, verifier))
    return made[0]
