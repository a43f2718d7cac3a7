"""An organisation in a served city, and a browser that its staff sit at."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
from identity_provider import PASSWORD, PERSON
from served_city import Served

from huabiao.crypto.address import show
from huabiao.doors.pages.entering import FLOW
from huabiao.doors.viewer import COOKIE
from huabiao.services.databases.population import enterprise_code

CODE = enterprise_code("110105", 401)
LEAD, AGENT = "office of staff", "Desk/1"
SIGN_IN = "令牌"


def found_office(served: Served) -> None:
    """`LEAD` stands as an organisation under `CODE`; once in a city."""
    if served.node.ledger.read(f"organisations/record/{CODE}") is not None:
        return
    served.grant("organisations", "registrar", "registrar of staff")
    for words in (
        ("apply", CODE, "某局", "--kind", "department", "--as", LEAD),
        ("approve", CODE, "--as", "registrar of staff"),
    ):
        served.keys(words[-1])
        done = served.json("org", *words)
        assert done["accepted"], done


def browser(served: Served, agent: str = AGENT, **options) -> httpx.Client:
    headers = {"user-agent": agent}
    return httpx.Client(
        base_url=served.url, headers=headers, timeout=30, trust_env=False, **options
    )


def reads_for(client: httpx.Client) -> str:
    """The account whose page a browser sees; empty where it is asked to sign in."""
    found = re.search(r'href="/accounts/(hb1[0-9a-f]{44})"', client.get("/me").text)
    return found[1] if found else ""


def lead(served: Served) -> str:
    return show(served.keys(LEAD).account)


def bind(served: Served, login: str) -> None:
    done = served.json("staff", "bind", login, "--org", CODE, "--as", LEAD)
    assert done["accepted"], done


def unbound_login(answer: httpx.Response) -> str:
    """The tag on the page of who signed in and is bound to no account."""
    assert answer.status_code == 403, answer.text
    found = re.search(r'<code class="hex">([0-9a-f]{64})</code>', answer.text)
    assert found
    return found[1]


@dataclass
class AtProvider:
    """What a browser brings back from a provider."""

    path: str
    query: dict[str, str]

    def back(self, client: httpx.Client, **changes: str | None) -> httpx.Response:
        query = {k: v for k, v in (self.query | changes).items() if v is not None}
        return client.get(self.path, params=query)


def go_to_provider(client: httpx.Client, name: str = "sso") -> str:
    """Where the doors send a browser."""
    sent = client.get(f"/sign-in/provider/{name}")
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def log_in(client: httpx.Client, there: str) -> AtProvider:
    """Go through the provider's own pages as a person does: name, then password."""
    answer = client.get(there)
    for _ in range(8):
        location = answer.headers.get("location")
        if location is None:
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)
            assert token, answer.text
            form = {"csrf_token": token[1]}
            form |= (
                {"password": PASSWORD}
                if "password" in answer.url.path
                else {"login": PERSON}
            )
            answer = client.post(answer.url, data=form)
            continue
        goal = answer.url.join(location)
        if goal.path.startswith("/sign-in/"):
            query = parse_qs(urlsplit(str(goal)).query)
            return AtProvider(goal.path, {k: v[0] for k, v in query.items()})
        answer = client.get(goal)
    raise AssertionError("the provider sends nobody back")


def sign_in(client: httpx.Client) -> httpx.Response:
    """All the way to the provider and back."""
    return log_in(client, go_to_provider(client)).back(client)


__all__ = ["COOKIE", "FLOW"]
