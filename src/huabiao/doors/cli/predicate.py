"""
predicate: prove "over 18" or "income at least" without the value, by files.

What goes from one party to another is a file. What stays with one lies sealed in its
wallet (huabiao.client.sealed_folder): a holder's link secret, what they keep of a
request and the credential, an issuer's private key.
"""

import json
import time
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    write_for_owner,
)
from huabiao.durable import erase_file

if TYPE_CHECKING:
    from huabiao.client.sealed_folder import SealedFolder

LINK_SECRET, DIGITS = "link-secret", 32

_out = click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="写入文件 · file",
)  # fmt: skip
_by = click.option(
    "--by", required=True, type=click.Path(exists=True, path_type=Path),
    help="机构的定义文件 · the issuer's definition",
)  # fmt: skip


def _file(name: str) -> Any:
    return click.argument(name, type=click.Path(exists=True, path_type=Path))


@click.group()
def predicate() -> None:
    """只证明条件，不给出数值。 Prove a predicate, not the value."""


def room() -> ModuleType:
    """The service; Failed where its extra is not installed."""
    try:
        from huabiao.services import predicates
    except ImportError:
        raise Failed(
            "未安装：pip install 'huabiao[predicates]'。"
            " Not installed: pip install 'huabiao[predicates]'."
        ) from None
    return predicates


def opened(settings: Settings, by: Path) -> Any:
    """A definition whose issuer the chain accredits."""
    from huabiao.doors.cli.credential_chain import policy_of

    policy = policy_of(settings, ())
    text = by.read_text("utf-8")
    return room().open_definition(text, policy.resolve, policy.accredited)


def read(path: Path) -> Any:
    return room().load(path.read_bytes())


def folder_of(settings: Settings, identity: str) -> "SealedFolder":
    from huabiao.client.sealed_folder import SealedFolder

    return SealedFolder(settings.home, identity)


def private_name(kind: str) -> str:
    return f"{Path(kind).name}.predicates"


def private_of(settings: Settings, identity: str, kind: str) -> Any:
    """An issuer's private key of a type. An earlier version left it open in a file,
    which is sealed now and removed."""
    folder, name = folder_of(settings, identity), private_name(kind)
    earlier = f"{Path(identity).name}.{Path(kind).name}.predicates.json"
    path = settings.home / "issued" / earlier
    if path.exists():
        folder.write(name, path.read_text("utf-8"))
        erase_file(path)
    return room().load(folder.read(name).encode())


def secret_of(folder: "SealedFolder") -> str:
    """The link secret of a wallet, made at first use."""
    import anoncreds

    if LINK_SECRET not in folder.names():
        folder.write(LINK_SECRET, anoncreds.create_link_secret())
    return folder.read(LINK_SECRET)


def held_name(definition: Any, use: str) -> str:
    """What a holder's file of one definition is called in the wallet."""
    return f"{sha256(definition.id.encode()).hexdigest()[:DIGITS]}.{use}"


def today() -> int:
    return int(time.strftime("%Y%m%d", time.gmtime()))


@command(
    click.argument("kind", metavar="TYPE"),
    click.option("--name", "names", multiple=True, required=True, help="项 · a name"),
    _out, identity_option(required=True),
)  # fmt: skip
def define(
    settings: Settings, kind: str, names: tuple[str, ...], out: Path, identity: str
) -> None:
    """定义一种凭证，需数秒至一分钟。 Define a type; it takes up to a minute."""
    from huabiao.doors.cli.credential_chain import publish_key
    from huabiao.services.credentials.dids import chain_signer

    keys, service = settings.keys(identity), room()
    publish_key(settings, keys)
    signer = chain_signer(keys, settings.city.chain)
    public, private = service.define(signer, kind, names)
    folder_of(settings, identity).write(private_name(kind), json.dumps(private))
    out.write_text(public, "utf-8")
    settings.give({"file": str(out)}, str(out))


@command(_by, _out, identity_option(required=True))
def offer(settings: Settings, by: Path, out: Path, identity: str) -> None:
    """机构：开始签发。 The issuer begins."""
    definition = opened(settings, by)
    private = private_of(settings, identity, definition.type)
    write_for_owner(out, json.dumps(room().offer(definition, private)))
    settings.give({"file": str(out)}, str(out))


@command(_file("offered"), _by, _out, identity_option(required=True))
def request(
    settings: Settings, offered: Path, by: Path, out: Path, identity: str
) -> None:
    """持有者：申请；自留的一半封存在钱包里。 The holder asks; the wallet keeps half."""
    definition, folder = opened(settings, by), folder_of(settings, identity)
    asked, kept = room().request(definition, read(offered), secret_of(folder))
    folder.write(held_name(definition, "asked"), json.dumps(kept))
    write_for_owner(out, json.dumps(asked))
    settings.give({"file": str(out)}, str(out))


@command(
    _file("offered"), _file("asked"), _file("values"), _by,
    click.option("--until", type=int, required=True, help="到期日 · 20270131"),
    _out, identity_option(required=True),
)  # fmt: skip
def issue(
    settings: Settings, offered: Path, asked: Path, values: Path, by: Path,
    until: int, out: Path, identity: str,
) -> None:  # fmt: skip
    """机构：签发 VALUES 中的内容。 The issuer issues."""
    definition = opened(settings, by)
    private = private_of(settings, identity, definition.type)
    told = read(values)
    given = room().issue(definition, private, read(offered), read(asked), told, until)
    write_for_owner(out, json.dumps(given))
    settings.give({"file": str(out)}, str(out))


@command(_file("given"), _by, identity_option(required=True))
def hold(settings: Settings, given: Path, by: Path, identity: str) -> None:
    """持有者：核对并封存，抹去文件。 The holder takes it; the file is erased."""
    definition, folder = opened(settings, by), folder_of(settings, identity)
    kept = room().load(folder.read(held_name(definition, "asked")).encode())
    held = room().hold(definition, read(given), kept, secret_of(folder))
    folder.write(held_name(definition, "held"), json.dumps(held))
    folder.remove(held_name(definition, "asked"))
    erase_file(given)
    told = {"issuer": definition.issuer, "type": definition.type}
    settings.give(told, f"已存入钱包 held  {definition.type}")


@command(
    click.option("--holds", multiple=True, help="条件，如 income>=120000 · predicate"),
    click.option("--over", type=click.IntRange(0, 150), help="年满（项 birth）· age"),
    click.option("--show", multiple=True, help="要看的项 · a name to see"),
    _by, _out,
)  # fmt: skip
def ask(
    settings: Settings, holds: tuple[str, ...], over: int | None,
    show: tuple[str, ...], by: Path, out: Path,
) -> None:  # fmt: skip
    """核验方：提问。 A verifier asks."""
    service = room()
    wanted = [service.read_predicate(each) for each in holds]
    wanted += [] if over is None else [service.over(over, today())]
    write_for_owner(
        out, json.dumps(service.ask(opened(settings, by), wanted, show, today()))
    )
    settings.give({"file": str(out)}, str(out))


@command(_file("question"), _by, _out, identity_option(required=True))
def prove(
    settings: Settings, question: Path, by: Path, out: Path, identity: str
) -> None:
    """持有者：证明。 The holder proves."""
    definition, folder = opened(settings, by), folder_of(settings, identity)
    held = room().load(folder.read(held_name(definition, "held")).encode())
    write_for_owner(
        out,
        json.dumps(room().prove(definition, read(question), held, secret_of(folder))),
    )
    settings.give({"file": str(out)}, str(out))


@command(_file("question"), _file("proof"), _by)
def verify(settings: Settings, question: Path, proof: Path, by: Path) -> None:
    """核验方：核验；提问文件随即删除，只用一次。 Verify; the question is used up."""
    definition, asked = opened(settings, by), read(question)
    learned = room().verify(definition, asked, proof.read_text("utf-8"))
    question.unlink()
    told = {
        "issuer": learned.issuer, "type": learned.type, "shown": learned.revealed,
        "holds": ["".join(map(str, each)) for each in learned.holds],
    }  # fmt: skip
    settings.give(told, json.dumps(told, ensure_ascii=False, indent=2))


for each in (define, offer, request, issue, hold, ask, prove, verify):
    predicate.add_command(each)
