"""The API of a real node: writing, reading as far as one may see, proofs, errors."""

import httpx
import msgspec
import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.client.signing import call, sign_envelope
from huabiao.proofs.verify import verify

RECORD = "/api/scenarios/hazardous_waste/records/m1"


def test_a_batch_of_envelopes_has_an_outcome_for_each(served: Served) -> None:
    city, keys = served.remote(), served.keys("clerk")
    good = sign_envelope(
        city.chain, keys, [call("evidence", "notarize", digests=[b"x" * 32])]
    )
    bad = good[:-1] + bytes([good[-1] ^ 1])
    outcomes = city.submit([good, bad, b"nonsense"])
    assert [outcome.code for outcome in outcomes] == [
        "ok", "envelope.signature", "envelope.malformed",
    ]  # fmt: skip


def test_a_client_without_messagepack_prepares_signs_and_sends(served: Served) -> None:
    keys, city = served.keys("clerk"), served.remote()
    prepared = city.post(
        "/api/prepare",
        {
            "signer": keys.public.hex(),
            "calls": [
                {"contract": "evidence", "operation": "notarize",
                 "arguments": {"digests": ["ab" * 32]}}
            ],
        },
    )  # fmt: skip
    signature = keys.sign(bytes.fromhex(prepared["message"]))
    signed = {"body": prepared["body"], "signature": signature.hex()}
    outcome = city.post("/api/envelopes/signed", signed)
    assert outcome["accepted"], outcome
    shown = city.get(f"/api/envelopes/{outcome['envelope']}")
    assert shown["calls"][0]["arguments"]["digests"] == ["ab" * 32]


def test_a_record_is_shown_to_its_parties_only(served: Served, case: str) -> None:
    nobody = served.remote().get(RECORD)
    assert nobody["complete"] is False and nobody["fields"] == {}
    stranger = served.remote("clerk").get(RECORD)
    assert stranger["complete"] is False and stranger["fields"] == {}
    for party in ("plant", "truck", "bureau"):
        record = served.remote(party).get(RECORD)
        assert record["fields"]["collected"] == 990


def test_history_blocks_and_envelopes_keep_the_same_secret(
    served: Served, case: str
) -> None:
    history = served.remote("plant").get(RECORD + "/history")["steps"]
    assert [step["operation"] for step in history] == ["draft", "collect"]
    envelope = history[0]["envelope"]
    open_ = served.remote().get(RECORD + "/history")["steps"]
    assert all("sender" not in step and "envelope" not in step for step in open_)
    shown = served.remote().get(f"/api/envelopes/{envelope}")
    assert "sender" not in shown and "arguments" not in shown["calls"][0]
    block = served.remote().get(f"/api/blocks/{history[0]['height']}")
    assert all("arguments" not in item["calls"][0] for item in block["items"])
    with pytest.raises(Answered) as refused:
        served.remote().octets(f"/api/proofs/{envelope}")
    assert refused.value.status == 401
    with pytest.raises(Answered) as refused:
        served.remote("clerk").octets("/api/proofs/hazardous_waste/m1")
    assert refused.value.status == 403


def test_a_record_at_an_earlier_height(served: Served, case: str) -> None:
    city = served.remote("plant")
    first = city.get(RECORD + "/history")["steps"][0]["height"]
    assert city.get(RECORD, at=first)["state"] == "drafted"
    with pytest.raises(Answered) as missing:
        city.get(RECORD, at=first - 1)
    assert missing.value.status == 404


def test_proofs_of_record_and_receipt_verify(served: Served, case: str) -> None:
    city = served.remote("plant")
    trust = city.get("/api/trust")
    state = city.octets("/api/proofs/hazardous_waste/m1")
    assert verify(state, trust).statement["present"] is True
    assert len(state) <= 6 * 1024
    envelope = city.get(RECORD + "/history")["steps"][0]["envelope"]
    receipt = city.octets(f"/api/proofs/{envelope}")
    assert verify(receipt, trust).ok
    upload = {"proof": ("a.proof", receipt)}
    answer = httpx.post(f"{served.url}/api/verify", files=upload).json()
    assert answer["ok"] is True


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/nothing", 404, "http.404"),
        ("/api/blocks/999999", 404, "unknown"),
        ("/api/blocks/x", 422, "request.malformed"),
        ("/api/scenarios/nothing/records", 404, "unknown"),
        ("/api/envelopes/zz", 404, "unknown"),
        ("/api/me/uses", 401, "session.missing"),
        ("/api/accounts/hb1xyz", 422, "account.malformed"),
        ("/api/proofs/xyz", 422, "proof.id"),
    ],
)
def test_errors_are_problem_documents(
    served: Served, path: str, status: int, code: str
) -> None:
    answer = httpx.get(served.url + path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code and problem["status"] == status
    assert "。 " in problem["detail"]


def test_parts_and_cells_are_listed_and_proved(served: Served, case: str) -> None:
    city = served.remote()
    roles = city.get("/api/scenarios/governance/parts/roles", prefix="hazardous_waste/")
    key = roles["entries"][0]["key"]
    assert key.startswith("hazardous_waste/")
    (members,) = city.get("/api/scenarios/membership/parts/members")["entries"]
    assert members["entry"]["members"][0]["name"] == "city"
    trust = city.get("/api/trust")
    for id_ in (f"governance/roles/{key}", "membership/members"):
        assert verify(city.octets(f"/api/proofs/{id_}"), trust).statement["present"]


def test_text_that_is_no_unicode_is_refused(served: Served) -> None:
    body = b'{"signer": "%s", "calls": [{"contract": "evidence", "operation": "x",'
    body = body % (b"ab" * 32) + b' "key": "\\ud800", "arguments": {}}]}'
    headers = {"content-type": "application/json"}
    answer = httpx.post(f"{served.url}/api/prepare", content=body, headers=headers)
    assert answer.status_code == 422


def test_limits_hold(served: Served) -> None:
    send = lambda body: httpx.post(f"{served.url}/api/envelopes", content=body)  # noqa: E731
    assert send(b"not messagepack").status_code == 422
    assert send(msgspec.msgpack.encode([])).status_code == 422
    assert send(msgspec.msgpack.encode([b""] * 1_001)).status_code == 422
    assert send(b"\0" * (8 * 1024 * 1024 + 1)).status_code == 413
    chunks = (b"\0" * 1024 * 1024 for _ in range(9))
    assert send(chunks).status_code == 413


def test_a_stale_token_is_said_to_be_stale(served: Served) -> None:
    headers = {"authorization": "Bearer nothing"}
    answer = httpx.get(served.url + RECORD, headers=headers)
    assert answer.status_code == 401 and answer.json()["code"] == "session.stale"


def test_the_openapi_document_names_every_door(served: Served) -> None:
    paths = httpx.get(served.url + "/api/openapi.json").json()["paths"]
    assert {"/api/envelopes", "/api/prepare", "/api/proofs/{id}"} <= set(paths)
    assert all(path.startswith("/api/") for path in paths)
