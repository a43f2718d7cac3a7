"""certificate: an organisation's own authority for X.509, anchored on the chain."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huabiao.doors.cli.settings import Failed, Settings, command, identity_option

if TYPE_CHECKING:
    from huabiao.services.certificates.authority import Issued

_CA = click.option(
    "--ca",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="证书机构的文件夹 · the authority's folder",
)
_DAYS = click.option(
    "--days", type=click.IntRange(1, 3_650), default=365, help="有效天数 · days"
)
_KIND = click.option(
    "--kind",
    type=click.Choice(["sm2", "ecdsa", "rsa"]),
    default="sm2",
    help="密钥算法 · algorithm",
)
_ANCHOR = identity_option()
_SERIAL = click.argument("serial")


@click.group()
def certificate() -> None:
    """机构证书。 X.509 certificates of organisations; --as NAME anchors on chain."""


@command(
    click.argument("folder", type=click.Path(path_type=Path, file_okay=False)),
    _KIND,
    click.option("--name", required=True, help="机构名称 · the authority's name"),
    click.option("--organisation", default="", help="单位 · organisation"),
    click.option("--code", default="", help="统一社会信用代码 · GB 32100 code"),
    click.option("--days", type=click.IntRange(1, 36_500), default=3_650),
)
def init(
    settings: Settings, folder: Path, kind: str, name: str, organisation: str,
    code: str, days: int,
) -> None:  # fmt: skip
    """建立证书机构。 Make an authority in a folder."""
    from huabiao.client.wallets import passphrase
    from huabiao.services.certificates.authority import make_authority
    from huabiao.services.certificates.building import Subject

    subject = Subject(name, organisation, _checked(code))
    make_authority(folder, kind, subject, passphrase(settings.home), days)
    settings.give({"certificate": str(folder / "ca.pem")}, str(folder / "ca.pem"))


@command(
    click.argument("name"),
    _CA,
    _KIND,
    _DAYS,
    click.option("--organisation", default="", help="单位 · organisation"),
    click.option("--code", default="", help="统一社会信用代码 · GB 32100 code"),
    click.option("--host", "hosts", multiple=True, help="域名或 IP · name or address"),
    click.option(
        "--request",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="PKCS#10 请求；没有则新建密钥 · a request, or else a key is made",
    ),
    click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(path_type=Path, file_okay=False),
        help="NAME.pem 与 NAME.key 所在 · where they go",
    ),
    _ANCHOR,
)
def issue(
    settings: Settings, name: str, ca: Path, kind: str, days: int, organisation: str,
    code: str, hosts: tuple[str, ...], request: Path | None, output: Path,
    identity: str | None,
) -> None:  # fmt: skip
    """签发证书。 Issue a certificate."""
    from huabiao.services.certificates.building import Subject

    subject = Subject(name, organisation, _checked(code), hosts)
    asked = request.read_bytes() if request else None
    stem = output / name.replace("/", "_")
    if not asked and stem.with_name(f"{stem.name}.key").exists():
        raise Failed(f"{stem}.key 已存在，不会覆盖。 {stem}.key exists and stays.")
    with _opened(settings, ca) as authority:
        issued, secret = authority.issue(subject, days, kind, asked)
        written = authority.path_of(issued.serial).read_bytes()
    output.mkdir(parents=True, exist_ok=True, mode=0o700)
    if secret:
        key = stem.with_name(f"{stem.name}.key")
        key.touch(mode=0o600)
        key.write_bytes(secret)
    path = stem.with_name(f"{stem.name}.pem")
    path.write_bytes(written)
    _tell(settings, issued, path, _anchor(settings, identity, issued, path))


@command(_SERIAL, _CA, _DAYS, _ANCHOR)
def renew(
    settings: Settings, serial: str, ca: Path, days: int, identity: str | None
) -> None:
    """续期：同一主体与密钥。 Renew for the same subject and key."""
    with _opened(settings, ca) as authority:
        issued = authority.renew(serial, days)
        path = authority.path_of(issued.serial)
    _tell(settings, issued, path, _anchor(settings, identity, issued, path))


@command(
    _SERIAL,
    _CA,
    click.option("--reason", default="unspecified", help="RFC 5280 §5.3.1"),
    _ANCHOR,
)
def revoke(
    settings: Settings, serial: str, ca: Path, reason: str, identity: str | None
) -> None:
    """吊销，并签发新的吊销列表。 Revoke, and sign a new revocation list."""
    with _opened(settings, ca) as authority:
        issued = authority.revoke(serial, reason)
        path = authority.path_of(serial)
        authority.list_revoked()
    height = 0
    if identity:
        said = {"certificate": _digest(settings, path).hex(), "reason": reason}
        height = _call(settings, identity, "revoke", said)
    _tell(settings, issued, path, height)


@command(
    _CA,
    click.option("--days", type=click.IntRange(1, 365), default=7, help="天 · days"),
)
def crl(settings: Settings, ca: Path, days: int) -> None:
    """签发吊销列表。 Sign the revocation list anew."""
    with _opened(settings, ca) as authority:
        path = authority.list_revoked(days)
    settings.give({"file": str(path)}, str(path))


@command(_CA)
def list_(settings: Settings, ca: Path) -> None:
    """列出签发过的证书。 Everything that was issued."""
    with _opened(settings, ca) as authority:
        found = [vars(each) for each in authority.issued()]
    lines = [
        f"{each['serial']}  {each['ends'][:10]}  {each['name']}"
        f"  {'已吊销 · revoked ' + each['reason'] if each['revoked'] else ''}".rstrip()
        for each in found
    ]
    settings.give({"certificates": found}, "\n".join(lines) or "没有。 None.")


@command(click.argument("file", type=click.Path(path_type=Path, exists=True)))
def show(settings: Settings, file: Path) -> None:
    """证书写了什么，链上谁为它作保。 What it says, and who stands by it on chain."""
    from huabiao.doors.cli.footing import entries
    from huabiao.services.certificates.authority import read_certificate

    read = read_certificate(file)
    prefix = f"{_digest(settings, file).hex()}."
    anchored = entries(settings, "certificates", "anchored", prefix)
    words = [
        {**_who(settings, key.removeprefix(prefix)), "revoked": bool(each["reason"]),
         "reason": each["reason"], "entry": each}
        for key, each in anchored.items()
    ]  # fmt: skip
    found = {
        "subject": read.subject.human_friendly,
        "issuer": read.issuer.human_friendly,
        "serial": f"{read.serial_number:x}",
        "ends": read.not_valid_after.isoformat(),
        "anchored": words,
    }
    standing = "\n".join(
        f"{each['account']}  {each['organisation'] or '—'}  "
        + (
            f"已吊销 · revoked: {each['reason']}"
            if each["revoked"]
            else "有效 · stands"
        )
        for each in words
    )
    text = f"{found['subject']}\n{found['serial']}  {found['ends'][:10]}\n"
    settings.give(found, text + (standing or "链上没有登记。 Nobody anchored it."))
    if any(each["revoked"] for each in words):
        raise click.exceptions.Exit(1)


def _who(settings: Settings, account: str) -> dict[str, Any]:
    """Who stands by a certificate: the account, and the organisation whose it is."""
    from huabiao.crypto.address import show as written

    shown = written(bytes.fromhex(account))
    told = settings.city.get(f"/api/accounts/{shown}")
    return {"account": shown, "organisation": told["organisation"]}


def _checked(code: str) -> str:
    """A unified social credit code, by its check character (GB 32100-2015)."""
    from stdnum.cn import uscc

    if code and not uscc.is_valid(code):
        raise Failed(
            f"统一社会信用代码 {code[:40]} 不合 GB 32100，请核对。"
            f" {code[:40]!r} is no unified social credit code (GB 32100): check it."
        )
    return code


def _opened(settings: Settings, ca: Path) -> Any:
    from huabiao.client.wallets import passphrase
    from huabiao.services.certificates.authority import open_authority

    return open_authority(ca, passphrase(settings.home))


def _digest(settings: Settings, path: Path) -> bytes:
    """Of the certificate's DER, in the chain's own suite."""
    from huabiao.crypto.suite import suite
    from huabiao.services.certificates.authority import read_certificate

    return suite(settings.city.suite_name).digest(read_certificate(path).dump())


def _anchor(
    settings: Settings, identity: str | None, issued: "Issued", path: Path
) -> int:
    """The height at which the chain took the certificate's digest; 0: not asked."""
    if not identity:
        return 0
    said = {
        "certificate": _digest(settings, path).hex(),
        "serial": issued.serial,
        "subject": issued.organisation or issued.name,
        "ends": issued.ends.replace("+00:00", "Z"),
    }
    return _call(settings, identity, "anchor", said)


def _call(
    settings: Settings, identity: str, operation: str, said: dict[str, Any]
) -> int:
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "certificates", operation, "", said)
    if not outcome.accepted:
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    return int(outcome.height)


def _tell(settings: Settings, issued: "Issued", path: Path, height: int) -> None:
    document = {**vars(issued), "file": str(path), "anchored_at": height}
    settings.give(document, f"{issued.serial}  {path}")


for each in (init, issue, renew, revoke, crl, show):
    certificate.add_command(each)
certificate.add_command(list_, "list")
