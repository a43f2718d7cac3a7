"""desk: serve wallets, offer a credential, ask for one, read the answer."""

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from huabiao.doors.cli.settings import Failed, Settings, command, identity_option

DAY_MS, MINUTE_MS = 86_400_000, 60_000
FORMS = ("sd_jwt_vc", "vc_jwt")
DEFAULT_PORT, OFFER = 8_090, "openid-credential-offer://"
DEFAULT_DESK = f"http://127.0.0.1:{DEFAULT_PORT}"

_desk_option = click.option(
    "--desk", "base", envvar="HUABIAO_DESK", default=DEFAULT_DESK,
    help="办事台的公开地址 · the desk's public address",
)  # fmt: skip
_minutes_option = click.option(
    "--minutes", type=click.IntRange(1, 10_080), default=10, help="有效分钟 · validity"
)


@click.group()
def desk() -> None:
    """机构办事台。 An organisation's desk for wallets: OpenID4VCI and OpenID4VP."""


@command(
    click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT),
    click.option("--host", default="127.0.0.1", help="监听地址 · where to listen"),
    click.option("--certificate", type=click.Path(exists=True), help="TLS 证书 · PEM"),
    click.option("--key", type=click.Path(exists=True), help="TLS 私钥 · its key, PEM"),
    _desk_option,
    identity_option(required=True),
)
def serve(
    settings: Settings, port: int, host: str, certificate: str | None,
    key: str | None, base: str, identity: str,
) -> None:  # fmt: skip
    """为钱包服务，直到被停止。 Serve wallets until told to stop."""
    import uvicorn

    from huabiao.doors.cli.credential_chain import publish_key
    from huabiao.doors.cli.desk_chain import desks_of
    from huabiao.doors.desk import build_desk

    desks = desks_of(settings, identity, base)
    publish_key(settings, settings.keys(identity))
    app = build_desk(desks.issuer, desks.verifier)
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise Failed(
            f"不能在 {host}:{port} 监听（{error.strerror}）。"
            f" Cannot listen at {host}:{port}: {error.strerror}."
        ) from None
    settings.give({"desk": base}, f"办事台 desk  {base}")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, limit_concurrency=200,
        ssl_certfile=certificate, ssl_keyfile=key, server_header=False,
    )  # fmt: skip
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


@command(
    click.argument("claims", type=click.Path(exists=True, path_type=Path)),
    click.option("--list", "name", required=True, help="状态列表 · the status list"),
    click.option("--to", "only", help="只给此持有者 · for this holder only"),
    click.option("--days", type=click.IntRange(1, 36_500), default=365),
    click.option("--form", type=click.Choice(FORMS), default=FORMS[0], help="格式"),
    click.option("--schema", type=click.IntRange(0), help="模式版本 · its version"),
    click.option("--open", "always", multiple=True, help="总是可见的项 · never hidden"),
    click.option("--no-code", is_flag=True, help="不要交易码 · no transaction code"),
    _minutes_option,
    _desk_option,
    identity_option(required=True),
)
def offer(
    settings: Settings, claims: Path, name: str, only: str | None, days: int,
    form: str, schema: int | None, always: tuple[str, ...], no_code: bool,
    minutes: int, base: str, identity: str,
) -> None:  # fmt: skip
    """备好凭证待领；链接与交易码分两路给持有者。 Offer what a JSON file says."""
    from huabiao.doors.cli.credential import strict
    from huabiao.doors.cli.credential_chain import as_did, now_ms
    from huabiao.doors.cli.desk_chain import desks_of
    from huabiao.services.openid4vc import Configuration

    told = strict(claims)
    found = settings.city.get(f"/api/credentials/lists/{name}")
    wanted: dict[str, Any] = {
        "name": name, "claims": told, "lasts": days * DAY_MS, "form": form,
        "schema": schema, "always": list(always),
        "only": as_did(settings, only) if only else None,
    }  # fmt: skip
    kind = Configuration(f"{found['type']}.{form}", form, found["type"])
    issuer = desks_of(settings, identity, base).issuer
    until = now_ms() + minutes * MINUTE_MS
    document, pin = issuer.offer(kind, wanted, until, not no_code)
    link = f"{OFFER}?{urlencode({'credential_offer': json.dumps(document)})}"
    text = link + (f"\n交易码 transaction code  {pin}" if pin else "")
    settings.give({"link": link, "tx_code": pin}, text)


@command(
    click.option(
        "--type", "credential_type", required=True, help="凭证类型 · its type"
    ),
    click.option("--show", multiple=True, help="要看的项，如 name · claims"),
    click.option("--form", type=click.Choice(FORMS), default=FORMS[0], help="格式"),
    click.option("--purpose", help="用途，给持有者看 · what for"),
    _minutes_option,
    _desk_option,
    identity_option(required=True),
)
def ask(
    settings: Settings, credential_type: str, show: tuple[str, ...], form: str,
    purpose: str | None, minutes: int, base: str, identity: str,
) -> None:  # fmt: skip
    """请持有者出示；给出链接与编号。 Ask a holder to show a credential."""
    from huabiao.doors.cli.credential_chain import now_ms
    from huabiao.doors.cli.desk_chain import desks_of
    from huabiao.services.openid4vc.formats import OPENID_NAMES, type_query

    wanted: dict[str, Any] = {
        "id": "credential", "format": OPENID_NAMES[form],
        "meta": type_query(form, credential_type),
    }  # fmt: skip
    within = [] if form == FORMS[0] else ["credentialSubject"]
    if show:
        paths = [[*within, *each.strip("/").split("/")] for each in show]
        wanted["claims"] = [{"path": path} for path in paths]
    verifier = desks_of(settings, identity, base).verifier
    until = now_ms() + minutes * MINUTE_MS
    name, link = verifier.ask({"credentials": [wanted]}, until, purpose)
    settings.give({"question": name, "link": link}, f"{link}\n编号 question  {name}")


@command(click.argument("question"), identity_option(required=True))
def answer(settings: Settings, question: str, identity: str) -> None:
    """读取答复；读后即焚。 Read the answer, once: it is erased then."""
    from huabiao.doors.cli.desk_chain import desks_of

    questions = desks_of(settings, identity, DEFAULT_DESK).verifier.questions
    found = questions.take(question)
    if found is None:
        raise Failed(
            "没有此编号，或已读过。 There is no such question, or it was read."
        )
    if found.answer is None:
        settings.give({"answered": False}, "尚无答复。 No answer yet.")
        return
    told = {"answered": True, **found.answer}
    settings.give(told, json.dumps(found.answer, ensure_ascii=False, indent=2))


for each in (serve, offer, ask, answer):
    desk.add_command(each)
