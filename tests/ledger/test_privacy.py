"""Privacy: what was erased stays provable and says nothing."""

COMMITMENT = bytes(range(32))


def test_a_commitment_is_kept_once_and_erased_once_by_its_keeper(city):
    keeper, other = city.cast("keeper"), city.cast("other")
    erase = {"commitment": COMMITMENT, "reason": "asked"}
    city.refused("entry.unknown", keeper, "privacy", "erase", **erase)
    city.call(keeper, "privacy", "keep", commitment=COMMITMENT)
    city.refused("entry.exists", other, "privacy", "keep", commitment=COMMITMENT)
    city.refused("keeper.other", other, "privacy", "erase", **erase)
    city.refused("reason", keeper, "privacy", "erase", commitment=COMMITMENT, reason="")
    receipt = city.call(keeper, "privacy", "erase", **erase)
    assert [event.name for event in receipt.results[0].events] == ["erased", "erase"]
    city.refused("erased", keeper, "privacy", "erase", **erase)
    kept = city.read(f"privacy/kept/{COMMITMENT.hex()}")
    assert kept[0] == keeper.account and kept[2] == city.ledger.time - 1
    assert kept[3] == "asked"
