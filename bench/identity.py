"""
Credentials measured: how many a second, on one core, for each form and suite.

    python bench/identity.py [--seconds N] [--json]

Issue; present with the holder's key; verify a presentation, with all that a verifier
asks and the chain in this process; resolve a DID of the chain; revoke, one envelope in
one durable block, and a hundred bits in one; read, sign and unpack a list of 131,072
bits, 100,000 of which are given and a thousand revoked.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from huabiao.client.signing import call
from huabiao.crypto import SUITES, sm2_fast
from huabiao.node.asking import Questions
from huabiao.services.credentials import (
    FORMATS,
    Policy,
    Signer,
    draft_credential,
    issue,
    json_proof,
    sd_jwt_vc,
    vc_jwt,
    verify_presentation,
)
from huabiao.services.credentials.chain import (
    chain_accredited,
    chain_bits,
    read_bits,
    status_url,
)
from huabiao.services.credentials.dids import account_with, chain_signer, resolve_with
from huabiao.services.credentials.document import StatusEntry
from huabiao.services.credentials.status_list import (
    decode_list,
    entry_of,
    publish,
    published_status,
)
from huabiao.services.did import Resolver
from huabiao.testing.city import DAY, City

TYPE, LIST, BASE, HERE = "DoctorLicence", "list", "https://city.example", "here"
BITS, GIVEN, REVOKED = 131_072, 100_000, 1_000


def a_second(action: Callable[[], object], seconds: float) -> int:
    """How often it can be done in a second."""
    action()  # what is loaded at first use is not counted
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds or not done:
        action()
        done += 1
    return round(done / spent)


class Reader:
    """The newest state of a city, as the DID method reads it."""

    def __init__(self, city: City) -> None:
        self.city, self.chain, self.suite_name = (
            city,
            city.genesis.chain,
            city.suite_name,
        )

    def value(self, key: str, height: int | None) -> bytes | None:
        return self.city.ledger.read(key)

    def height_at(self, time: int) -> int:
        return self.city.ledger.height

    def time_of(self, height: int) -> int:
        return self.city.ledger.time


def found(folder: Path, suite: str) -> City:
    """A city with an accredited issuer, its list, and DIDs."""
    city = City(folder, suite)
    root, body, issuer, holder = (city.cast(n) for n in ("root", "body", "issuer", "h"))
    city.grant("accreditation", "root", root)
    far = city.now + 9_000 * DAY
    named = {"account": issuer.account, "credential_type": TYPE}
    for sender, made in (
        (root, call("accreditation", "accredit_body", account=body.account,
                    types=[TYPE], until=far)),
        (body, call("accreditation", "accredit_issuer", **named, until=far)),
        (issuer, call("identity", "publish_key", public=issuer.public)),
        (holder, call("identity", "publish_key", public=holder.public)),
        (issuer, call("credentials", "open_list", LIST, credential_type=TYPE,
                      purpose="revocation")),
    ):  # fmt: skip
        receipt = city.submit(sender, made)
        assert receipt.accepted, receipt.sentence
    return city


def policy_of(city: City, resolver: Resolver) -> Policy:
    questions, account_of = Questions(city.ledger), account_with(city.genesis.chain)
    return Policy(
        resolve_with(lambda did, use: resolver.keys(did, use)),
        chain_accredited(questions.ask, account_of, lambda: city.now),
        chain_bits(questions.ask, city.ledger.read, account_of),
        lambda: city.now,
    )


def show(form: str, secured: Any, holder: Signer, now: int) -> Any:
    if form == "sd_jwt_vc":
        return sd_jwt_vc.present(secured, ["/name"], holder, HERE, "n", now)
    if form == "vc_jwt":
        return vc_jwt.present([secured], holder, HERE, "n", now)
    return json_proof.present([secured], holder, HERE, "n", now)


def measure_forms(city: City, seconds: float) -> Iterator[tuple[str, int]]:
    issuer, holder = (
        chain_signer(city.cast(n), city.genesis.chain) for n in ("issuer", "h")
    )
    resolver = Resolver(Reader(city))
    policy = policy_of(city, resolver)
    yield "resolve", a_second(lambda: resolver.resolve(issuer.did), seconds)
    document = draft_credential(
        issuer.did, TYPE, {"id": holder.did, "name": "王医生", "field": "儿科"},
        valid_from=city.now, valid_until=city.now + 300 * DAY,
        status=[entry_of(status_url(BASE, LIST), 7, "revocation")],
    )  # fmt: skip
    for form in FORMATS:
        options: dict[str, Any] = {}
        if form == "sd_jwt_vc":
            options = {"holder": holder.key, "disclosable": ["/name", "/field"]}

        yield from measure_form(
            form,
            lambda form=form, options=options: issue(  # type: ignore[misc]
                document, form, issuer, city.now, **options
            ),
            holder,
            policy,
            seconds,
        )


def measure_form(
    form: str, make: Callable[[], Any], holder: Signer, policy: Policy, seconds: float
) -> Iterator[tuple[str, int]]:
    secured, now = make(), policy.now()

    def present() -> Any:
        return show(form, secured, holder, now)

    shown = present()

    def verify() -> None:
        verify_presentation(shown, policy, HERE, lambda nonce: None)

    yield f"{form} issue", a_second(make, seconds)
    yield f"{form} present", a_second(present, seconds)
    yield f"{form} verify", a_second(verify, seconds)


def measure_lists(city: City, seconds: float) -> Iterator[tuple[str, int]]:
    issuer = city.cast("issuer")
    # At random, as an issuer gives them: in order they would pack far too well.
    places = iter(Random(1).sample(range(BITS), GIVEN))

    def revoke(number: int) -> None:
        city.call(issuer, "credentials", "revoke", LIST,
                  indexes=list(islice(places, number)), reason="ceased")  # fmt: skip

    for _ in range(REVOKED // 100):
        revoke(100)
    signer = chain_signer(issuer, city.genesis.chain)

    def signed() -> Any:
        bits = read_bits(city.ledger.read, LIST, BITS)
        url = status_url(BASE, LIST)
        return publish(url, bits, "revocation", signer.did, signer, city.now)

    document = signed()
    yield "bytes of a signed list", len(json.dumps(document))
    yield "read and sign a list", a_second(signed, seconds)
    packed = document["credentialSubject"]["encodedList"]
    yield "unpack a list", a_second(lambda: decode_list(packed), seconds)
    entry = StatusEntry("revocation", status_url(BASE, LIST), next(places))
    policy = policy_of(city, Resolver(Reader(city)))
    fetched = published_status(
        lambda url: document, policy.resolve, (), lambda: city.now
    )
    for where, status in (("chain", policy.status), ("signed list", fetched)):
        assert not status(entry, signer.did)
        check = partial(status, entry, signer.did)
        yield f"check a place by the {where}", a_second(check, seconds)
    yield "revoke one, a durable block each", a_second(lambda: revoke(1), seconds)
    yield "revoke in hundreds", 100 * a_second(lambda: revoke(100), seconds / 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    share, told = options.seconds / len(SUITES) / 14, {}
    sm2_fast.warm()
    for suite in SUITES:
        with tempfile.TemporaryDirectory() as folder:
            city = found(Path(folder), suite)
            told[suite] = dict(measure_forms(city, share))
            told[suite] |= dict(measure_lists(city, share))
            city.close()
    if options.json:
        print(json.dumps({"a_second": told}, ensure_ascii=False))
        return
    for suite, figures in told.items():
        for what, figure in figures.items():
            each = "" if what.startswith("bytes") else f"{1_000 / figure:>10,.3f} ms"
            print(f"{suite:5} {what:34} {figure:>10,} {each}")


if __name__ == "__main__":
    main()
