"""
The chain's own DIDs over HTTP, as DID Resolution 1.0 §12.1 binds resolution.

Statuses and error types: the binding's table; times: DID Core 1.0 §7.3.
"""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from served_city import Served

from huabiao.client.signing import call
from huabiao.crypto.keys import Keys
from huabiao.services.did import keys_for
from huabiao.services.did.chain_method import chain_did

RESULT = "application/did-resolution"
DOMAIN = b"huabiao-account\x00"


def asked(
    served: Served, did: str, accept: str = RESULT, **query: str
) -> httpx.Response:
    url = f"{served.url}/api/1.0/identifiers/{quote(did, safe='')}"
    return httpx.get(url, params=query, headers={"accept": accept}, trust_env=False)


def does(
    served: Served, keys: Keys, contract: str, operation: str, **facts: Any
) -> int:
    """A call that must be accepted; the height of its block."""
    outcome = served.remote().send(keys, call(contract, operation, **facts))
    assert outcome.accepted, outcome
    return outcome.height


def published(served: Served, name: str) -> tuple[Keys, str, int]:
    keys = served.keys(name)
    height = does(served, keys, "identity", "publish_key", public=keys.public)
    return keys, chain_did(served.node.port.chain, keys.account), height


def joined(served: Served, keys: Keys, new: Keys, **facts: Any) -> int:
    proof = new.sign(DOMAIN + keys.account)
    return does(
        served, keys, "identity", "add_key", public=new.public, proof=proof, **facts
    )


def test_an_account_has_a_did_once_its_key_is_published(served):
    keys, other = served.keys("did-1"), served.keys("did-1b")
    did = chain_did(served.node.port.chain, keys.account)
    unknown = asked(served, did)
    assert unknown.status_code == 404
    error = unknown.json()["didResolutionMetadata"]["error"]
    assert error["type"] == "https://www.w3.org/ns/did#NOT_FOUND"
    published(served, "did-1")
    answer = asked(served, did)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == RESULT
    found = answer.json()
    assert found["didResolutionMetadata"] == {"contentType": "application/did+ld+json"}
    document = found["didDocument"]
    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"
    (key,) = keys_for(document, "assertionMethod")
    assert key.public == keys.public
    assert key.id == f"{did}#{keys.account.hex()}" and key.controller == did
    refused = served.remote().send(
        other, call("identity", "publish_key", public=keys.public)
    )
    assert refused.code == "key.other"


def test_the_document_alone_is_given_in_the_form_that_is_asked_for(served):
    _, did, _ = published(served, "did-2")
    for kind in ("application/did+ld+json", "application/did+json", "application/did"):
        answer = asked(served, did, kind)
        assert answer.headers["content-type"] == kind and answer.json()["id"] == did
    for accept in ("text/html", f"{RESULT};q=0", "*/*;q=0.000", "application/did;q=x"):
        refused = asked(served, did, accept)
        assert refused.status_code == 406, accept
        error = refused.json()["didResolutionMetadata"]["error"]
        assert error["title"] == "representationNotSupported"


def test_weights_say_what_a_client_likes_best(served):
    """RFC 9110 §12.4.2 and §12.5.1: the highest weight, none of 0, by the most specific
    range; of two alike that which is named first."""
    _, did, _ = published(served, "did-4")
    for accept, kind in (
        ("text/html, */*;q=0.1", RESULT),
        ("application/did;q=0.2, application/did+json;q=0.9", "application/did+json"),
        (f"{RESULT};q=0.5, application/did ; Q=0.51", "application/did"),
        ("application/did, application/did-resolution", "application/did"),
        ("*/*, application/did;q=0.9", RESULT),
        (f"*/*, {RESULT};q=0", "application/did+ld+json"),
        ("application/*;q=0.1, */*, application/did;q=0.2", "application/did"),
        ("application/json, application/did;q=0.5", RESULT),
        ("application/json;q=0, */*;q=0.5", RESULT),
        ("application/did+json;q=7, application/did;q=0.1", "application/did"),
    ):
        assert asked(served, did, accept).headers["content-type"] == kind, accept


def test_rotation_leaves_every_version_to_be_had(served):
    first, did, opened = published(served, "did-3")
    second = served.keys("did-3-second")
    added = joined(served, first, second)
    retired = does(
        served, second, "identity", "retire_key",
        public=first.public, reason="换新 · rotated",
    )  # fmt: skip

    def public_keys(**query: str) -> list[bytes]:
        answer = asked(served, did, **query)
        assert answer.status_code == 200, answer.text
        found = keys_for(answer.json()["didDocument"], "authentication")
        return sorted(key.public for key in found)

    assert public_keys() == [second.public]
    assert public_keys(versionId=str(opened)) == [first.public]
    assert public_keys(versionId=str(added)) == sorted([first.public, second.public])
    assert public_keys(versionTime="2099-01-01T00:00:00Z") == [second.public]
    metadata = asked(served, did).json()["didDocumentMetadata"]
    assert metadata["versionId"] == str(retired)
    newest, oldest = metadata["keyHistory"]
    assert newest["id"] == f"{did}#{second.account.hex()}" and "revoked" not in newest
    assert oldest["reason"] == "换新 · rotated" and oldest["revoked"]
    for query in (
        {"versionId": str(opened - 1)},
        {"versionId": "x"},
        {"versionId": str(retired + 10**6)},
        {"versionTime": "2020-01-01T00:00:00Z"},
    ):
        assert asked(served, did, **query).status_code == 404, query


def test_services_and_recipients_are_the_accounts_own_words(served):
    keys, did, _ = published(served, "did-5")
    does(
        served, keys, "did_services", "describe_myself",
        services=[["issuer", "OpenID4VCI", "https://licence.example.org"]],
        recipients=[["X25519", keys.recipient_public]],
    )  # fmt: skip
    document = asked(served, did).json()["didDocument"]
    assert document["service"] == [
        {
            "id": f"{did}#issuer",
            "type": "OpenID4VCI",
            "serviceEndpoint": "https://licence.example.org",
        }
    ]
    (recipient,) = keys_for(document, "keyAgreement")
    assert recipient.public == keys.recipient_public
    for services, recipients, code in (
        ([["a b", "T", "https://a.test"]], [], "service.name"),
        ([["a", "T", "http://a.test"]], [], "service.endpoint"),
        ([["a", "", "https://a.test"]], [], "service.endpoint"),
        ([["a", "T", "https://a.test"]] * 2, [], "services"),
        ([], [["X25519", bytes(31)]], "recipients"),
        ([], [["RSA", bytes(32)]], "argument.malformed"),
    ):
        outcome = served.remote().send(
            keys,
            call("did_services", "describe_myself", services=services,
                 recipients=recipients),
        )  # fmt: skip
        assert outcome.code == code


def test_a_closed_account_is_gone_for_good(served):
    keys, did, opened = published(served, "did-6")
    does(served, keys, "identity", "close_account", reason="不再使用 · not used")
    answer = asked(served, did)
    assert answer.status_code == 410
    assert answer.json()["didDocumentMetadata"]["deactivated"] is True
    assert "verificationMethod" not in answer.json()["didDocument"]
    assert asked(served, did, "application/did").status_code == 410
    # What it was can still be had, and what it signed then still be verified.
    assert asked(served, did, versionId=str(opened)).status_code == 200
    refused = served.remote().send(
        keys, call("identity", "publish_key", public=keys.public)
    )
    assert refused.code == "key.retired"


@pytest.mark.parametrize(
    "did, query, status, title",
    [
        ("did:huabiao:here:hb1beef", {}, 400, "invalidDid"),
        ("nonsense", {}, 400, "invalidDid"),
        ("did:ethr:0xabc", {}, 501, "methodNotSupported"),
        ("did:web:localhost", {}, 404, "notFound"),
        ("did:key:zbad", {}, 400, "invalidDid"),
        ("OWN", {"versionTime": "yesterday"}, 400, "invalidOptions"),
        ("OWN", {"versionTime": "2026-02-30T00:00:00Z"}, 400, "invalidOptions"),
        ("OWN", {"versionId": "1", "versionTime": "2026-01-01T00:00:00Z"}, 400,
         "invalidOptions"),
        ("ELSEWHERE", {}, 404, "notFound"),
    ],
)  # fmt: skip
def test_what_does_not_resolve_says_why(served, did, query, status, title):
    account = served.keys("did-7").account
    named = {
        "OWN": chain_did(served.node.port.chain, account),
        "ELSEWHERE": chain_did("another-chain", account),
    }
    answer = asked(served, named.get(did, did), **query)
    assert answer.status_code == status
    error = answer.json()["didResolutionMetadata"]["error"]
    assert error["title"] == title and error["detail"]


def test_a_did_of_others_resolves_here_too(served):
    did = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    assert asked(served, did).json()["didDocument"]["id"] == did


def test_commands(served):
    served.keys("did-8")
    did = served.json("did", "publish", "did-8")["did"]
    assert served.json("did", "publish", "did-8")["did"] == did
    assert served.json("did", "show", did)["didDocument"]["id"] == did
    failed = served.run("did", "show", "did:ethr:1")
    assert failed.exit_code == 1 and "methodNotSupported" in failed.output
