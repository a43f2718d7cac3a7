"""Status, accreditation, schema: what the chain says of a credential, as it changes."""

import pytest
from credential_town import BASE, HERE, LIST, SCHEMA, TYPE, make_town
from test_credential_forms import issued, shown
from test_hostile_credentials import refused

from huabiao.services.credentials import (
    NotVerified,
    issue,
    vc_jwt,
    verify_credential,
    verify_presentation,
)
from huabiao.services.credentials.chain import status_url
from huabiao.services.credentials.publisher import Publisher
from huabiao.services.credentials.status_list import (
    TTL_MS,
    decode_list,
    entry_of,
    is_set,
    published_status,
)
from huabiao.testing.city import DAY


@pytest.fixture
def own_town(tmp_path):
    made = make_town(tmp_path, "intl")
    yield made
    made.city.close()


def test_a_revocation_counts_at_once(town):
    secured = issued(town, "vc_jwt", index=70_001)
    verify_credential(secured, town.policy())
    presented = shown(town, "vc_jwt", secured, "between")
    town.revoke(70_001)
    refused("status.revoked", town, presented)
    verify_credential(issued(town, "vc_jwt", index=70_002), town.policy())
    bureau = town.person("bureau")
    town.city.refused("list.final", bureau, "credentials", "restore", LIST,
                      indexes=[70_001])  # fmt: skip


def test_the_status_must_be_the_issuers_own_and_of_its_purpose(town):
    place = status_url(BASE, LIST)
    for entry, code in (
        (entry_of(status_url(BASE, "nowhere"), 1, "revocation"), "status.unknown"),
        (entry_of("https://evil.example/list", 1, "revocation"), "status.unknown"),
        (entry_of(place, 1, "suspension"), "status.purpose"),
        (entry_of(place, 999_999, "revocation"), "list.range"),
    ):
        document = town.document(credentialStatus=entry)
        secured = issue(document, "vc_jwt", town.signer("bureau"), town.city.now)
        with pytest.raises(Exception) as told:
            verify_credential(secured, town.policy())
        assert told.value.code == code
    for spoil in ({"type": "Other"}, {"statusListIndex": "-1"}, {"statusSize": 2}):
        entry = entry_of(place, 1, "revocation") | spoil
        with pytest.raises(NotVerified) as told:
            issue(town.document(credentialStatus=entry), "vc_jwt",
                  town.signer("bureau"), town.city.now)  # fmt: skip
        assert told.value.code == "malformed.status"


class Published:
    """A node that publishes the town's list, and a verifier that fetches there."""

    def __init__(self, town):
        self.town, self.url, self.served = town, status_url(BASE, LIST), {}
        self.node = town.signer("node")
        self.publisher = Publisher(self.node)
        self.secured = issued(town, "vc_jwt", index=90_001)

    def publish(self, name=LIST, **spoiled):
        issuer, read = self.town.signer("bureau").did, self.town.city.ledger.read
        now = self.town.city.now
        found = self.publisher.status_list(read, name, self.url, issuer, now)
        if found is not None:
            self.served[self.url] = found | spoiled
        return found

    def fetch(self, asked):
        if asked not in self.served:
            raise NotVerified("status.unreachable", "无应答", "no answer")
        return self.served[asked]

    def verify(self, trusted=True, later=0):
        def now():
            return self.town.city.now + later

        publishers = [self.node.did] if trusted else []
        lists = published_status(self.fetch, self.town.resolve, publishers, now)
        verify_credential(self.secured, self.town.policy(status=lists, now=now))

    def told(self, code, **how):
        with pytest.raises(NotVerified) as error:
            self.verify(**how)
        assert error.value.code == code


def test_a_published_list_is_signed_fresh_and_the_one_that_was_named(town):
    lists = Published(town)
    lists.told("status.unreachable")
    first = lists.publish()
    lists.verify()
    assert lists.publish() is first  # signed once for a crowd
    lists.told("status.issuer", trusted=False)  # nobody said that this node may
    lists.publish(id="https://city.example/other")
    lists.told("status.swapped")
    lists.publish(validUntil="2099-01-01T00:00:00Z")
    lists.told("signature")
    lists.publish()
    lists.told("status.stale", later=TTL_MS + 1_000)
    town.revoke(90_001)
    newest = lists.publish()
    lists.told("status.revoked")
    bits = decode_list(newest["credentialSubject"]["encodedList"])
    assert is_set(bits, 90_001) and not is_set(bits, 90_000)
    assert lists.publish("nowhere") is None


def test_the_reason_is_told_when_an_issuer_does_not_stand(own_town):
    town = own_town
    city, secured = town.city, issued(own_town, "data_integrity")
    root, body = town.person("root"), town.person("health board")
    bureau = town.person("bureau").account

    def told(code):
        with pytest.raises(NotVerified) as error:
            verify_credential(secured, town.policy())
        assert error.value.code == code
        refused(
            code, town, shown(town, "data_integrity", secured, f"n{len(town.used)}")
        )

    verify_credential(secured, town.policy())
    of_bureau = {"account": bureau, "credential_type": TYPE}
    thief = town.person("thief")
    city.refused("body.other", thief, "accreditation", "withdraw_issuer",
                 **of_bureau, reason="x")  # fmt: skip
    city.call(body, "accreditation", "withdraw_issuer", **of_bureau, reason="违规")
    told("issuer.withdrawn")
    far = city.now + 200 * DAY
    city.call(body, "accreditation", "accredit_issuer", **of_bureau, until=far)
    verify_credential(secured, town.policy())
    types = {"account": body.account, "types": ["NurseLicence"]}
    city.call(root, "accreditation", "accredit_body", **types, until=far + DAY)
    told("body.scope")
    both = {"account": body.account, "types": [TYPE], "until": far + DAY}
    city.call(root, "accreditation", "accredit_body", **both)
    city.call(root, "accreditation", "withdraw_body", account=body.account, reason="?")
    told("body.withdrawn")
    city.call(root, "accreditation", "accredit_body", **both)
    city.pass_time(200 * DAY)
    told("issuer.ended")  # the chain has no block since
    city.call(
        root, "accreditation", "accredit_body", **(both | {"until": far + 9 * DAY})
    )
    told("issuer.ended")


def test_accreditation_is_given_within_its_own_bounds(town):
    city, give = town.city, "accredit_issuer"
    body, bureau = town.person("health board"), town.person("bureau")
    of_bureau = {"account": bureau.account, "credential_type": TYPE}
    later, late = city.now + DAY, city.now + 5_000 * DAY
    name = "accreditation"
    city.refused("role.missing", body, name, "accredit_body",
                 account=body.account, types=[TYPE], until=later)  # fmt: skip
    city.refused("body.scope", bureau, name, give, **of_bureau, until=later)
    city.refused("until.late", body, name, give, **of_bureau, until=late)
    city.refused("until.past", body, name, give, **of_bureau, until=city.now)
    city.refused("body.scope", body, name, give, account=bureau.account,
                 credential_type="Passport", until=later)  # fmt: skip
    root, other = town.person("root"), town.person("another board")
    city.refused("types", root, name, "accredit_body", account=other.account,
                 types=["a/b"], until=later)  # fmt: skip
    city.call(root, name, "accredit_body", account=other.account, types=[TYPE],
              until=later)  # fmt: skip
    city.refused("issuer.accredited", other, name, give, **of_bureau, until=later)
    city.refused("body.scope", bureau, name, "register_schema", f"{TYPE}/2", text="{}")
    city.refused("schema.id", body, name, "register_schema", TYPE, text="{}")
    city.refused("entry.exists", body, name, "register_schema", f"{TYPE}/1", text="{}")
    asked = {"account": other.account, "credential_type": TYPE}
    told = town.ask(name, "standing", asked)
    assert told["code"] == "issuer.unknown"


def test_a_list_is_its_issuers_and_its_bits_change_once(town):
    city, bureau, thief = town.city, town.person("bureau"), town.person("thief")
    c, why = "credentials", {"reason": "error"}
    city.refused("issuer.unknown", thief, c, "open_list", "mine",
                 credential_type=TYPE, purpose="revocation")  # fmt: skip
    city.refused("list.length", bureau, c, "open_list", "short",
                 credential_type=TYPE, purpose="revocation", length=1_024)  # fmt: skip
    city.refused("list.id", bureau, c, "open_list", "a#b",
                 credential_type=TYPE, purpose="revocation")  # fmt: skip
    city.refused("issuer.other", thief, c, "revoke", LIST, indexes=[1], **why)
    city.refused("list.range", bureau, c, "revoke", LIST, indexes=[131_072], **why)
    city.refused("list.count", bureau, c, "revoke", LIST, indexes=[], **why)
    city.refused("list.already", bureau, c, "revoke", LIST, indexes=[5, 5], **why)
    held = "held " + city.suite_name
    city.call(bureau, c, "open_list", held, credential_type=TYPE, purpose="suspension")
    city.refused("list.already", bureau, c, "restore", held, indexes=[9])
    city.call(bureau, c, "revoke", held, indexes=[9, 131_071], **why)
    city.call(bureau, c, "restore", held, indexes=[9])

    def bit(index):
        return town.ask(c, "is_set", {"status_list": held, "index": index})

    assert [bit(9), bit(131_071), bit(0)] == [False, True, False]


def test_a_revocation_writes_little(town):
    bureau = town.person("bureau")
    receipt = town.city.call(bureau, "credentials", "revoke", LIST,
                             indexes=[99_999], reason="ceased")  # fmt: skip
    written = sum(len(key) + len(value) for key, value in receipt.results[0].writes)
    assert written < 500 and len(receipt.results[0].writes) == 3


def test_a_schema_binds_the_issuer_and_is_checked_again(town):
    bureau = town.signer("bureau")
    short = town.document(credentialSubject={"id": town.signer("doctor").did})
    with pytest.raises(NotVerified) as told:
        issue(short, "vc_jwt", bureau, town.city.now, schema=SCHEMA)
    assert told.value.code == "schema.other" and "/credentialSubject" in str(told.value)
    secured = issue(short, "vc_jwt", bureau, town.city.now)
    with pytest.raises(NotVerified) as told:
        verify_credential(secured, town.policy())
    assert told.value.code == "schema.other"
    for text in ('{"$ref": "https://evil.example/s.json"}', "[]", '{"type": 5}',
                 '{"pattern": "(?<=a)b"}', "x" * 60_001):  # fmt: skip
        with pytest.raises(NotVerified) as told:
            issue(town.document(), "vc_jwt", bureau, town.city.now, schema=text)
        assert told.value.code == "schema.malformed"
    slow = '{"properties": {"issuer": {"pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}}}'
    with pytest.raises(NotVerified) as told:
        issue(town.document(), "vc_jwt", bureau, town.city.now, schema=slow)
    assert told.value.code == "schema.other"


def test_two_shown_together_must_both_stand(town):
    good = issued(town, "vc_jwt", index=50_001)
    bad = issued(town, "vc_jwt", index=50_002)
    doctor, now = town.signer("doctor"), town.city.now
    both = vc_jwt.present([good, bad], doctor, HERE, "both", now)
    found = verify_presentation(both, town.policy(), HERE, town.use)
    assert len(found.credentials) == 2
    town.revoke(50_002)
    refused("status.revoked", town,
            vc_jwt.present([good, bad], doctor, HERE, "again", now))  # fmt: skip
