"""A city with an accredited issuer, a holder and a verifier: a valid case to spoil."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huabiao.client.signing import call
from huabiao.crypto.address import show
from huabiao.crypto.keys import Keys
from huabiao.node.asking import Questions
from huabiao.services.credentials import (
    NotVerified,
    Policy,
    Signer,
    VerificationKey,
    draft_credential,
    key_of,
)
from huabiao.services.credentials.chain import (
    chain_accredited,
    chain_bits,
    chain_schema,
    schema_url,
    status_url,
)
from huabiao.services.credentials.status_list import entry_of
from huabiao.testing.city import DAY, City

TYPE, LIST, BASE, HERE = "DoctorLicence", "doctors-2026", "https://city.example", "here"
SCHEMA = """{"type": "object", "required": ["credentialSubject"], "properties":
 {"credentialSubject": {"type": "object", "required": ["name", "field"], "properties":
 {"name": {"type": "string", "pattern": "^.{1,40}$"}}}}}"""


@dataclass
class Town:
    """The valid case; tests spoil one thing of it."""

    city: City
    questions: Questions
    keys: dict[str, VerificationKey] = field(default_factory=dict)
    accounts: dict[str, bytes] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)

    def person(self, name: str) -> Keys:
        return self.city.cast(name)

    def signer(self, name: str) -> Signer:
        """Somebody's key under their DID; it can be resolved from now on."""
        keys = self.person(name)
        did = f"did:huabiao:test-city:{show(keys.account)}"
        key = key_of(self.city.suite_name, keys.public)
        self.keys[f"{did}#key"], self.accounts[did] = key, keys.account
        return Signer(did, f"{did}#key", key, keys.sign)

    def resolve(self, method: str, purpose: str) -> VerificationKey:
        found = self.keys.get(method)
        if found is None:
            raise NotVerified("key.unknown", "没有此密钥", "there is no such key")
        return found

    def account_of(self, did: str) -> bytes:
        found = self.accounts.get(did)
        if found is None:
            raise NotVerified("issuer.unknown", "不是本链的账户", "no account here")
        return found

    def ask(self, contract: str, question: str, arguments: dict[str, Any]) -> Any:
        return self.questions.ask(contract, question, arguments)

    def policy(self, **changes: Any) -> Policy:
        facts: dict[str, Any] = {
            "resolve": self.resolve,
            "accredited": chain_accredited(
                self.ask, self.account_of, lambda: self.city.now
            ),
            "status": chain_bits(self.ask, self.city.ledger.read, self.account_of),
            "now": lambda: self.city.now,
            "schema": chain_schema(self.city.ledger.read),
            "types": [TYPE],
        }
        return Policy(**(facts | changes))

    def use(self, nonce: str) -> None:
        """A nonce is good once."""
        if nonce in self.used:
            raise NotVerified("nonce.unknown", "已使用", "used before")
        self.used.append(nonce)

    def document(self, index: int = 7, **changes: Any) -> dict[str, Any]:
        """The licence of `doctor` by `bureau`."""
        found = draft_credential(
            self.signer("bureau").did,
            TYPE,
            {"id": self.signer("doctor").did, "name": "王医生", "field": "儿科"},
            valid_from=self.city.now,
            valid_until=self.city.now + 300 * DAY,
            status=[entry_of(status_url(BASE, LIST), index, "revocation")],
            schema=schema_url(BASE, TYPE, 1),
        )
        return found | changes

    def revoke(self, *indexes: int) -> None:
        bureau = self.person("bureau")
        self.city.call(
            bureau, "credentials", "revoke", LIST, indexes=[*indexes], reason="ceased"
        )


def make_town(folder: Path, suite: str) -> Town:
    """Root, body, issuer, schema and status list."""
    city = City(folder, suite)
    root, body, bureau = (city.cast(n) for n in ("root", "health board", "bureau"))
    city.grant("accreditation", "root", root)
    far = city.now + 900 * DAY
    city.call(
        root, "accreditation", "accredit_body",
        account=body.account, types=[TYPE, "NurseLicence"], until=far,
    )  # fmt: skip
    issuer = call(
        "accreditation", "accredit_issuer",
        account=bureau.account, credential_type=TYPE, until=far,
    )  # fmt: skip
    schema = call("accreditation", "register_schema", f"{TYPE}/1", text=SCHEMA)
    assert city.submit(body, issuer, schema).accepted
    city.call(
        bureau, "credentials", "open_list", LIST,
        credential_type=TYPE, purpose="revocation",
    )  # fmt: skip
    return Town(city, Questions(city.ledger))
