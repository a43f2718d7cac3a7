"""
One case across three chains: handed in in Hebei, handled in Beijing, its material
fetched from Tianjin under the holder's code, and collected in Hebei.
"""

import pytest
from test_remote_calls import account_there, came_of, request

from huabiao.codec import encode
from huabiao.contracts.context import contract_account
from huabiao.services.licences import Codes
from huabiao.testing.chains import Chains
from huabiao.testing.city import DAY, HOUR, MINUTE

CODES = Codes(bytes(32), "sm")
NEEDS = ["营业执照", "完税证明"]


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cities")
    made = Chains(folder, {"beijing": "intl", "tianjin": "sm", "hebei": "intl"})
    made.connect("beijing", "tianjin")
    made.connect("beijing", "hebei")
    beijing, tianjin = made["beijing"], made["tianjin"]
    beijing.grant("one_stop", "department", beijing.cast("bureau"))
    give(
        beijing, "one_stop", "counter", account_there(made, "hebei", "beijing", "hall")
    )
    give(tianjin, "licences", "clerk", bureau_in_tianjin(made))
    registry, holder = tianjin.cast("registry"), tianjin.cast("owner")
    tianjin.grant("licences", "department", registry)
    for kind in NEEDS:
        tianjin.call(
            registry, "licences", "issue", kind, licence_type=kind,
            holder=holder.account, entries=["name"], until=tianjin.now + 30 * DAY,
            content=tianjin.ledger.digest(kind.encode()),
        )  # fmt: skip
    made.tick()
    yield made
    made.close()


def give(city, scenario, role, account):
    change = {"scenario": scenario, "role": role, "account": account, "until": 0}
    city.call(city.admin, "governance", "grant_role", "from afar", **change)


def bureau_in_tianjin(chains, who="bureau"):
    """The account as which Beijing's one_stop acts in Tianjin for the bureau."""
    on_behalf = encode(["beijing", "one_stop", chains["beijing"].cast(who).account])
    digest = chains["tianjin"].ledger.digest
    return contract_account(digest, "remote_calls", on_behalf)


def apply_in_hebei(chains, case):
    number = request(
        chains, "hebei", "beijing", "hall", "one_stop", "apply", case,
        matter="跨省迁移", applicant=chains["hebei"].cast("owner").account,
        department=chains["beijing"].cast("bureau").account, needs=NEEDS,
    )  # fmt: skip
    chains.carry("hebei", "beijing", number)
    assert came_of(chains, "hebei", "beijing", number) == ("ok", "")


def permit(chains, digits, licence, purpose, within=HOUR):
    city = chains["tianjin"]
    city.call(
        city.cast("owner"), "licences", "permit", CODES.commitment(digits),
        licence=licence, office=bureau_in_tianjin(chains), purpose=purpose,
        entries=["name"], until=city.now + within,
    )  # fmt: skip


def pull(chains, digits, material, case, within=HOUR):
    """Ask for a material; the number of the packet."""
    chains.tick()
    city = chains["beijing"]
    city.call(
        city.cast("bureau"), "one_stop", "pull", case, material=material,
        secret=CODES.secret(digits), route="tianjin", timeout=city.now + within,
    )  # fmt: skip
    return city.read("packets/flows/tianjin")[0] - 1


def fetched(chains, digits, material, case):
    """Pulled and carried: what the material's code is then."""
    chains.carry("beijing", "tianjin", pull(chains, digits, material, case))
    return material_of(chains, material, case)


def material_of(chains, material, case):
    return chains["beijing"].read(f"one_stop/materials/{case}/{material}")[1]


def saved(chains):
    return chains["beijing"].read("one_stop/saved") or [0, 0, 0]


def test_a_case_crosses_three_chains(chains):
    case, before = "京津冀-1", saved(chains)
    beijing, bureau = chains["beijing"], chains["beijing"].cast("bureau")
    result = beijing.ledger.digest(b"granted")
    apply_in_hebei(chains, case)
    for n, kind in enumerate(NEEDS):
        digits = f"0000000{n}"
        permit(chains, digits, kind, case)
        number = pull(chains, digits, kind, case)
        assert material_of(chains, kind, case) == "pending"
        beijing.refused(
            "material.fetched", bureau, "one_stop", "pull", case, material=kind,
            secret=CODES.secret(digits), route="tianjin", timeout=beijing.now + HOUR,
        )  # fmt: skip
        beijing.refused(
            "material.missing", bureau, "one_stop", "decide", case, result=result
        )
        chains.carry("beijing", "tianjin", number)
        assert material_of(chains, kind, case) == "ok"
        use = chains["tianjin"].read(f"licences/uses/{kind}/{CODES.commitment(digits)}")
        owner = chains["tianjin"].cast("owner").account
        assert use[1] == owner and use[3] == bureau_in_tianjin(chains)
        assert use[4] == case
    beijing.call(bureau, "one_stop", "decide", case, result=result)
    number = request(chains, "hebei", "beijing", "hall", "one_stop", "deliver", case)
    chains.carry("hebei", "beijing", number)
    assert came_of(chains, "hebei", "beijing", number) == ("ok", "")
    assert beijing.record("one_stop", case)["state"] == "delivered"
    counted = [now - then for now, then in zip(saved(chains), before, strict=True)]
    assert counted == [1, 2, 4], "cases, papers, visits"


def test_a_code_used_twice_over_or_for_another_purpose_fetches_nothing(chains):
    case, other = "京津冀-2", "京津冀-3"
    apply_in_hebei(chains, case)
    apply_in_hebei(chains, other)
    permit(chains, "11111111", NEEDS[0], case)
    assert fetched(chains, "11111111", NEEDS[0], case) == "ok"
    assert fetched(chains, "11111111", NEEDS[1], case) == "code.refused"
    permit(chains, "22222222", NEEDS[1], case, within=MINUTE)
    chains.tick(MINUTE)
    assert fetched(chains, "22222222", NEEDS[1], case) == "code.refused"
    permit(chains, "33333333", NEEDS[1], other)
    assert fetched(chains, "33333333", NEEDS[1], case) == "code.refused"
    assert fetched(chains, "33333333", NEEDS[1], other) == "ok"
    sentence = chains["beijing"].read(f"one_stop/materials/{case}/{NEEDS[1]}")[2]
    assert "授权码" in sentence and "ask its holder" in sentence


def test_a_code_whose_packet_was_late_is_still_good(chains):
    case = "京津冀-4"
    apply_in_hebei(chains, case)
    permit(chains, "44444444", NEEDS[0], case)
    number = pull(chains, "44444444", NEEDS[0], case, within=MINUTE)
    chains.tick(MINUTE)
    chains["tianjin"].block()
    assert chains.end("beijing", "tianjin", number).accepted
    assert material_of(chains, NEEDS[0], case) == "packet.timed_out"
    assert fetched(chains, "44444444", NEEDS[0], case) == "ok"


def test_another_department_cannot_use_the_code(chains):
    """Whoever reads a secret on Beijing's chain is another account in Tianjin."""
    beijing = chains["beijing"]
    thief = beijing.cast("thief")
    beijing.grant("one_stop", "department", thief)
    beijing.grant("one_stop", "counter", thief)
    beijing.call(
        thief, "one_stop", "apply", "own case", matter="x", applicant=thief.account,
        department=thief.account, needs=NEEDS,
    )  # fmt: skip
    permit(chains, "55555555", NEEDS[0], "own case")
    give(chains["tianjin"], "licences", "clerk", bureau_in_tianjin(chains, "thief"))
    facts = {"material": NEEDS[0], "secret": CODES.secret("55555555")}
    beijing.call(
        thief, "one_stop", "pull", "own case", route="tianjin",
        timeout=beijing.now + HOUR, **facts,
    )  # fmt: skip
    chains.carry("beijing", "tianjin", beijing.read("packets/flows/tianjin")[0] - 1)
    assert material_of(chains, NEEDS[0], "own case") == "code.refused"
    assert chains["tianjin"].read(f"licences/permits/{CODES.commitment('55555555')}")
