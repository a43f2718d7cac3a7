"""Start from a valid presentation, spoil one thing, expect one refusal."""

import gzip
import json

import pytest
from credential_town import HERE, TYPE, Town
from hypothesis import given, settings
from hypothesis import strategies as st
from test_credential_forms import issued, shown

from huabiao.services.credentials import (
    NotVerified,
    json_proof,
    jws,
    sd_jwt,
    sd_jwt_vc,
    vc_jwt,
    verify_credential,
    verify_presentation,
)
from huabiao.services.credentials.multibase import to_base64
from huabiao.services.credentials.status_list import decode_list
from huabiao.services.credentials.strict_json import (
    LARGEST,
    from_base64url,
    parse,
    parse_object,
    to_base64url,
    write,
)
from huabiao.testing.city import DAY


def refused(code: str, town: Town, presented, audience: str = HERE, **policy):
    with pytest.raises(NotVerified) as told:
        verify_presentation(presented, town.policy(**policy), audience, town.use)
    assert told.value.code == code, told.value
    return str(told.value)


def resigned(token: str, header: dict, payload: dict | None = None) -> str:
    """The token with another header or payload and the old signature."""
    head, body, signature = token.split(".")
    head = to_base64url(write(parse_object(from_base64url(head, "h")) | header))
    if payload is not None:
        body = to_base64url(write(payload))
    return f"{head}.{body}.{signature}"


@pytest.fixture
def sd(town) -> str:
    return issued(town, "sd_jwt_vc")


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "", None, 5, ["EdDSA"]])
def test_no_algorithm_but_the_known_ones(town, sd, alg):
    token, disclosures, _ = sd_jwt.split(sd)
    forged = sd_jwt.join(resigned(token, {"alg": alg}), disclosures)
    refused("alg.refused", town, shown(town, "sd_jwt_vc", forged, "n"))


def test_the_key_says_which_algorithm_never_the_token(town, sd):
    other = "SM2-SM3" if town.city.suite_name == "intl" else "EdDSA"
    token, disclosures, _ = sd_jwt.split(sd)
    for alg in (other, "ES256"):
        forged = sd_jwt.join(resigned(token, {"alg": alg}), disclosures)
        refused("alg.other", town, shown(town, "sd_jwt_vc", forged, "n"))


def test_a_token_brings_no_key_and_no_extension_of_its_own(town, sd):
    token, disclosures, _ = sd_jwt.split(sd)
    thief = town.signer("thief")
    claims = jws.read_payload(token)
    stolen = jws.sign({"typ": "dc+sd-jwt"}, claims, thief)
    refused("key.other", town, sd_jwt.join(stolen, disclosures))
    for header, code in (
        ({"crit": ["exp"]}, "crit"),
        ({"typ": "JWT"}, "typ.other"),
        ({"kid": "did:huabiao:test-city:x#key"}, "key.other"),
    ):
        forged = sd_jwt.join(resigned(token, header), disclosures)
        refused(code, town, shown(town, "sd_jwt_vc", forged, "n"))
    own = jws.sign({"typ": "dc+sd-jwt"}, claims | {"iss": thief.did}, thief)
    mine = sd_jwt_vc.present(
        sd_jwt.join(own, disclosures), [], town.signer("doctor"), HERE, "n",
        town.city.now,
    )  # fmt: skip
    refused("issuer.unknown", town, mine)


@pytest.mark.parametrize("form", ["sd_jwt_vc", "vc_jwt", "data_integrity"])
def test_an_audience_is_one_and_a_nonce_is_once(town, form):
    secured = issued(town, form)
    presented = shown(town, form, secured, f"once-{form}")
    refused("audience", town, presented, audience="somebody else")
    verify_presentation(presented, town.policy(), HERE, town.use)
    refused("nonce.unknown", town, presented)
    later = town.city.now + 301_000
    refused("stale", town, shown(town, form, secured, "x"), now=lambda: later)


@pytest.mark.parametrize("form", ["sd_jwt_vc", "vc_jwt", "data_integrity"])
def test_who_did_not_receive_it_cannot_show_it(town, form):
    secured, thief, now = issued(town, form), town.signer("thief"), town.city.now
    if form == "sd_jwt_vc":
        stolen = sd_jwt_vc.present(secured, [], thief, HERE, "t", now)
        refused("signature", town, stolen)
        refused("binding.missing", town, secured)
        return
    present = {
        "vc_jwt": lambda: vc_jwt.present([secured], thief, HERE, "t", now),
        "data_integrity": lambda: json_proof.present([secured], thief, HERE, "t", now),
    }
    refused("binding.other", town, present[form]())


def test_only_what_was_signed_can_be_disclosed(town, sd):
    token, disclosures, _ = sd_jwt.split(sd)
    doctor, now = town.signer("doctor"), town.city.now

    def bound(*given: str) -> str:
        """As a dishonest holder makes it: any disclosures, bound by their own key."""
        text = sd_jwt.join(token, given)
        algorithm = jws.read_payload(token)["_sd_alg"]
        claims = {"iat": now // 1000, "aud": HERE, "nonce": "d",
                  "sd_hash": sd_jwt.digest_of(algorithm, text)}  # fmt: skip
        return text + jws.sign({"typ": "kb+jwt"}, claims, doctor)

    made_up = to_base64url(write(["c2FsdA", "name", "李医生"]))
    refused("disclosure.unsigned", town, bound(made_up))
    refused("disclosure.unsigned", town, bound(disclosures[0], disclosures[0]))
    first = parse(from_base64url(disclosures[0], "d"))
    changed = to_base64url(write([first[0], first[1], "另一个"]))
    refused("disclosure.unsigned", town, bound(changed))
    for reserved in ("_sd", "...", "_sd_alg"):
        refused("malformed.disclosure", town,
                bound(to_base64url(write(["s", reserved, 1]))))  # fmt: skip
    more = shown(town, "sd_jwt_vc", sd, "e").rpartition("~")
    swapped = f"{token}~{disclosures[0]}~{disclosures[1]}~{more[2]}"
    refused("binding.other", town, swapped)


def test_a_name_twice_is_two_meanings_and_no_json(town, sd):
    token, disclosures, _ = sd_jwt.split(sd)
    head, body, signature = token.split(".")
    text = from_base64url(body, "b").decode()
    twice = to_base64url((text[:-1] + ',"iss":"did:x"}').encode())
    forged = sd_jwt.join(f"{head}.{twice}.{signature}", disclosures, "x")
    refused("malformed.payload", town, forged)
    document = json.dumps(issued(town, "data_integrity"))
    for bad in (document[:-1] + ', "issuer": "did:x"}', document[:-1] + ', "a": NaN}',
                document[:-1] + ', "a": "\\ud800"}', "{" * 5_000):  # fmt: skip
        with pytest.raises(NotVerified) as told:
            verify_credential(bad, town.policy())
        assert told.value.code == "malformed.json"


def test_giants_are_refused_before_they_are_read(town, sd):
    refused("malformed.size", town, sd + "A" * LARGEST)
    refused("malformed.size", town, "{" + " " * LARGEST)
    refused("malformed.size", town, "a." * (LARGEST // 2) + "b")
    refused("malformed.sd_jwt", town, sd_jwt.split(sd)[0] + "~" * 1_000)
    deep = '{"a":' * 100 + "1" + "}" * 100
    refused("malformed.json", town, deep)
    bomb = to_base64(gzip.compress(bytes(64_000_000), 9))
    with pytest.raises(NotVerified, match="too long"):
        decode_list(bomb)
    with pytest.raises(NotVerified, match="too short"):
        decode_list(to_base64(gzip.compress(bytes(100))))


def test_a_period_has_a_beginning_and_an_end(town):
    secured = issued(town, "vc_jwt")
    for moved, code in ((-2 * DAY, "not_yet"), (301 * DAY, "expired")):
        at = town.city.now + moved
        with pytest.raises(NotVerified) as told:
            verify_credential(secured, town.policy(now=lambda at=at: at))
        assert told.value.code == code
    for exp, code in ((town.city.now // 1000, "expired"), ("soon", "malformed.exp")):
        token = jws.sign(
            {"typ": "vc+jwt"}, town.document(exp=exp), town.signer("bureau")
        )
        with pytest.raises(NotVerified) as told:
            verify_credential(token, town.policy())
        assert told.value.code == code
    with pytest.raises(NotVerified) as told:
        verify_credential(secured, town.policy(types=["Passport"]))
    assert told.value.code == "type.other" and TYPE in str(told.value)


@pytest.mark.parametrize("noise", [b"", b"\x00", b"~", b"a.b.c", b"{}", b"[]", b"null"])
def test_noise_is_refused_with_a_sentence(town, noise):
    with pytest.raises(NotVerified) as told:
        verify_presentation(noise.decode(), town.policy(), HERE, town.use)
    assert told.value.code.startswith(("malformed.", "alg.", "typ."))


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def spoiled(data, value):
    """The value with one member somewhere in it replaced by anything at all."""
    if isinstance(value, dict) and value and data.draw(st.booleans(), "deeper"):
        name = data.draw(st.sampled_from(sorted(value)), "member")
        return value | {name: spoiled(data, value[name])}
    return data.draw(junk.filter(lambda each: each != value), "junk")


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_member_the_answer_is_a_refusal(town, data):
    now, form = town.city.now, data.draw(st.sampled_from(["token", "proof", "claims"]))
    if form == "proof":
        secured = spoiled(data, issued(town, "data_integrity"))
    elif form == "token":
        token = issued(town, "vc_jwt")
        head, body = (
            parse_object(from_base64url(p, "p")) for p in token.split(".")[:2]
        )
        head, body = spoiled(data, head), spoiled(data, body)
        parts = [to_base64url(write(each)) for each in (head, body)]
        secured = ".".join([*parts, token.split(".")[2]])
    else:  # signed indeed, and malformed all the same
        bureau = town.signer("bureau")
        body = spoiled(data, jws.read_payload(issued(town, "vc_jwt")))
        if not isinstance(body, dict) or body.get("issuer") != bureau.did:
            body = town.document(credentialSubject=spoiled(data, {"name": 1}))
        secured = jws.sign({"typ": "vc+jwt"}, body, bureau)
    with pytest.raises(NotVerified):
        verify_credential(secured, town.policy(types=["Nothing"], now=lambda: now))
