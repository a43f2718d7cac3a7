"""Governance: k of n, roles, parameters, contracts; and the replay of it."""

import pytest

from huabiao.ledger.genesis import make_genesis
from huabiao.ledger.governed import Seat
from huabiao.ledger.protocol import NEWEST, UpgradeNeeded, coming
from huabiao.ledger.recovery import replay
from huabiao.node.catalogue import shipped_sources
from huabiao.testing.city import MINUTE, City

LOAD = {"waste_code": "900-041-49", "declared": 10}
PARAMETERS = [2 * MINUTE, 1_000_000, 100, 2**21, NEWEST, 0]
BELL = '''
"""A bell."""
from huabiao.contracts import Cell, Count, Record, Scenario, Title, anyone, does


class Rung(Record):
    times: Count


class Bell(Scenario):
    """Rings."""

    title = Title(zh="钟", en="Bell")
    rung = Cell(Rung)

    @does(by=anyone)
    def ring(self) -> None:
        """Ring it."""
        self.rung.set(Rung(STEP))
'''


@pytest.fixture
def board(city):
    """Three administrators, two of whom must agree."""
    three = [city.cast(f"administrator {number}") for number in range(3)]
    propose(
        city, city.admin, "board", action="set_administrators",
        administrators=[[each.account for each in three], 2],
    )  # fmt: skip
    city.call(city.admin, "governance", "approve", "board")
    return three


def propose(city, who, key, **arguments):
    return city.call(who, "governance", "propose", key, **arguments)


def approve(city, key, *who):
    for each in who:
        city.call(each, "governance", "approve", key)


def test_two_of_three_carry_a_change(city, board):
    propose(city, board[0], "p", action="set_parameters", parameters=PARAMETERS)
    city.call(board[0], "governance", "approve", "p")
    assert city.record("governance", "p")["state"] == "proposed"
    city.refused("approval.repeated", board[0], "governance", "approve", "p")
    city.refused("approval.not_listed", city.admin, "governance", "approve", "p")
    assert city.ledger.parameters.call_cap != 1_000_000
    city.call(board[2], "governance", "approve", "p")
    assert city.record("governance", "p")["state"] == "passed"
    assert list(city.read("governance/parameters")) == PARAMETERS
    assert city.ledger.parameters.call_cap == 1_000_000
    city.refused("state.wrong", board[1], "governance", "approve", "p")


def test_only_administrators_propose_and_only_the_proposer_withdraws(city, board):
    change = {"action": "set_parameters", "parameters": PARAMETERS}
    for stranger in (city.admin, city.cast("stranger")):
        city.refused(
            "administrator.only", stranger, "governance", "propose", "p", **change
        )
    propose(city, board[0], "p", **change)
    city.refused("party.other", board[1], "governance", "withdraw", "p")
    city.call(board[0], "governance", "withdraw", "p")
    city.refused("state.wrong", board[1], "governance", "approve", "p")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"action": "set_parameters"}, "missing"),
        ({"action": "add_organisation"}, "missing"),
        ({"action": "set_administrators"}, "missing"),
        *[
            (
                {"action": "set_parameters", "parameters": [*wrong, NEWEST, 0]},
                "parameters.range",
            )
            for wrong in (
                [0, 1_000_000, 100, 2**21], [2**40, 1_000_000, 100, 2**21],
                [MINUTE, 0, 100, 2**21], [MINUTE, 1_000_000, 0, 2**21],
                [MINUTE, 1_000_000, 100, 100],
            )
        ],
        *[
            ({"action": "set_administrators", "administrators": [who, needed]}, code)
            for who, needed, code in (
                ([], 0, "quorum.impossible"), ([bytes(20)], 0, "quorum.impossible"),
                ([bytes(20)], 2, "quorum.impossible"),
                ([bytes(20), bytes(20)], 2, "quorum.impossible"),
            )
        ],
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_change_that_would_stop_the_chain_does_not_pass(city, change, code):
    propose(city, city.admin, "p", **change)
    city.refused(code, city.admin, "governance", "approve", "p")
    assert city.record("governance", "p")["state"] == "proposed"


def test_roles_are_granted_and_withdrawn(city):
    plant = city.cast("plant")
    city.refused("role.missing", plant, "hazardous_waste", "draft", "a", **LOAD)
    city.grant("hazardous_waste", "generator", plant)
    city.call(plant, "hazardous_waste", "draft", "a", **LOAD)
    role = {"scenario": "hazardous_waste", "role": "generator"}
    account = {"account": plant.account}
    city.call(city.admin, "governance", "withdraw_role", "x", **role, **account)
    city.refused("role.missing", plant, "hazardous_waste", "draft", "b", **LOAD)
    city.refused(
        "entry.unknown", city.admin, "governance", "withdraw_role", "x",
        **role, **account,
    )  # fmt: skip
    city.refused("lead.only", plant, "governance", "grant_role", "x", **role, **account)


def test_only_a_role_that_is_there_is_granted(city):
    role = {"scenario": "hazardous_waste", "role": "generator", "account": bytes(20)}
    wrong = {**role, "scenario": "hazardous"}
    sentence = city.refused(
        "scenario.unknown", city.admin, "governance", "grant_role", "x", **wrong
    )
    assert "hazardous_waste, identity" in sentence
    sentence = city.refused(
        "role.unknown", city.admin, "governance", "grant_role", "x",
        **{**role, "role": "generators"},
    )  # fmt: skip
    assert "generator, carrier, facility" in sentence
    sentence = city.refused(
        "role.unknown", city.admin, "governance", "grant_role", "x",
        **{**role, "scenario": "evidence"},
    )  # fmt: skip
    assert "it has: supervisor." in sentence


def test_a_role_of_a_version_that_waits_is_granted(city):
    warden = BELL.replace("STEP", "1").replace("rung = Cell", "%s\n    rung = Cell")
    warden = warden.replace("anyone, does", "Role, anyone, does")
    city.grant("hazardous_waste", "supervisor", city.cast("x"))
    city.grant("supervision", "supervisor", city.cast("x"))
    for name in ("ringer", "warden"):
        source = warden % f'{name} = Role("敲钟人")'
        propose(city, city.admin, name, action="install_contract", source=source,
                active_from=99 if name == "warden" else 0)  # fmt: skip
        approve(city, name, city.admin)
    city.grant("bell", "ringer", city.cast("x"))
    city.grant("bell", "warden", city.cast("x"))


def test_a_role_ends_at_its_moment(city):
    plant = city.cast("plant")
    end = city.now + MINUTE
    city.grant("hazardous_waste", "generator", plant, until=end)
    city.now = end - 2
    city.call(plant, "hazardous_waste", "draft", "a", **LOAD)
    assert city.ledger.time == end - 1
    city.refused("role.missing", plant, "hazardous_waste", "draft", "b", **LOAD)
    city.refused(
        "until.past", city.admin, "governance", "grant_role", "x",
        scenario="hazardous_waste", role="generator", account=plant.account,
        until=end,
    )  # fmt: skip


def test_the_lead_unit_grants_its_own_roles_and_no_others(city):
    bureau, plant = city.cast("bureau"), city.cast("plant")
    organisation = ["市生态环境局", "11110000000000000X", bureau.account, 0]
    propose(city, city.admin, "o", action="add_organisation", organisation=organisation)
    city.call(city.admin, "governance", "approve", "o")
    grant = {"role": "generator", "account": plant.account}
    city.call(
        bureau, "governance", "grant_role", "x", scenario="hazardous_waste", **grant
    )
    city.call(plant, "hazardous_waste", "draft", "a", **LOAD)
    city.refused(
        "lead.only", bureau, "governance", "grant_role", "x",
        scenario="identity", **{**grant, "role": "registrar"},
    )  # fmt: skip


def test_a_contract_is_installed_upgraded_and_replayed(city, board):
    first, second = BELL.replace("STEP", "1"), BELL.replace("STEP", "2")
    ringer, start = city.cast("ringer"), city.ledger.height + 8
    install = {"action": "install_contract"}
    propose(city, board[0], "i1", **install, source=first, active_from=start)
    approve(city, "i1", board[0], board[1])
    while city.ledger.height + 1 < start:
        city.refused("contract.unknown", ringer, "bell", "ring")
    city.call(ringer, "bell", "ring")
    assert city.read("bell/rung") == [1]
    propose(city, board[2], "i2", **install, source=second)
    city.call(board[1], "governance", "approve", "i2")
    city.call(ringer, "bell", "ring")
    city.call(board[2], "governance", "approve", "i2")
    assert city.read("bell/rung") == [1]
    city.call(ringer, "bell", "ring")
    assert city.read("bell/rung") == [2]
    expected = city.ledger.height, city.ledger.state.root
    city.close()
    seen = []
    progress = lambda height, last: seen.append((height, last))  # noqa: E731
    assert replay(city.folder, city.genesis, progress) == expected
    assert seen[-1] == (expected[0], expected[0])
    city.reopen()
    assert (city.ledger.height, city.ledger.state.root) == expected
    assert "bell" in city.ledger.contracts


def test_the_state_is_rebuilt_from_the_log_alone(city):
    city.grant("hazardous_waste", "generator", city.cast("plant"))
    expected = city.ledger.height, city.ledger.state.root, city.ledger.hash
    city.close()
    for file in (city.folder / "state").iterdir():
        file.unlink()
    city.reopen()
    ledger = city.ledger
    assert (ledger.height, ledger.state.root, ledger.hash) == expected


def test_an_inadmissible_contract_is_refused_where_it_is_proposed(city):
    for source in ("import os\n", BELL, "x = 1\n", BELL.replace("STEP", "1 / 2")):
        sentence = city.refused(
            "source.inadmissible", city.admin, "governance", "propose", "p",
            action="install_contract", source=source,
        )  # fmt: skip
        assert "·" in sentence


def test_genesis_is_refused_where_it_cannot_found_a_chain(tmp_path):
    from huabiao.ledger.genesis import BadGenesis

    with pytest.raises(BadGenesis):
        make_genesis("c", "intl", 0, shipped_sources(), [], [bytes(20)], 1)
    seat = Seat("member", bytes(32), 1)
    with pytest.raises(BadGenesis):
        make_genesis("c", "intl", 0, [], [seat, seat], [bytes(20)], 1)


def test_nobody_is_the_founder_afterwards(city):
    stranger = city.cast("stranger")
    city.refused(
        "role.missing", stranger, "governance", "found_organisation", "x",
        code="c", account=stranger.account,
    )  # fmt: skip


def test_reopening_another_genesis_is_refused(tmp_path, city):
    from huabiao.ledger.ledger import LedgerDamaged

    city.grant("hazardous_waste", "generator", city.cast("plant"))
    city.close()
    other = City.__new__(City)
    other.__dict__.update(city.__dict__)
    changed = {f: getattr(city.genesis, f) for f in city.genesis.__struct_fields__}
    other.genesis = type(city.genesis)(**{**changed, "chain": "other"})
    with pytest.raises(LedgerDamaged):
        replay(other.folder, other.genesis)
    city.reopen()


def test_a_protocol_that_this_software_does_not_know_stops_it_in_time(city):
    heights = city.ledger.height
    newer = [*PARAMETERS[:4], NEWEST + 1, heights + 5]
    admin = {"action": "set_parameters", "parameters": newer}
    city.call(city.admin, "governance", "propose", "p", **admin)
    city.call(city.admin, "governance", "approve", "p")
    assert f"protocol {NEWEST + 1}" in coming(
        city.ledger.parameters, city.ledger.height
    )
    note = {"digests": [bytes(32)]}
    while city.ledger.height < heights + 4:
        city.call(city.admin, "evidence", "notarize", **note)
    with pytest.raises(UpgradeNeeded, match="Install the newer software"):
        city.call(city.admin, "evidence", "notarize", **note)
    assert city.ledger.height == heights + 4


@pytest.mark.parametrize("protocol", [[NEWEST + 1, 1], [0, 900]])
def test_a_protocol_only_goes_up_and_only_later(city, protocol):
    wrong = [*PARAMETERS[:4], *protocol]
    change = {"action": "set_parameters", "parameters": wrong}
    city.call(city.admin, "governance", "propose", "p", **change)
    city.refused("protocol.range", city.admin, "governance", "approve", "p")
