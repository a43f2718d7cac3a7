"""
The verifier in a real browser: the same vectors as for Python, with the network off.

Both verifiers must say the same sentence of every proof, whole or with a bit changed.
"""

import json
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from played_city import BareNode
from playwright.sync_api import Browser, Page
from proof_city import FILES, Proofs

from huabiao.client.remote import Answered, Remote
from huabiao.client.signing import call
from huabiao.crypto.keys import generate
from huabiao.doors.cli.evidence import digest_file
from huabiao.proofs.verify import verify

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests/vectors"
SPOILED = 25
CHECK = """(asked) => asked.proofs.map(([proof, original]) => {
  const { verify, hashOf, unhex } = window.huabiao;
  const file = original === null ? null : hashOf(asked.trust)(unhex(original));
  const { ok, sentence } = verify(unhex(proof), asked.trust, file);
  return [ok, sentence];
})"""


@pytest.fixture
def page(browser: Browser, bare_node: BareNode) -> Iterator[Page]:
    """The page, open, and from then on without any network."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{bare_node.url}/verify")
    opened.wait_for_function("window.huabiao")
    context.set_offline(True)
    yield opened
    context.close()


def spoiled(proof: bytes, chance: random.Random) -> bytes:
    changed = bytearray(proof)
    changed[chance.randrange(len(proof))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def alike(page: Page, trust: Any, proofs: list[tuple[bytes, bytes | None]]) -> int:
    """Let both verify all; how many hold."""
    asked = [[p.hex(), None if o is None else o.hex()] for p, o in proofs]
    found = page.evaluate(CHECK, {"trust": trust, "proofs": asked})
    holding = 0
    for (proof, original), (ok, sentence) in zip(proofs, found, strict=True):
        verdict = verify(proof, trust, original)
        assert (ok, sentence) == (verdict.ok, verdict.sentence)
        holding += ok
    return holding


@pytest.mark.parametrize("suite", ["intl", "sm"])
def test_both_verifiers_say_the_same(suite: str, page: Page, tmp_path: Path) -> None:
    city, chance = Proofs(tmp_path, suite), random.Random(suite)
    whole = [
        (city.present, None), (city.absent, None), (city.receipt, None),
        (city.notarised, FILES[42]), (city.notarised, None), (city.present, b"file"),
        (city.notarised, FILES[41]),
    ]  # fmt: skip
    assert alike(page, city.trust, whole) == 5
    changed = [(spoiled(p, chance), o) for p, o in whole[:4] for _ in range(SPOILED)]
    assert alike(page, city.trust, changed) == 0
    other = {**city.trust, "chain": "another"}
    assert alike(page, other, whole[:1]) == 0


LARGE = 9 * 1024 * 1024 + 1
"""More than two slices, and no whole number of them."""
HASH_LARGE = """async (suite) => {
  const { DIGESTS, digestsOf, hex } = window.huabiao, seen = [];
  const field = document.querySelector("#original");
  new MutationObserver((changes) => {
    for (const each of changes) {
      if (each.target.tagName === "PROGRESS") seen.push(each.target.value);
    }
  }).observe(field.parentElement, { subtree: true, attributes: true });
  const [found] = await digestsOf(field, DIGESTS[suite]);
  return [hex(found), seen, field.parentElement.querySelectorAll("progress").length];
}"""


@pytest.mark.parametrize("suite", ["intl", "sm"])
def test_a_large_file_is_hashed_slice_by_slice(
    suite: str, page: Page, tmp_path: Path
) -> None:
    """The digest is the one that the command line takes, and progress is seen."""
    (tmp_path / "large").write_bytes(random.Random(1).randbytes(LARGE))
    page.get_by_label("原文").set_input_files(tmp_path / "large")
    digest, seen, left = page.evaluate(HASH_LARGE, suite)
    assert digest == digest_file(tmp_path / "large", suite).hex()
    assert seen[-1] == LARGE and len(seen) >= 3 and seen == sorted(seen) and left == 0


def test_published_vectors_hold_in_the_browser(page: Page) -> None:
    proofs = json.loads((VECTORS / "proof.json").read_text())
    given = [
        (
            bytes.fromhex(each["proof"]),
            each["original"] and bytes.fromhex(each["original"]),
        )
        for each in proofs["proofs"]
    ]
    assert alike(page, proofs["trust"], given) == len(given)
    known = json.loads((VECTORS / "crypto.json").read_text())
    for each in known["sm3"]:
        asked = "(m) => huabiao.hex(huabiao.DIGESTS.sm(huabiao.unhex(m)))"
        assert page.evaluate(asked, each["message"]) == each["digest"], each["source"]
    fits = "(v) => huabiao.verifySignature(...v.map(huabiao.unhex))"
    for each in [*known["ed25519"], known["sm2_signature"]]:
        told = [each["public"], each["message"], each["signature"]]
        assert page.evaluate(fits, told), each["source"]
        assert not page.evaluate(fits, [told[0], told[1] + "00", told[2]])


def taken(city: Remote, id_: str) -> bytes:
    """A proof, as soon as the read model knows its envelope."""
    while True:
        try:
            return city.octets(f"/api/proofs/{id_}")
        except Answered as answer:
            if answer.code != "index.behind":
                raise


def test_a_person_verifies_a_file_with_the_network_off(
    page: Page, bare_node: BareNode, tmp_path: Path
) -> None:
    with Remote(bare_node.url) as city:
        clerk = generate("clerk", city.suite_name)
        digest = clerk.suite.digest(b"text")
        done = city.send(clerk, call("evidence", "notarize", digests=[digest]))
        (tmp_path / "file.proof").write_bytes(taken(city, f"{done.envelope}.0"))
    (tmp_path / "right").write_bytes(b"text")
    (tmp_path / "wrong").write_bytes(b"test")
    (tmp_path / "trust").write_text('{"chain": "x", "suite": "intl", "members": []}')
    page.get_by_label("证明文件").set_input_files(tmp_path / "file.proof")
    for file, said in (("right", "原文一致"), ("wrong", "原文与存证不符")):
        page.get_by_label("原文").set_input_files(tmp_path / file)
        page.get_by_role("button", name="核验").click()
        page.get_by_role("status").get_by_text(said).wait_for()
    page.get_by_label("信任文件").set_input_files(tmp_path / "trust")
    page.get_by_role("button", name="核验").click()
    page.get_by_role("status").get_by_text("信任文件不可用").wait_for()


def test_the_bundles_are_made_from_the_sources_that_lie_here() -> None:
    sources = ROOT / "web"
    hashed = sha256()
    for file in [*sorted((sources / "src").iterdir()), sources / "package-lock.json"]:
        hashed.update(file.read_bytes())
    for page in ("verify", "keys", "acts"):
        bundle = ROOT / f"src/huabiao/doors/pages/static/{page}.js"
        first = bundle.read_text("utf-8").splitlines()[0]
        assert hashed.hexdigest() in first, "`make web` bundles it anew"
