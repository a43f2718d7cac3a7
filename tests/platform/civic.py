"""A valid case to start from: departments, a duty, a system, a catalog, a table."""

from typing import Any

from huabiao.client.fetching import signed_message
from huabiao.client.signing import call
from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.services.databases.population import department_code
from huabiao.testing.city import DAY, City

COLUMNS = ("id", "identity_number", "full_name", "district", "registered")
NO_ONE = b"\x00" * 32


def resource(**changes: Any) -> list[Any]:
    """A resource of the national guide in its stored form; `changes` spoil it."""
    fields: dict[str, Any] = {
        "code": "303001/12",
        "title": "参保人员",
        "abstract": "参加社会保险的人员 insured persons",
        "classification": "主题/社会保障",
        "provider": "市人力资源社会保障局",
        "provider_code": department_code(3),
        "items": [["姓名", "C", 40], ["居住区", "C", 6]],
        "sharing": "conditional",
        "cycle": "daily",
        "format": "database",
        "sharing_condition": "用于社会救助核对",
        "sharing_way": "接口",
        "legal_basis": "",
        "openness": "not_open",
        "open_condition": "",
        "grade": "important",
        "personal": "sensitive",
        "classified": False,
        "published": 20_000,
        "related": [],
    }
    assert set(changes) <= set(fields)
    return [*(fields | changes).values()]


def column(name: str, letter: str = "C", **facts: Any) -> list[Any]:
    """A column in its stored form."""
    return [
        name, facts.get("type", "varchar(40)"), letter, facts.get("length", 40), False,
        facts.get("comment", ""), facts.get("personal", "none"),
        facts.get("grade", "none"), facts.get("item", ""),
    ]  # fmt: skip


def people_columns() -> list[list[Any]]:
    return [
        column("id", "I", type="integer", length=None),
        column("identity_number", personal="identity_number", grade="sensitive"),
        column("full_name", personal="name", grade="personal", item="姓名"),
        column("district", item="居住区"),
        column("registered", "D", type="date", length=None),
    ]


def structure(
    city: City,
    columns: list[list[Any]],
    name: str = "people",
    database: str = "hr",
    **changes: Any,
) -> list[Any]:
    """A table's structure with the digest that the library demands."""
    found = ["public", name, "table", "参保人员", ["id"], [], []]
    digest = city.ledger.digest(encode([*found, [each[:6] for each in columns]]))
    count = changes.get("count", len(columns))
    return [database, *found, 6_000, count, changes.get("digest", digest)]


def departments(city: City, *names: str) -> list[Keys]:
    """Departments with their role in every contract of the platform."""
    found = [city.cast(name) for name in names]
    for contract in ("directory", "library", "drift", "sharing", "refused_fetch"):
        city.grant(contract, "department", *found)
    return found


def register_people(city: City, owner: Keys, **changes: Any) -> None:
    """A duty, a system, a catalog and the table `people` of one department."""
    columns = people_columns()
    calls: list[Call] = [
        call(
            "directory", "register_duty", "SI-1",
            office="社会保险处", title="社会保险登记", legal_source="社会保险法",
        ),
        call("directory", "register_system", "SI-SYS", duty="SI-1", title="社保系统"),
        call(
            "directory", "register_catalog", "SI-PEOPLE",
            duty="SI-1", resource=resource(**changes),
        ),
        call(
            "library", "register_table", "people", catalog="SI-PEOPLE",
            system="SI-SYS", structure=structure(city, columns), columns=columns,
        ),
    ]  # fmt: skip
    receipt = city.submit(owner, *calls)
    assert receipt.accepted, receipt.sentence


def terms(city: City, **changes: Any) -> list[Any]:
    """Terms in their stored form; `changes` spoil them."""
    fields: dict[str, Any] = {
        "columns": ["full_name", "district"],
        "conditions": [["district", "eq", ["110101"]]],
        "since": city.now,
        "until": city.now + 30 * DAY,
        "requests_a_minute": 60,
        "rows_a_request": 100,
        "rows_a_day": 1_000,
        "way": "interface",
    }
    assert set(changes) <= set(fields)
    return [*(fields | changes).values()]


def ask_for_people(city: City, reader: Keys, id_: str = "g1", **changes: Any) -> None:
    """A request for the table `people`."""
    city.call(
        reader, "sharing", "request", id_,
        table="people", purpose="社会救助核对", legal_basis="社会救助暂行办法",
        terms=terms(city, **changes),
    )  # fmt: skip


def receipt(
    city: City, reader: Keys, grant: str = "g1", number: int = 1, **changes: Any
) -> dict[str, Any]:
    """The arguments of a valid receipt; `changes` spoil them."""
    request = city.ledger.digest(number.to_bytes(8, "big"))
    facts: dict[str, Any] = {
        "request": request,
        "at": city.now,
        "columns": ["full_name"],
        "rows": 10,
        "result": city.ledger.digest(b"rows"),
        "reader_key": reader.public,
        "reader_signature": reader.sign(signed_message(grant, request)),
        "subjects": city.ledger.digest(b""),
        "subject_count": 0,
    }
    assert set(changes) <= set(facts)
    return facts | changes


def granted(city: City, owner: Keys, reader: Keys, **changes: Any) -> None:
    """The request g1 and its grant, whose terms `changes` narrow."""
    ask_for_people(city, reader)
    asked = city.record("sharing", "g1")["asked"]
    given = terms(city, **{"since": asked[2], "until": asked[3], **changes})
    city.call(owner, "sharing", "approve", "g1", terms=given)
