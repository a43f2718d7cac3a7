"""
A licence issued on Beijing's chain, accepted by an office on Tianjin's.

The office sees the licence proven under Beijing's certified header; the holder's code
is redeemed at home, over the route, for this office and purpose, in its time, once.
"""

import pytest
from test_remote_calls import account_there, came_of, request

from huabiao.codec import decode
from huabiao.crypto.envelope import Call
from huabiao.node.asking import Questions
from huabiao.services.licences import Codes
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import DAY, HOUR, MINUTE

PATH = "record/L-1"
CODES = Codes(bytes(32), "intl")


@pytest.fixture
def chains(tmp_path):
    made = Chains(tmp_path, {"beijing": "intl", "tianjin": "sm"})
    made.connect("beijing", "tianjin")
    home = made["beijing"]
    registry, holder = home.cast("registry"), home.cast("holder")
    home.grant("licences", "department", registry)
    home.call(
        registry, "licences", "issue", "L-1", licence_type="business",
        holder=holder.account, entries=["name", "scope"], until=home.now + 30 * DAY,
        content=home.ledger.digest(b"salt" + b"content"),
    )  # fmt: skip
    office = account_there(made, "tianjin", "beijing", "office")
    change = {"scenario": "licences", "role": "clerk", "account": office, "until": 0}
    home.call(home.admin, "governance", "grant_role", "Tianjin's office", **change)
    made.tick()
    yield made
    made.close()


def permit(chains, digits, purpose="account", within=HOUR):
    home = chains["beijing"]
    home.call(
        home.cast("holder"), "licences", "permit", CODES.commitment(digits),
        licence="L-1", office=account_there(chains, "tianjin", "beijing", "office"),
        purpose=purpose, entries=["name"], until=home.now + within,
    )  # fmt: skip


def redeem(chains, digits, purpose="account", who="office"):
    number = request(
        chains, "tianjin", "beijing", who, "licences", "redeem",
        secret=CODES.secret(digits), purpose=purpose,
    )  # fmt: skip
    chains.carry("tianjin", "beijing", number)
    return came_of(chains, "tianjin", "beijing", number)[0]


def present(chains, operation="present", path=PATH, **changed):
    """Bring what lies there with its proof, as whoever has it does."""
    file = chains.prove("beijing", f"licences/{path}")
    proof, content = carrying.state_proof(file)
    facts = {"height": carrying.height_of(proof), "proof": content.radix}
    if content.value is not None:
        facts["value"] = content.value
    if operation == "present":
        facts |= {"route": "beijing", "contract": "licences", "path": path}
    key = f"beijing/licences/{path}"
    call = Call("shared_records", operation, key, facts | changed)
    return chains.bring("tianjin", "beijing", file, call)


def copy_of(chains, youngest=None, path=PATH):
    asked = {"copy": f"beijing/licences/{path}", "youngest": youngest}
    return Questions(chains["tianjin"].ledger).ask("shared_records", "copy_of", asked)


def test_proven_and_permitted_it_is_accepted_once(chains):
    assert present(chains, keep=True).accepted
    chain, trust, height, at, stood, digest, value = copy_of(chains)
    stored = chains["beijing"].ledger.read("licences/record/L-1")
    assert (chain, trust, stood) == ("beijing", "light_client", "valid")
    assert value == stored and digest == chains["tianjin"].ledger.digest(stored)
    assert decode(value)[2][0] == "business"
    assert height <= chains["beijing"].ledger.height and at <= chains["beijing"].now
    permit(chains, "11111111")
    assert redeem(chains, "11111111") == "ok"
    use = chains["beijing"].read(f"licences/uses/L-1/{CODES.commitment('11111111')}")
    office = account_there(chains, "tianjin", "beijing", "office")
    assert use[3] == office and use[4:6] == ["account", ["name"]]
    assert redeem(chains, "11111111") == "code.refused"


def test_a_code_for_another_purpose_office_or_time_is_no_good(chains):
    permit(chains, "22222222")
    assert redeem(chains, "22222222", purpose="loan") == "code.refused"
    assert redeem(chains, "22222222", who="another office") == "role.missing"
    permit(chains, "33333333", within=MINUTE)
    chains.tick(MINUTE)
    assert redeem(chains, "33333333") == "code.refused"
    assert redeem(chains, "22222222") == "ok"


def test_what_is_not_proven_is_refused(chains):
    stored = chains["beijing"].ledger.read("licences/record/L-1")
    assert present(chains, value=stored[:-1] + b"!").code == "proof.fails"
    assert present(chains, proof=b"").code == "proof.fails"
    assert present(chains, contract="evidence").code == "shared.id"
    assert present(chains, height=999).code == "header.unknown"
    assert present(chains).accepted
    assert present(chains).code == "record.exists"
    assert copy_of(chains)[6] is None, "the record was not to be kept"


def test_a_revoked_licence_shows_when_the_copy_is_renewed(chains):
    early = chains.prove("beijing", "licences/record/L-1")
    assert present(chains).accepted
    proven_at = copy_of(chains)[3]
    home = chains["beijing"]
    home.call(home.cast("registry"), "licences", "revoke", "L-1", reason="expired")
    with pytest.raises(Exception, match="renew"):
        copy_of(chains, youngest=proven_at + 1)
    assert present(chains, "renew").accepted
    assert copy_of(chains, youngest=proven_at + 1)[4] == "revoked"
    proof, content = carrying.state_proof(early)
    facts = {"height": carrying.height_of(proof), "proof": content.radix}
    facts |= {"value": content.value}
    older = Call("shared_records", "renew", f"beijing/licences/{PATH}", facts)
    assert chains.bring("tianjin", "beijing", early, older).code == "shared.older"


def test_what_is_gone_over_there_is_shown_so_by_its_absence(chains):
    digits = "44444444"
    permit(chains, digits)
    path = f"permits/{CODES.commitment(digits)}"
    assert present(chains, path=path).accepted
    assert copy_of(chains, path=path)[4] == "entry"
    chains["beijing"].block()
    assert present(chains, "show_gone", path=path).code == "argument.malformed"
    assert redeem(chains, digits) == "ok"
    assert present(chains, "show_gone", path=path).accepted
    with pytest.raises(Exception, match="gone"):
        copy_of(chains, path=path)


def test_what_is_there_is_not_gone(chains):
    assert present(chains).accepted
    chains["beijing"].block()
    file = chains.prove("beijing", "licences/record/L-2")
    proof, content = carrying.state_proof(file)
    facts = {"height": carrying.height_of(proof), "proof": content.radix}
    gone = Call("shared_records", "show_gone", f"beijing/licences/{PATH}", facts)
    assert chains.bring("tianjin", "beijing", file, gone).code == "proof.fails"
