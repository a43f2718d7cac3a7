"""
Badges by Open Badges 3.0 Appendix B; another implementation, openbadgeslib, reads ours.
"""

import copy
import json

import pytest
from credential_town import BASE, LIST, Town, make_town
from openbadgeslib.ob3.credential import OpenBadgeCredential

from huabiao.client.signing import call
from huabiao.services.credentials import NotVerified, issue, vc_jwt, verify_credential
from huabiao.services.credentials.chain import status_url
from huabiao.services.credentials.document import draft_credential
from huabiao.services.credentials.open_badges import BADGE, as_badge, check_badge
from huabiao.services.credentials.status_list import entry_of
from huabiao.testing.city import DAY

FORMS = ("vc_jwt", "data_integrity")
ACHIEVEMENT = {
    "id": "https://city.example/badges/first-aid", "name": "急救员",
    "description": "Gives first aid", "criteria": {"narrative": "A course and a test"},
}  # fmt: skip


@pytest.fixture(scope="module")
def guild(tmp_path_factory):
    """A town whose bureau may issue badges too."""
    town = make_town(tmp_path_factory.mktemp("guild"), "intl")
    far, bureau = town.city.now + 900 * DAY, town.person("bureau")
    root, board = town.person("root"), town.person("badge board")
    town.city.call(root, "accreditation", "accredit_body", account=board.account,
                   types=[BADGE], until=far)  # fmt: skip
    assert town.city.submit(
        board, call("accreditation", "accredit_issuer", account=bureau.account,
                    credential_type=BADGE, until=far)
    ).accepted  # fmt: skip
    yield town
    town.city.close()


def drafted(town: Town, achievement=ACHIEVEMENT):
    return draft_credential(
        town.signer("bureau").did, BADGE,
        {"id": town.signer("doctor").did, "achievement": achievement},
        valid_from=town.city.now, valid_until=town.city.now + DAY,
        status=[entry_of(status_url(BASE, LIST), 9, "revocation")],
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_badge_is_issued_verified_and_read_by_others(guild, form):
    badge = as_badge(drafted(guild))
    secured = issue(badge, form, guild.signer("bureau"), guild.city.now)
    found = verify_credential(secured, guild.policy(types=[BADGE]))
    assert found.type == BADGE and found.subject == guild.signer("doctor").did
    theirs = OpenBadgeCredential.from_vc_document(json.loads(json.dumps(badge)))
    assert theirs.achievement.name == "急救员" and theirs.issuer.id == found.issuer


def test_a_badge_is_no_sd_jwt(guild):
    with pytest.raises(ValueError, match="no SD-JWT"):
        issue(as_badge(drafted(guild)), "sd_jwt_vc", guild.signer("bureau"), 0)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("@context", ["https://www.w3.org/ns/credentials/v2"]), ("id", None),
        ("issuer", {"id": "did:x:y"}), ("issuer", {"type": ["Profile"]}),
        ("credentialSubject/type", ["Person"]), ("credentialSubject/achievement", None),
        ("credentialSubject/achievement/name", ""),
        ("credentialSubject/achievement/description", 7),
        ("credentialSubject/achievement/criteria", {}),
        ("credentialSubject/achievement/type", "Award"),
    ],
)  # fmt: skip
def test_what_is_not_of_the_profile_is_neither_issued_nor_believed(guild, path, value):
    spoiled = copy.deepcopy(as_badge(drafted(guild)))
    check_badge(spoiled)
    *way, last = path.split("/")
    at = spoiled
    for step in way:
        at = at[step]
    at.pop(last) if value is None else at.update({last: value})
    with pytest.raises(NotVerified) as error:
        check_badge(spoiled)
    assert error.value.code == "badge.form"
    with pytest.raises((NotVerified, ValueError)):
        issue(spoiled, "vc_jwt", guild.signer("bureau"), guild.city.now)


def test_a_signed_badge_without_its_profile_is_not_believed(guild):
    plain = drafted(guild)
    secured = vc_jwt.issue(plain, guild.signer("bureau"))
    with pytest.raises(NotVerified) as error:
        verify_credential(secured, guild.policy(types=[BADGE]))
    assert error.value.code == "badge.form"
