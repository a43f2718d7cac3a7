"""Operations called from another chain: done, refused and why, or not in time."""

import pytest

from huabiao.codec import encode
from huabiao.contracts.context import contract_account
from huabiao.node.asking import Questions
from huabiao.testing.chains import Chains
from huabiao.testing.city import HOUR, MINUTE

ASSET = "points"


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    made = Chains(
        tmp_path_factory.mktemp("calls"),
        {"beijing": "intl", "haidian": "sm", "tianjin": "intl"},
    )
    made.connect("beijing", "haidian")
    made.connect("beijing", "tianjin")
    made.tick()
    yield made
    made.close()


def request(chains, here, there, who, contract, operation, key="", within=HOUR, **args):
    """Ask, carry it there and back; the number it had."""
    chains.tick()
    city = chains[here]
    city.call(
        city.cast(who), "remote_calls", "request", route=there, callee=contract,
        operation=operation, key=key, arguments=encode(args),
        timeout=city.now + within,
    )  # fmt: skip
    return city.read(f"packets/flows/{there}")[0] - 1


def came_of(chains, here, there, number):
    *_, code, sentence = chains[here].read(f"remote_calls/asked/{there}.{number}")
    return code, sentence


def account_there(chains, here, there, who):
    """As anybody computes it who knows names alone."""
    digest = chains[there].ledger.digest
    asks_as = encode([here, "remote_calls", chains[here].cast(who).account])
    return contract_account(digest, "remote_calls", asks_as)


def test_an_operation_is_performed_as_an_account_that_can_be_known_before(chains):
    city, account = chains["beijing"], account_there(chains, "haidian", "beijing", "an")
    asked = {"route": "haidian", "caller": chains["haidian"].cast("an").account}
    assert Questions(city.ledger).ask("remote_calls", "account_of", asked) == account
    args = {"name": "Points"}
    number = request(
        chains, "haidian", "beijing", "an", "transfers", "register", ASSET, **args
    )
    chains.carry("haidian", "beijing", number)
    code, sentence = came_of(chains, "haidian", "beijing", number)
    assert code == "role.missing" and "发行方" in sentence
    change = {"scenario": "transfers", "role": "issuer", "account": account, "until": 0}
    city.call(city.admin, "governance", "grant_role", "from afar", **change)
    number = request(
        chains, "haidian", "beijing", "an", "transfers", "register", ASSET, **args
    )
    assert came_of(chains, "haidian", "beijing", number) == ("pending", "")
    chains.carry("haidian", "beijing", number)
    assert came_of(chains, "haidian", "beijing", number) == ("ok", "")
    assert city.record("transfers", ASSET)["issuer"] == account
    again = request(
        chains, "haidian", "beijing", "an", "transfers", "register", ASSET, **args
    )
    chains.carry("haidian", "beijing", again)
    assert came_of(chains, "haidian", "beijing", again)[0] == "record.exists"


def test_each_caller_and_each_route_has_an_account_of_its_own(chains):
    accounts = {
        account_there(chains, here, "beijing", who)
        for here in ("haidian", "tianjin")
        for who in ("an", "bo")
    }
    assert len(accounts) == 4
    to = chains["beijing"].cast("bo").account
    for here, who in (("haidian", "bo"), ("tianjin", "an")):
        number = request(
            chains, here, "beijing", who, "transfers", "issue", ASSET, to=to, amount=1
        )
        chains.carry(here, "beijing", number)
        assert came_of(chains, here, "beijing", number)[0] == "role.missing"


def test_what_governs_a_chain_is_not_called_from_another(chains):
    for contract, operation in (("governance", "approve"), ("membership", "approve")):
        number = request(
            chains, "haidian", "beijing", "an", contract, operation, "propose"
        )
        chains.carry("haidian", "beijing", number)
        assert came_of(chains, "haidian", "beijing", number)[0] == "call.people"
    for contract, code in (("packets", "call.returns"), ("none", "contract.unknown")):
        number = request(chains, "haidian", "beijing", "an", contract, "send", "x")
        chains.carry("haidian", "beijing", number)
        assert came_of(chains, "haidian", "beijing", number)[0] == code


def test_what_is_not_in_time_is_said_so(chains):
    number = request(
        chains, "haidian", "beijing", "an", "transfers", "redeem", ASSET, MINUTE,
        amount=1,
    )  # fmt: skip
    chains.tick(MINUTE)
    assert chains.receive("haidian", "beijing", number).code == "packet.late"
    chains["beijing"].block()
    assert chains.end("haidian", "beijing", number).accepted
    code, sentence = came_of(chains, "haidian", "beijing", number)
    assert code == "packet.timed_out" and sentence


def test_malformed_arguments_are_refused_before_they_are_sent(chains):
    city = chains["haidian"]
    facts = {"route": "beijing", "callee": "transfers", "operation": "pay"}
    facts |= {"timeout": city.now + HOUR}
    for arguments, code in (
        (encode([1]), "remote.arguments"),
        (b"", "contract.error"),
        (b"\xc1", "contract.error"),
    ):
        city.refused(
            code, city.cast("an"), "remote_calls", "request",
            arguments=arguments, **facts,
        )  # fmt: skip
