"""
Data Integrity proofs and status lists: ours judged by Digital Bazaar's packages, theirs
by ours; then one thing spoiled at a time.

Theirs: @digitalbazaar/vc 7.3 with eddsa-jcs-2022-cryptosuite 1.0 and
vc-bitstring-status-list 2.0 (other_wallet/integrity.mjs). Contexts come from their
packages, DIDs and lists from the city; nothing is fetched from elsewhere.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_town import CLAIMS, LIST, TYPE, prepare
from other_wallet_process import PROGRAM, Peer, Refused, peer_at
from served_city import Served

from huabiao.crypto.keys import Keys
from huabiao.services.credentials.dids import chain_signer
from huabiao.services.credentials.status_list import decode_list, encode_list, is_set

pytestmark = pytest.mark.long  # the packages of others come from npm
NONCE = "navigators-nonce-0001"


@pytest.fixture(scope="module")
def peer(served: Served) -> Iterator[Peer]:
    prepare(served)
    with peer_at(served.url) as made:
        yield made


def facts_of(keys: Keys, served: Served) -> dict[str, str]:
    signer = chain_signer(keys, served.remote().chain)
    return {"seed": keys.secret.hex(), "did": signer.did, "method": signer.method}


def issue(served: Served, folder: Path) -> tuple[int, dict]:
    """A credential with a Data Integrity proof: its place in the list, and it."""
    claims, out = folder / "claims.json", folder / "licence"
    claims.write_text(json.dumps(CLAIMS), "utf-8")
    holder = facts_of(served.keys("navigator"), served)["did"]
    served.json("did", "publish", "navigator")
    told = served.json(
        "credential", "issue", str(claims), "--list", LIST, "--form", "data_integrity",
        "--to", holder, "--out", str(out), "--as", "airport",
    )  # fmt: skip
    return told["index"], json.loads(out.read_text("utf-8"))


def test_they_verify_our_credential_until_it_is_revoked(served, peer, tmp_path):
    index, credential = issue(served, tmp_path)
    assert peer.do("verifyCredential", credential=credential) == {"verified": True}
    other = credential | {"validUntil": "2039-01-01T00:00:00Z"}
    with pytest.raises(Refused, match="signature"):
        peer.do("verifyCredential", credential=other)
    served.json("credential", "revoke", LIST, str(index), "--as", "airport")
    with pytest.raises(Refused, match=f"revocation is set at {index}"):
        peer.do("verifyCredential", credential=credential)


def test_they_verify_our_presentation_for_them_alone(served, peer, tmp_path):
    issue(served, tmp_path)
    out = tmp_path / "shown"
    served.json(
        "credential", "present", str(tmp_path / "licence"), "--to", "tower.example",
        "--nonce", NONCE, "--out", str(out), "--as", "navigator",
    )  # fmt: skip
    shown = json.loads(out.read_text("utf-8"))

    def judge(**changes):
        facts = {"challenge": NONCE, "domain": "tower.example", "presentation": shown}
        return peer.do("verifyPresentation", **(facts | changes))

    assert judge() == {"verified": True}
    for change, sentence in (
        ({"challenge": "another"}, "challenge"), ({"domain": "other"}, "domain"),
        ({"presentation": spoiled(shown)}, "signature"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence):
            judge(**change)


def spoiled(shown: dict) -> dict:
    """The credential inside says something else."""
    (credential,) = shown["verifiableCredential"]
    subject = credential["credentialSubject"] | {"name": "other"}
    return shown | {
        "verifiableCredential": [credential | {"credentialSubject": subject}]
    }


def test_we_verify_their_credential_and_presentation(served, peer, tmp_path):
    _, ours = issue(served, tmp_path)
    unsigned = {name: value for name, value in ours.items() if name != "proof"}
    issuer, holder = (
        facts_of(served.keys(n), served) for n in ("airport", "navigator")
    )
    made = peer.do("signCredential", credential=unsigned, **issuer)
    assert made["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    shown = peer.do("signPresentation", credentials=[made], challenge=NONCE,
                    domain="tower.example", **holder)  # fmt: skip

    def verify(document, *words):
        path = tmp_path / "theirs"
        path.write_text(json.dumps(document), "utf-8")
        return served.json("credential", "verify", str(path), "--type", TYPE, *words)

    to_us = ("--as-verifier", "tower.example", "--nonce", NONCE)
    for found in (verify(made), verify(shown, *to_us)):
        assert found["ok"], found
        assert found["credentials"][0]["claims"] == CLAIMS
    subject = made["credentialSubject"] | {"level": 4}
    for found, code in (
        (verify(made | {"credentialSubject": subject}), "signature"),
        (verify(spoiled(shown), *to_us), "signature"),
        (verify(shown, *to_us[:3], "another"), "nonce.unknown"),
        (verify(shown, "--as-verifier", "other", *to_us[2:]), "audience"),
    ):
        assert (found["ok"], found["code"]) == (False, code), found


def test_lists_of_bits_go_both_ways(peer):
    places = [0, 7, 8, 4_711, 131_071]
    theirs = peer.do("encodeList", places=places, length=131_072)
    bits = decode_list(theirs)
    assert [at for at in range(131_072) if is_set(bits, at)] == places
    assert peer.do("readList", text=encode_list(bits), length=131_072) == places


def test_what_they_made_is_made_again(peer):
    """tests/vectors/other_wallet.json, which every run judges (tests/credentials)."""
    made = subprocess.run(
        ["node", "record.mjs"], cwd=PROGRAM, capture_output=True, check=True, timeout=60
    )
    kept = Path(__file__).parents[1] / "vectors/other_wallet.json"
    assert made.stdout == kept.read_bytes()
