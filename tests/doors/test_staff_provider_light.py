"""
Staff sign in at an OpenID provider that asks for no password: oidc-provider-mock, which
Authlib drives, in a thread. So the way to a provider and back is walked in every run;
Canaille, with passwords and PKCE, is in test_staff_provider.

Rules: OpenID Connect Core 1.0 §3.1, RFC 6749 §4.1.2 and §10.12.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import run_server_in_thread
from served_city import Served
from staff_desk import (
    COOKIE,
    LEAD,
    AtProvider,
    bind,
    browser,
    found_office,
    go_to_provider,
    lead,
    reads_for,
    unbound_login,
)

WAY, PERSON = "light", "wangwu"


@pytest.fixture(scope="module")
def issuer(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The provider's address, once the operator has named it."""
    secret: Path = tmp_path_factory.mktemp("light") / "secret"
    secret.write_text("any client's secret will do there")
    found_office(served)
    served.json("staff", "door", served.url)
    with run_server_in_thread(issue_refresh_token=False) as server:
        address = f"http://localhost:{server.server_port}"
        told = served.json(
            "staff", "provider", WAY, "--issuer", address, "--client-id", "huabiao",
            "--secret-file", str(secret),
        )  # fmt: skip
        assert WAY in [each["name"] for each in told["providers"]]
        yield address
        served.json("staff", "provider", WAY, "--remove")


def agree(there: str, **form: str) -> AtProvider:
    """What the provider sends a browser back with."""
    sent = httpx.post(there, data=form or {"sub": PERSON}, trust_env=False)
    goal = urlsplit(sent.headers["location"])
    query = {name: values[0] for name, values in parse_qs(goal.query).items()}
    return AtProvider(goal.path, query)


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 401, answer.text[-600:]
    assert COOKIE not in answer.cookies


def test_who_is_bound_reads_for_the_account_until_it_ends(served, issuer):
    with browser(served) as client:
        login = unbound_login(agree(go_to_provider(client, WAY)).back(client))
        assert not reads_for(client)
        bind(served, login)
        assert agree(go_to_provider(client, WAY)).back(client).status_code == 200
        assert reads_for(client) == lead(served)
        chain = served.node.ledger.read(f"staff/logins/{login}")
        assert chain is not None and PERSON.encode() not in chain
        served.json("staff", "end", login, "--reason", "left", "--as", LEAD)
        assert not reads_for(client)


def test_what_comes_back_spoiled_or_twice_signs_nobody_in(served, issuer):
    with browser(served) as client, browser(served, "Other/2") as other:
        for changes in ({"state": "another"}, {"code": "another"}, {"code": None}):
            refused(agree(go_to_provider(client, WAY)).back(client, **changes))
        brought = agree(go_to_provider(client, WAY))
        refused(brought.back(other))  # another browser, which did not begin it
        refused(brought.back(client, iss="https://evil.example"))
        declined = agree(go_to_provider(client, WAY), action="deny")
        assert declined.query["error"] == "access_denied"
        refused(declined.back(client))


def test_a_code_of_another_persons_way_is_refused(served, issuer):
    """Its ID token has the nonce of the way that it was asked for in (§3.1.3.7)."""
    with browser(served) as victim, browser(served) as thief:
        stolen = agree(go_to_provider(victim, WAY))
        own = agree(go_to_provider(thief, WAY))
        refused(own.back(thief, code=stolen.query["code"]))
