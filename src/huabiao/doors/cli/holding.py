"""Credentials that a wallet holds: received, taken, shown, signed in with, dropped."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import click

from huabiao.doors.cli.settings import Failed, Settings, command, identity_option

if TYPE_CHECKING:
    from huabiao.services.openid4vc.presenting import Showing
    from huabiao.services.openid4vc.request_objects import Request


@command(
    click.argument("link"),
    click.option("--code", help="交易码，由机构另行告知 · the transaction code"),
    identity_option(required=True),
)
def receive(settings: Settings, link: str, code: str | None, identity: str) -> None:
    """领取凭证；LINK 是机构给的链接。 Take what an issuer offers."""
    from huabiao.doors.cli.credential_chain import (
        now_ms,
        policy_of,
        publish_key,
        told_of,
    )
    from huabiao.services.credentials import verify_credential
    from huabiao.services.credentials.dids import chain_signer
    from huabiao.services.openid4vc.holdings import Holdings
    from huabiao.services.openid4vc.receiving import read_offer
    from huabiao.services.openid4vc.receiving import receive as take

    offer, keys = read_offer(link), settings.keys(identity)
    if offer.pin and code is None:
        code = click.prompt("交易码 transaction code", err=True)
    publish_key(settings, keys)
    holder = chain_signer(keys, settings.city.chain)
    form, text = take(offer, holder, code if offer.pin else None, now_ms())
    credential = verify_credential(text, policy_of(settings, ()))
    bound = credential.holder_key in (None, holder.key)
    if credential.format != form or credential.subject != holder.did or not bound:
        raise Failed("凭证不是给本人的，未保存。 It is not for this holder: not kept.")
    name = Holdings(settings.home, identity).keep(text)
    told = {"credential": name, **told_of(credential)}
    settings.give(told, f"已领取 received  {name}  {credential.type}")


@command(
    click.argument("file", type=click.Path(exists=True, path_type=Path)),
    identity_option(required=True),
)
def take(settings: Settings, file: Path, identity: str) -> None:
    """收下凭证文件：核验、封存，再抹去它。 Keep a file's credential; erase it."""
    from huabiao.doors.cli.credential_chain import policy_of, told_of
    from huabiao.durable import erase_file
    from huabiao.services.credentials import verify_credential
    from huabiao.services.credentials.dids import chain_signer
    from huabiao.services.openid4vc.holdings import Holdings

    holder = chain_signer(settings.keys(identity), settings.city.chain)
    text = file.read_text("utf-8").strip()
    credential = verify_credential(text, policy_of(settings, ()))
    if credential.subject != holder.did:
        raise Failed("凭证不是给本人的，未保存。 It is not for this holder: not kept.")
    name = Holdings(settings.home, identity).keep(text)
    erase_file(file)
    told = {"credential": name, **told_of(credential)}
    settings.give(told, f"已收下 taken  {name}  {credential.type}")


@command(
    click.argument("link"),
    click.option("--yes", is_flag=True, help="不再询问 · show without asking again"),
    identity_option(required=True),
)
def present(settings: Settings, link: str, yes: bool, identity: str) -> None:
    """向核验方出示；先看清给谁、给什么。 Show what a verifier asks for."""
    from huabiao.doors.cli.credential_chain import now_ms
    from huabiao.doors.cli.desk_chain import resolving
    from huabiao.services.credentials.dids import chain_signer
    from huabiao.services.openid4vc import presenting as vp

    holder = chain_signer(settings.keys(identity), settings.city.chain)
    request = vp.fetch_request(link, resolving(settings), now_ms)
    showing = chosen(settings, identity, request, yes)
    onward = vp.answer(request, showing, holder, now_ms())
    told = {key: described(each) for key, each in showing.items()}
    document = {"verifier": request.verifier, "shown": told, "redirect_uri": onward}
    said = f"已出示 shown  {request.verifier}"
    settings.give(document, said + (f"\n{onward}" if onward else ""))


def chosen(
    settings: Settings, identity: str, request: "Request", yes: bool
) -> dict[str, "Showing"]:
    """What is shown for a request, once its holder agrees; else the verifier is told,
    and Failed."""
    from huabiao.services.openid4vc import OAuthError
    from huabiao.services.openid4vc import presenting as vp
    from huabiao.services.openid4vc.holdings import Holdings

    texts = list(Holdings(settings.home, identity).all().values())
    try:
        showing = vp.prepare(request, texts)
    except OAuthError as error:
        vp.decline(request, error)
        raise Failed(
            f"没有所要的凭证。 You do not hold what is asked: {error}"
        ) from None
    if not yes:
        told = {key: described(each) for key, each in showing.items()}
        click.echo(f"核验方 verifier  {request.verifier}", err=True)
        click.echo(f"用途 purpose  {request.purpose or '—'}", err=True)
        for each in told.values():
            click.echo(f"{each['type']}  {'、'.join(each['shows']) or '—'}", err=True)
        if not click.confirm("出示？ Show it?", err=True):
            said = "The holder does not want to show it"
            vp.decline(request, OAuthError("access_denied", said))
            raise Failed("未出示。 Nothing was shown.")
    return showing


@command(
    click.argument("door", required=False),
    click.option("--yes", is_flag=True, help="不再询问 · show without asking again"),
    identity_option(required=True),
)
def sign_in(settings: Settings, door: str | None, yes: bool, identity: str) -> None:
    """出示凭证登录，得到令牌；DOOR 默认为所用城市。 Sign in with a credential."""
    from huabiao.client.remote import Remote
    from huabiao.doors.cli.credential_chain import now_ms
    from huabiao.doors.cli.desk_chain import resolving
    from huabiao.services.credentials.dids import chain_signer
    from huabiao.services.openid4vc import presenting as vp

    there = Remote(door) if door else settings.city
    asked = there.post("/api/session/presentation", {})
    request = vp.fetch_request(asked["link"], resolving(settings), now_ms)
    here = request.response_uri.startswith(there.url + "/")
    if not here or request.verifier != there.get("/api/credentials")["publisher"]:
        # A door that hands on another's question would get the other's session.
        raise Failed(
            f"{there.url} 要的凭证是给别人看的，未出示。"
            f" What {there.url} asks for is for somebody else: nothing was shown."
        )
    showing = chosen(settings, identity, request, yes)
    holder = chain_signer(settings.keys(identity), settings.city.chain)
    onward = vp.answer(request, showing, holder, now_ms())
    code = parse_qs(urlsplit(onward or "").query).get("response_code", [""])[0]
    shown = {"handle": asked["handle"], "response_code": code}
    opened = there.post("/api/session/presentation/open", shown)
    settings.give(opened, str(opened["token"]))


def described(showing: object) -> dict[str, object]:
    """What a showing tells: the type, and the claims by their names."""
    from huabiao.services.credentials.sd_jwt_vc import FORMAT
    from huabiao.services.openid4vc.formats import read_held
    from huabiao.services.openid4vc.presenting import Showing

    assert isinstance(showing, Showing)
    credential, by_pointer = read_held(showing.text)
    hidden = [each[1:] for each in by_pointer if each not in showing.pointers]
    kept = set(hidden) if credential.format == FORMAT else set()
    shows = [name for name in credential.claims if name not in kept]
    return {"type": credential.type, "shows": shows}


@command(identity_option(required=True), name="list")
def list_held(settings: Settings, identity: str) -> None:
    """所持凭证。 What is held."""
    from huabiao.doors.cli.credential_chain import told_of
    from huabiao.services.openid4vc.formats import read_held
    from huabiao.services.openid4vc.holdings import Holdings

    held = {
        name: told_of(read_held(text)[0])
        for name, text in Holdings(settings.home, identity).all().items()
    }
    lines = [f"{name}  {each['type']}  {each['issuer']}" for name, each in held.items()]
    settings.give({"credentials": held}, "\n".join(lines) or "没有。 None.")


@command(click.argument("name"), identity_option(required=True))
def drop(settings: Settings, name: str, identity: str) -> None:
    """删除一份凭证。 Remove a credential from the wallet."""
    from huabiao.services.openid4vc.holdings import Holdings

    Holdings(settings.home, identity).drop(name)
    settings.give({"dropped": name}, f"已删除 removed  {name}")
