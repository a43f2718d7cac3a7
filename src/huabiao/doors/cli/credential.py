"""credential: open a status list, issue, present, verify, revoke; see what stands."""

import json
import secrets
from pathlib import Path
from typing import Any

import click

from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
    write_for_owner,
)

DAY_MS = 86_400_000
FORMS = ("sd_jwt_vc", "vc_jwt", "data_integrity")
File = click.Path(path_type=Path, dir_okay=False)


@click.group()
def credential() -> None:
    """可验证凭证。 Verifiable credentials: issue, present, verify, revoke."""


@command(
    click.argument("name"),
    click.option("--type", "credential_type", required=True, help="凭证类型 · type"),
    click.option(
        "--purpose", type=click.Choice(["revocation", "suspension"]),
        default="revocation", help="用途 · what a bit says",
    ),
    identity_option(required=True),
    name="open",
)  # fmt: skip
def open_list(
    settings: Settings, name: str, credential_type: str, purpose: str, identity: str
) -> None:
    """开设状态列表，并公布签发密钥。 Open a status list; publish the issuer's key."""
    from huabiao.doors.cli.credential_chain import publish_key

    keys = settings.keys(identity)
    publish_key(settings, keys)
    written = {"credential_type": credential_type, "purpose": purpose}
    outcome = settings.city.call(keys, "credentials", "open_list", name, written)
    tell_outcome(settings, outcome, name)


@command(
    click.argument("claims", type=click.Path(exists=True, path_type=Path)),
    click.option("--list", "name", required=True, help="状态列表 · the status list"),
    click.option("--to", "subject", required=True, help="持有者的 DID 或账户 · holder"),
    click.option(
        "--days", type=click.IntRange(1, 36_500), default=365, help="有效天数"
    ),
    click.option("--form", type=click.Choice(FORMS), default=FORMS[0], help="格式"),
    click.option("--schema", type=click.IntRange(0), help="模式版本 · its version"),
    click.option("--open", "always", multiple=True, help="总是可见的项 · never hidden"),
    click.option("--out", required=True, type=File, help="写入文件 · file"),
    identity_option(required=True),
)
def issue(
    settings: Settings, claims: Path, name: str, subject: str, days: int, form: str,
    schema: int | None, always: tuple[str, ...], out: Path, identity: str,
) -> None:  # fmt: skip
    """签发凭证；CLAIMS 是内容的 JSON 文件。 Issue what a JSON file says."""
    from huabiao.doors.cli.credential_chain import Issue, issue_credential

    told = strict(claims)
    wanted = Issue(name, subject, told, days * DAY_MS, form, schema, always)
    secured, facts = issue_credential(settings, settings.keys(identity), wanted)
    written = secured if isinstance(secured, str) else json.dumps(secured)
    write_for_owner(out, written)
    settings.give(facts, f"已签发 issued  {name}#{facts['index']}  {out}")


@command(
    click.argument("held", nargs=-1, required=True, metavar="NAME|FILE..."),
    click.option("--to", "audience", required=True, help="出示给谁 · the verifier"),
    click.option("--nonce", required=True, help="对方给的随机数 · their nonce"),
    click.option("--show", multiple=True, help="披露的项，如 name · what to disclose"),
    click.option("--out", required=True, type=File, help="写入文件 · file"),
    identity_option(required=True),
)  # fmt: skip
def present(
    settings: Settings, held: tuple[str, ...], audience: str, nonce: str,
    show: tuple[str, ...], out: Path, identity: str,
) -> None:  # fmt: skip
    """出示钱包或文件里的凭证。 Present credentials of the wallet, or of files, to one
    verifier, who gave a nonce."""
    from huabiao.doors.cli.credential_chain import present_credentials

    texts = [text_of(settings, identity, each) for each in held]
    pointers = [each if each.startswith("/") else f"/{each}" for each in show]
    shown = present_credentials(
        settings, settings.keys(identity), texts, audience, nonce, pointers
    )
    write_for_owner(out, shown)
    settings.give({"file": str(out)}, str(out))


def text_of(settings: Settings, identity: str, held: str) -> str:
    """A credential by its name in the wallet, or a file."""
    from huabiao.services.openid4vc.holdings import Holdings

    known = Holdings(settings.home, identity).all()
    if held in known:
        return known[held]
    try:
        return Path(held).read_text("utf-8")
    except OSError:
        raise Failed(
            f"钱包里没有“{held:.80}”，也没有此文件；见 huabiao wallet list。"
            f" The wallet has no {held[:80]!r}, and it is no file: huabiao wallet list."
        ) from None


@command(
    click.argument("file", type=click.Path(exists=True, path_type=Path)),
    click.option("--as-verifier", "audience", help="本方名称 · who we are"),
    click.option("--nonce", help="本方给出的随机数 · the nonce that we gave"),
    click.option("--type", "types", multiple=True, help="要求的类型 · types asked for"),
)
def verify(
    settings: Settings, file: Path, audience: str | None, nonce: str | None,
    types: tuple[str, ...],
) -> None:  # fmt: skip
    """核验凭证，或（给出 --nonce）核验出示。 Verify a credential or a presentation."""
    from huabiao.doors.cli.credential_chain import policy_of, told_of
    from huabiao.services.credentials import (
        NotVerified,
        verify_credential,
        verify_presentation,
    )

    if (audience is None) != (nonce is None):
        raise Failed("--as-verifier 与 --nonce 须同时给出。 Give both, or neither.")
    policy, text = policy_of(settings, types), file.read_text("utf-8").strip()
    try:
        if audience is None or nonce is None:
            found = [verify_credential(text, policy)]
        else:
            use = same_as(nonce)
            found = verify_presentation(text, policy, audience, use).credentials
    except NotVerified as error:
        if settings.as_json:
            settings.give({"ok": False, "code": error.code, "sentence": str(error)})
        raise Failed(f"不可信 not verified：{error} [{error.code}]") from None
    told = [told_of(each) for each in found]
    lines = [json.dumps(each, ensure_ascii=False, indent=2) for each in told]
    settings.give({"ok": True, "credentials": told}, "\n".join(lines))


def same_as(nonce: str) -> Any:
    """The nonce of the command line, and no other."""
    from huabiao.services.credentials import NotVerified

    def use(given: str) -> None:
        if not secrets.compare_digest(given.encode(), nonce.encode()):
            raise NotVerified(
                "nonce.unknown", "随机数不是本方给出的", "the nonce is not ours"
            )

    return use


@command(
    click.argument("name"),
    click.argument("indexes", nargs=-1, required=True, type=click.IntRange(0)),
    click.option(
        "--reason", default="unspecified", help="原因代码 · the reason's code"
    ),
    click.option("--restore", is_flag=True, help="恢复暂停的 · end a suspension"),
    identity_option(required=True),
)
def revoke(
    settings: Settings, name: str, indexes: tuple[int, ...], reason: str,
    restore: bool, identity: str,
) -> None:  # fmt: skip
    """撤销列表中的凭证。 Revoke the credentials at places of a list."""
    written: dict[str, Any] = {"indexes": list(indexes)}
    if not restore:
        written["reason"] = reason
    operation = "restore" if restore else "revoke"
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "credentials", operation, name, written)
    tell_outcome(settings, outcome, name)


def strict(path: Path) -> dict[str, Any]:
    """A JSON object of a file."""
    from huabiao.services.credentials.strict_json import parse_object

    return parse_object(path.read_bytes())


@command(
    click.argument("subject"),
    identity_option(required=True),
)
def issued(settings: Settings, subject: str, identity: str) -> None:
    """本机签发给某持有者的凭证。 What this home issued to a holder."""
    from huabiao.doors.cli.credential_chain import as_did, register_of

    register = register_of(settings, identity)
    found = register.of(as_did(settings, subject))
    register.close()
    lines = [f"{each['list']}#{each['index']}  {each['type']}" for each in found]
    settings.give({"issued": found}, "\n".join(lines) or "没有。 None.")


for each in (open_list, issue, present, verify, revoke, issued):
    credential.add_command(each)
