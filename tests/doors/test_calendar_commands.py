"""A year of public holidays by the command line, from the package and by hand."""

from served_city import Served

BUREAU = "市大数据中心"


def test_a_year_is_announced_from_the_package_and_amended_by_hand(
    served: Served,
) -> None:
    served.keys(BUREAU)
    announce = ("calendar", "announce", "2026", "--as", BUREAU, "--notice")
    refused = served.run(*announce, "国办发明电〔2025〕7号")
    assert refused.exit_code == 1 and "role.missing" in refused.stderr
    served.grant("calendar", "bureau", BUREAU)
    assert served.json(*announce, "国办发明电〔2025〕7号")["accepted"]
    year = served.json("calendar", "show")["years"]["2026"]
    # the National Day of 2026: Thursday 1 October to Wednesday 7 October
    october = [day for day in year["holidays"] if day.startswith("2026-10")]
    assert october == [f"2026-10-0{day}" for day in (1, 2, 5, 6, 7)]
    assert year["workdays"][-2:] == ["2026-09-20", "2026-10-10"]

    by_hand = (*announce, "更正", "--holidays", "2026-10-01, 2026-10-02")
    assert served.json(*by_hand)["accepted"]
    year = served.json("calendar", "show")["years"]["2026"]
    assert (year["notice"], len(year["holidays"]), year["workdays"]) == ("更正", 2, [])


def test_a_year_that_the_package_does_not_know_is_a_sentence(served: Served) -> None:
    words = ("calendar", "announce", "2150", "--as", "operator", "--notice", "n")
    result = served.run(*words)
    assert result.exit_code == 1 and "--holidays" in result.stderr
