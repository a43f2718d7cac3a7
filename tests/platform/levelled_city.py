"""A city that takes another chain for a district's, and deals with it."""

from civic import terms

from huabiao.crypto.keys import Keys
from huabiao.services.databases.population import department_code
from huabiao.testing.city import City


def live_on_levels(city: City, route: str, owner: Keys) -> None:
    """A district is recognised; the owner of SI-PEOPLE delegates it, and asks for data
    over there."""
    city.grant("levels", "coordinator", city.admin)
    for contract in ("docking", "remote_sharing"):
        city.grant(contract, "department", owner)
    city.call(
        city.admin, "levels", "recognise", route, level="district", zh="海淀区",
        en="Haidian", code="110108",
    )  # fmt: skip
    city.call(
        city.admin, "levels", "enlist", account=owner.account, title="人社局",
        code=department_code(3),
    )  # fmt: skip
    city.call(
        owner, "docking", "delegate", "D1", route=route, catalog="SI-PEOPLE",
        locked=["title", "items"],
    )  # fmt: skip
    assert city.read("locks/held/SI-PEOPLE") is not None
    city.call(
        owner, "remote_sharing", "ask_for", "A1", route=route, table="people",
        purpose="核对", legal_basis="办法", terms=terms(city), fetch_key=owner.public,
    )  # fmt: skip
