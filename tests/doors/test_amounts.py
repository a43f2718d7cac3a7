"""Books and sealed values through the doors: totals for all, balances for owners."""

from served_city import Served

from huabiao.client.remote import Answered, Remote
from huabiao.codec import Instant
from huabiao.crypto.address import parse, show

FUNDS, TRAVEL = "relief_funds", "green_travel"


def ridden(served: Served, rider: str) -> str:
    """A traveller with 720 grams of credits; the account."""
    for role, name in (("bureau", "b"), ("operator", "o"), ("verifier", "v")):
        served.grant(TRAVEL, role, name)
    account = show(served.keys(rider).account)
    trip = f"trip-{rider}"
    rail = '[{"mode": "rail", "milligrams": 32000}]'
    now = served.node.port.block(served.node.port.height).header.time
    started, ended = Instant.show(now - 3_600_000), Instant.show(now - 1_800_000)
    steps = [
        ("publish", "", "b", ["name=m", "baseline=104000", f"factors={rail}"]),
        (
            "log", trip, "o", [
                f"traveller={account}", "mode=rail", "metres=10000",
                f"started={started}", f"ended={ended}",
            ],
        ),
        ("verify", trip, "v", []),
        ("credit", trip, rider, []),
    ]  # fmt: skip
    for operation, key, who, written in steps:
        words = ["call", TRAVEL, operation, *([key] if key else []), *written]
        result = served.run(*words, "--as", who)
        assert result.exit_code == 0, result.output
    return account


def test_a_balance_is_its_owners_and_the_total_is_everyones(served: Served) -> None:
    account = ridden(served, "rider")
    held = served.json("balance", "--as", "rider")["balances"]
    assert [(each["balance"], each["unit"]) for each in held] == [(720, "Grams")]
    path = f"/api/accounts/{account}/balances"
    assert Remote(served.url).get(path)["balances"] == []
    assert served.remote("stranger").get(path)["balances"] == []
    entries = Remote(served.url).get(f"/api/scenarios/{TRAVEL}/parts/credits")
    assert {"key": "issued", "entry": {"balance": -720, "owner": None}} in entries[
        "entries"
    ]
    assert account not in str(entries)
    for limit in (1, 2, 50):  # nor does a cursor name whose entry is not seen
        page = Remote(served.url).get(
            f"/api/scenarios/{TRAVEL}/parts/credits", limit=limit
        )
        assert parse(account).hex() not in str(page)
        assert page["next"] in (None, *[each["key"] for each in page["entries"]])
    method = Remote(served.url).get(f"/api/scenarios/{TRAVEL}/parts/methodology")
    assert method["entries"][0]["entry"]["baseline"] == 104_000
    trips = Remote(served.url).get(f"/api/scenarios/{TRAVEL}/parts/trips")
    assert trips["entries"] == []


def test_books_of_many_things_have_a_balance_of_each(served: Served) -> None:
    served.grant("transfers", "issuer", "issuer")
    account = show(served.keys("saver").account)
    for asset, amount in (("points", 5), ("coins", 7)):
        for words in (
            ("register", asset, f"name={asset}"),
            ("issue", asset, f"to={account}", f"amount={amount}"),
        ):
            result = served.run("call", "transfers", *words, "--as", "issuer")
            assert result.exit_code == 0, result.output
    held = served.json("balance", "--as", "saver")["balances"]
    assert [(each["of"], each["balance"]) for each in held] == [
        ("coins", 7), ("points", 5),
    ]  # fmt: skip
    assert "coins" in served.run("balance", "--as", "saver").stdout
    seen = Remote(served.url).get(f"/api/accounts/{account}/balances")["balances"]
    assert seen == []
    totals = Remote(served.url).get("/api/scenarios/transfers/parts/books")["entries"]
    assert {"issued@coins", "issued@points"} == {each["key"] for each in totals}


def test_an_account_that_is_none_is_a_problem(served: Served) -> None:
    try:
        Remote(served.url).get("/api/accounts/hb1xyz/balances")
    except Answered as answer:
        assert (answer.status, answer.problem["code"]) == (422, "account.malformed")
    else:
        raise AssertionError("it was answered")


def test_what_is_pending_is_seen_by_its_parties_alone(served: Served) -> None:
    served.keys("giver")
    result = served.run("call", FUNDS, "give", "g1", "amount=500", "--as", "giver")
    assert result.exit_code == 0, result.output
    parts = f"/api/scenarios/{FUNDS}/parts"
    totals = Remote(served.url).get(f"{parts}/funds")["entries"]
    assert totals == [{"key": "donors", "entry": {"balance": -500, "owner": None}}]
    pending = Remote(served.url).get(f"{parts}/funds_pending")["entries"]
    assert pending == []


def test_a_value_is_sealed_here_and_revealed_by_the_same_command_line(
    served: Served,
) -> None:
    chain = "supply_chain_finance"
    for role, name in (("supplier", "s"), ("core", "c"), ("funder", "f")):
        served.grant(chain, role, name)
    debtor, invoice = show(served.keys("c").account), "ab" * 32
    sealed = served.json("seal", chain, "quotes", "k1", "price=97", "--as", "f")
    assert len(bytes.fromhex(sealed["salt"])) == 32
    steps = [
        ("register", "s", f"debtor={debtor}", "face=100", "due=2999-01-01",
         f"invoice={invoice}"),
        ("acknowledge", "c"), ("invite", "s"),
        ("quote", "f", f"commitment={sealed['commitment']}"), ("close", "s"),
        ("reveal", "f", 'quote={"price": 97}', f"salt={sealed['salt']}"),
    ]  # fmt: skip
    for operation, who, *written in steps:
        result = served.run("call", chain, operation, "k1", *written, "--as", who)
        assert result.exit_code == 0, result.output
    result = served.run("seal", chain, "bids", "k1", "price=1", "--as", "f")
    assert result.exit_code == 1 and "quotes" in result.stderr
