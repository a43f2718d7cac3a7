"""
The HTTP door: everything a client may do, under /api, with an OpenAPI document.

- `envelopes`: send what was signed; prepare what is to be signed
- `reads`: blocks, scenarios, records, as far as the viewer may see them
- `drawn`: a scenario's own document, and its operations by name
- `accounts`: who stands in a register; one account's acts and balances
- `events`: what happens, as server-sent events from any height
- `webhooks`: the same, sent to an address of an account's
- `metrics`: figures for Prometheus
- `proofs`: proof files, and the verifier for people without ours
- `entry`: sessions opened by a signed challenge
- `sign_in`: by a credential; accounts of an organisation's staff
- `identifiers`, `organisations`, `persons`: DIDs resolved, who is who
- `platform`: the directory and the sharing of data
- `epcis`: documents of events about food, in and out
- `bills`: electronic bills as files, and whether one is genuine
- `levels`: the chains of both levels, their progress, what is docked
- `crossings`: other chains, and what crosses to them
- `plan`: the action plan, and what is late
- `credentials`: status lists, schemas, the standing of issuers
- `licences`: licences shown by an authorisation code
- `vault`: personal and secret values, kept and opened
- `hot_paths`: the busy addresses, past routing and validation
- `documentation`: the OpenAPI page, with nothing from elsewhere
- `guard`: limits and headers around all of it, also around the pages

`build_app` wires the doors of one node, pages beside the API.
"""

from typing import Any

from fastapi import FastAPI

from huabiao import __version__
from huabiao.client.port import Port
from huabiao.doors.api import (
    accounts,
    bills,
    credentials,
    crossings,
    drawn,
    entry,
    envelopes,
    epcis,
    events,
    identifiers,
    levels,
    licences,
    metrics,
    organisations,
    persons,
    plan,
    platform,
    proofs,
    reads,
    sign_in,
    vault,
    webhooks,
)
from huabiao.doors.api.documentation import install_documentation
from huabiao.doors.api.errors import PROBLEMS, answer, install_errors
from huabiao.doors.api.guard import Guard
from huabiao.doors.api.hot_paths import HotPaths
from huabiao.doors.bills import BillChecks
from huabiao.doors.city import City
from huabiao.doors.desk import refuse, verifier_routes
from huabiao.doors.entering import desk_of
from huabiao.doors.pages import install_pages
from huabiao.doors.sessions import Sessions
from huabiao.doors.viewer import city_of
from huabiao.services.index import FollowedIndex
from huabiao.services.openid4vc import OAuthError

ABOUT = """
华表：一座城市共享、可验证的记忆。写入是客户端用自己的密钥签名的信封；不公开的内容，
先用签名质询打开会话再读取。

Huabiao: a city's shared, verifiable memory. A write is an envelope that the client
signs with its own key; what is not public is read in a session that is opened by a
signed challenge. Errors are problem documents (RFC 9457).
"""


def build_app(port: Port, index: FollowedIndex, services: dict[str, Any]) -> FastAPI:
    """The doors of one node: the API under /api, the pages beside it."""
    app = FastAPI(
        title="华表 Huabiao",
        version=__version__,
        description=ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
    )
    services.setdefault("bill_checks", BillChecks())
    app.state.city = City(port, index, services, Sessions(port.chain))
    rooms = (
        envelopes, drawn, reads, accounts, events, webhooks, metrics, proofs, entry,
        identifiers, organisations, persons, platform, vault, credentials, licences,
        bills, epcis, plan, sign_in, levels, crossings,
    )  # fmt: skip
    for room in rooms:
        app.include_router(room.router, prefix="/api")
    app.router.routes += verifier_routes(lambda request: desk_of(city_of(request)))
    app.add_exception_handler(OAuthError, refuse)
    install_documentation(app)
    install_pages(app)
    install_errors(app)
    hot = {
        ("POST", "/api/envelopes"): envelopes.post_envelopes,
        ("POST", "/api/sharing/fetch"): platform.fetch,
    }
    app.add_middleware(HotPaths, endpoints=hot, answer=answer)
    app.add_middleware(Guard)
    return app
