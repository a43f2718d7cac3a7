"""Food by every door: EPCIS documents in and out, a recall, the page behind the QR."""

import json
import re

import httpx
import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.crypto.address import show
from huabiao.services.epcis import digital_link

FOOD = "food_trace"
MILK = "01/09506000134352/10/DOOR%2FA"
BREAD = "01/09506000134369/10/B1"
ROLLS = "01/09506000134376/10/R1"


def quantity(lot: str, kilograms: float) -> dict[str, object]:
    return {"epcClass": digital_link(lot), "quantity": kilograms, "uom": "KGM"}


def document(*events: dict[str, object]) -> dict[str, object]:
    """As another system writes it: spelt out words, times without an order."""
    numbered = [
        {"eventTime": f"2026-09-0{n}T08:00:00+08:00", "eventTimeZoneOffset": "+08:00"}
        | event
        for n, event in enumerate(events, 1)
    ]
    return {
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-09-10T00:00:00Z",
        "epcisBody": {"eventList": numbered[::-1]},
    }


MADE = document(
    {"type": "ObjectEvent", "action": "ADD", "quantityList": [quantity(MILK, 10)]},
    {"type": "TransformationEvent", "inputQuantityList": [quantity(MILK, 8)],
     "outputQuantityList": [quantity(BREAD, 5), quantity(ROLLS, 2.5)],
     "bizStep": "https://ref.gs1.org/cbv/BizStep-creating_class_instance"},
)  # fmt: skip


@pytest.fixture(scope="module")
def food(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A dairy that also farms has imported a day; a shop has some of its bread."""
    for role in ("producer", "processor"):
        served.grant(FOOD, role, "dairy")
    served.grant(FOOD, "retailer", "shop")
    served.grant(FOOD, "inspector", "bureau")
    folder = tmp_path_factory.mktemp("documents")
    path = folder / "day.jsonld"
    path.write_text(json.dumps(MADE))
    named = ["--product", "9506000134369=面包 <b>", "--as", "dairy"]
    made = served.json("epcis", "import", str(path), *named)
    assert made["accepted"], made
    again = served.json("epcis", "import", str(path), *named)
    assert again["code"] == "trace.captured"
    sold = document(
        {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping",
         "eventTime": "2026-09-03T08:00:00+08:00",
         "quantityList": [quantity(BREAD, 1)],
         "destinationList": [{"type": "owning_party",
                              "destination": "https://shop.example/id?x=1"}]}
    )  # fmt: skip
    path.write_text(json.dumps(sold))
    shop = show(served.keys("shop").account)
    party = ["--party", f"https://shop.example/id?x=1={shop}"]
    assert served.json("epcis", "import", str(path), *party, "--as", "dairy")[
        "accepted"
    ]
    return served


def test_an_imported_day_stands_on_the_chain(food: Served) -> None:
    bread = food.remote().get(f"/api/scenarios/{FOOD}/records/{BREAD}")["fields"]
    assert (bread["grams"], bread["inputs"]) == (5_000, [MILK])
    rolls = food.remote().get(f"/api/scenarios/{FOOD}/records/{ROLLS}")["fields"]
    assert rolls["grams"] == 2_500


def test_the_page_behind_the_code(food: Served) -> None:
    answer = httpx.get(f"{food.url}/t/{BREAD}")
    assert answer.status_code == 200 and "<script" not in answer.text
    assert "面包 &lt;b&gt;" in answer.text and "没有召回" in answer.text
    assert "Its way" in answer.text and "移交" in answer.text and "1000" in answer.text
    assert f'href="/t/{MILK}"' in answer.text  # a slash in a batch number stays %2F
    assert "data:image/svg+xml" in answer.text
    link = f"{food.url}/t/{BREAD}"
    assert f'alt="{link}"' in answer.text
    assert httpx.get(f"{food.url}/t/{MILK}").status_code == 200
    below = httpx.get(f"{food.url}/t/{MILK}")
    assert "DOOR%2FA" in below.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("01/09506000134369/10/none", 404), ("x", 422), ("01/1/10/x", 422), ("", 422)],
)
def test_a_page_of_nothing(food: Served, path: str, status: int) -> None:
    answer = httpx.get(f"{food.url}/t/{path}")
    assert answer.status_code == status and "<h1>" in answer.text


def test_what_is_exported_goes_in_elsewhere(food: Served, tmp_path) -> None:
    file = tmp_path / "out.jsonld"
    assert food.run("epcis", "export", BREAD, "--out", str(file)).exit_code == 0
    document = json.loads(file.read_text())
    events = document["epcisBody"]["eventList"]
    assert events[:2] == MADE["epcisBody"]["eventList"][::-1]  # as others wrote them
    assert (
        events[2]["destinationList"][0]["destination"] == "https://shop.example/id?x=1"
    )
    party = "https://shop.example/id?x=1=" + show(food.keys("shop").account)
    words = ["epcis", "import", str(file), "--as", "shop", "--dry-run"]
    calls = food.json(*words, "--party", party)["calls"]
    assert [call["operation"] for call in calls] == [
        "capture", "make", "make", "make", "hand_over",
    ]  # fmt: skip


def test_a_document_is_left_by_whoever_captured_it(food: Served, tmp_path) -> None:
    lot = "01/09506000134352/10/KEPT"
    made = document({"type": "ObjectEvent", "action": "ADD", "example:a": "<b>",
                     "quantityList": [quantity(lot, 1)]})  # fmt: skip
    file = tmp_path / "kept.jsonld"
    file.write_text(json.dumps(made, indent=1))
    captured = food.json("epcis", "import", str(file), "--not-kept", "--as", "dairy")
    assert captured["accepted"], captured
    drawn = httpx.get(f"{food.url}/api/epcis/lots/{lot}").json()
    (event,) = drawn["epcisBody"]["eventList"]
    assert event["bizStep"] == "commissioning" and "example:a" not in event
    digest = food.keys("dairy").suite.digest(file.read_bytes()).hex()
    here = f"{food.url}/api/epcis/documents"
    assert httpx.get(f"{here}/{digest}").status_code == 404
    left = {"document": file.read_text()}
    assert httpx.post(here, json=left).status_code == 401
    for who, text in (("shop", file.read_text()), ("dairy", file.read_text() + " ")):
        with pytest.raises(Answered, match="captured no document"):
            food.remote().as_(food.keys(who)).post(
                "/api/epcis/documents", {"document": text}
            )
    dairy = food.remote().as_(food.keys("dairy"))
    assert dairy.post("/api/epcis/documents", left) == {"digest": digest}
    assert httpx.get(f"{here}/{digest}").content == file.read_bytes()
    told = httpx.get(f"{food.url}/api/epcis/lots/{lot}").json()
    assert told["epcisBody"]["eventList"] == made["epcisBody"]["eventList"]


def test_a_document_is_prepared_and_signed_by_its_sender(food: Served) -> None:
    keys = food.keys("dairy")
    lot = "01/09506000134352/10/API"
    text = json.dumps(
        document({"type": "ObjectEvent", "action": "ADD",
                  "epcList": [], "quantityList": [{"epcClass": digital_link(lot),
                                                   "quantity": 3}]})
    )  # fmt: skip
    asked = {"signer": keys.public.hex(), "document": text}
    refused = httpx.post(f"{food.url}/api/epcis/prepare", json=asked)
    assert refused.status_code == 422 and "--weight" in refused.json()["detail"]
    asked["weights"] = {"09506000134352": 1_000}
    made = httpx.post(f"{food.url}/api/epcis/prepare", json=asked).json()
    assert [call["operation"] for call in made["calls"]] == ["capture", "make"]
    signature = keys.sign(bytes.fromhex(made["message"])).hex()
    signed = {"body": made["body"], "signature": signature}
    sent = httpx.post(f"{food.url}/api/envelopes/signed", json=signed).json()
    assert sent["accepted"], sent
    lot_now = food.remote().get(f"/api/scenarios/{FOOD}/records/{lot}")
    assert lot_now["fields"]["grams"] == 3_000


def test_what_moved_in_a_crate_is_on_the_page(food: Served) -> None:
    crate, shop = "8003/00614141123452DOOR", show(food.keys("shop").account)
    lot = "01/09506000134352/10/CRATED"

    def does(who: str, operation: str, key: str, **arguments: object) -> None:
        done = food.remote().call(food.keys(who), FOOD, operation, key, arguments)
        assert done.accepted, done

    does("dairy", "make", lot, product="milk", grams=10, inputs=[])
    does("dairy", "observe", lot, step="inspecting", place="gate")
    does("dairy", "pack", crate, contents=[lot])
    does("dairy", "hand_over", crate, to=shop)
    does("shop", "pack", crate, contents=[lot], out=True)
    does("shop", "observe", crate, step="holding", place="an empty crate")
    document = httpx.get(f"{food.url}/api/epcis/lots/{lot}").json()
    steps = [event.get("bizStep") for event in document["epcisBody"]["eventList"]]
    assert steps == ["commissioning", "inspecting", "packing", "shipping", "unpacking"]
    page = httpx.get(f"{food.url}/t/{lot}").text
    assert "移交" in page and "an empty crate" not in page


def test_a_recall_is_seen_wherever_the_milk_went(food: Served) -> None:
    ordered = food.remote().call(
        food.keys("bureau"), FOOD, "order", MILK, {"reason": "residues"}
    )
    assert ordered.accepted, ordered
    sold = food.remote().call(food.keys("shop"), FOOD, "sell", BREAD, {"grams": 1})
    assert sold.code == "trace.recalled"
    found = food.json("epcis", "descendants", MILK)
    assert (found["count"], found["lots"]) == (2, [BREAD, ROLLS])
    listed = f"{BREAD}\n{ROLLS}\n".encode()
    assert found["findings"] == food.keys("shop").suite.digest(listed).hex()
    page = httpx.get(f"{food.url}/t/{BREAD}").text
    assert 'role="alert"' in page and "Do not sell or eat" in page
    assert re.search(r'role="alert".*DOOR%2FA', page)
