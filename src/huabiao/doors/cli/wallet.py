"""
wallet: what is one's own, and what its owner does with it.

    wallet show                 how much of each there is
    wallet licences | codes | credentials | consents | files
    wallet uses | values        who used my data; personal values about me
    wallet code, object         a code for an office; object to a use of a licence
    wallet withdraw             take back a code, or a consent, as its list writes it
    wallet sessions             one's open sessions; end one, or all
    wallet receive, present     credentials from a desk, and to one (`holding`)
    wallet take                 a credential's file into the wallet
    wallet sign-in              a session by a credential, where a city takes one
    wallet list, drop           those that this home holds

Keys are made and listed by `key`: they belong to the home, not to a city.
"""

from typing import Any

import click

from huabiao.doors.cli.holding import drop, list_held, present, receive, sign_in, take
from huabiao.doors.cli.licence import later
from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)
from huabiao.doors.cli.sharing import uses
from huabiao.doors.cli.vault import mine

MINUTE_MS = 60_000
SECTIONS = {
    "licences": "证照 · licences",
    "codes": "授权码 · codes",
    "credentials": "凭证 · credentials",
    "consents": "同意 · consents",
    "files": "存证 · files",
}


@click.group()
def wallet() -> None:
    """钱包：我的证照、凭证、授权、存证、会话。 What is one's own."""


def own(settings: Settings, identity: str, section: str) -> list[dict[str, Any]]:
    """One section of the wallet of an identity."""
    city = settings.city.as_(settings.keys(identity))
    found: list[dict[str, Any]] = city.get(f"/api/me/wallet/{section}")[section]
    return found


@command(identity_option(required=True))
def show(settings: Settings, identity: str) -> None:
    """钱包里各有多少。 How much of each there is."""
    from huabiao.crypto.address import show as written

    counts = {name: len(own(settings, identity, name)) for name in SECTIONS}
    account = written(settings.keys(identity).account)
    lines = [f"{SECTIONS[name]}  {count}" for name, count in counts.items()]
    settings.give({"account": account, **counts}, "\n".join([account, *lines]))


@command(identity_option(required=True))
def licences(settings: Settings, identity: str) -> None:
    """我的证照，及每次使用。 My licences, and each use of them."""
    found = own(settings, identity, "licences")
    lines = []
    for each in found:
        fields = each["fields"]
        lines.append(
            f"{each['id']}  {fields['licence_type']}  {each['issuer_name']}"
            f"  {each['state']}  {fields['until']}  {'、'.join(fields['entries'])}"
        )
        lines += [
            f"  {use['use']}  {use['at']}  {use['office_name']}  {use['purpose']}"
            f"  {'、'.join(use['entries'])}  {use['objection'] or ''}"
            for use in each["uses"]
        ]
    tell(settings, "licences", found, lines)


@command(identity_option(required=True))
def codes(settings: Settings, identity: str) -> None:
    """尚未使用的授权码。 Codes that nobody has used yet."""
    found = own(settings, identity, "codes")
    lines = [
        f"{each['permit']}  {each['licence']}  {each['office_name']}"
        f"  {each['purpose']}  {each['until']}"
        f"{'  已过期 · over' if each['ended'] else ''}"
        for each in found
    ]
    tell(settings, "codes", found, lines)


@command(identity_option(required=True))
def credentials(settings: Settings, identity: str) -> None:
    """链上登记的凭证及其状态。 What issuers attested of me, and whether it stands."""
    found = own(settings, identity, "credentials")
    lines = [
        f"{each['type']}  {each['issuer_name']}  {each['until']}  {each['code']}"
        for each in found
    ]
    tell(settings, "credentials", found, lines)


@command(identity_option(required=True))
def consents(settings: Settings, identity: str) -> None:
    """我给出的同意。 The consents that I gave."""
    found = own(settings, identity, "consents")
    lines = [
        f"{each['what']}  {each['reader_name']}  {each['purpose']}  {each['until']}"
        for each in found
    ]
    tell(settings, "consents", found, lines)


@command(identity_option(required=True))
def files(settings: Settings, identity: str) -> None:
    """我存证的文件批次。 The batches of files that I notarised."""
    found = own(settings, identity, "files")
    lines = [
        f"{each['batch']}  {each['at']}  {each['count']}  {each['note']}"
        for each in found
    ]
    tell(settings, "files", found, lines)


def tell(
    settings: Settings, section: str, found: list[dict[str, Any]], lines: list[str]
) -> None:
    settings.give({section: found}, "\n".join(lines) or "没有。 None.")


@command(
    click.argument("id_", metavar="ID"),
    click.option("--for", "office", required=True, help="办事窗口账户 · the office"),
    click.option("--purpose", required=True, help="用途 · what for"),
    click.option("--show", "fields", multiple=True, required=True, help="字段 · field"),
    click.option("--minutes", type=click.IntRange(1, 1_440), default=10),
    identity_option(required=True),
)
def code(
    settings: Settings, id_: str, office: str, purpose: str, fields: tuple[str, ...],
    minutes: int, identity: str,
) -> None:  # fmt: skip
    """生成授权码。 An eight-digit code: one licence, one office, one purpose, once."""
    from huabiao.client.remote import Remote

    keys = settings.keys(identity)
    drawn = Remote(settings.url).as_(keys).post("/api/licences/codes", {})
    written = {
        "licence": id_, "office": settings.account(office), "purpose": purpose,
        "entries": list(fields), "until": later(minutes * MINUTE_MS),
    }  # fmt: skip
    outcome = settings.city.call(keys, "licences", "permit", drawn["permit"], written)
    if not outcome.accepted:
        raise Failed(f"{outcome.sentence} [{outcome.code}]")
    settings.give({"code": drawn["code"], "permit": drawn["permit"]}, drawn["code"])


@command(
    click.argument("use"),
    click.option(
        "--reason", required=True,
        type=click.Choice(["not_me", "other_purpose", "too_much", "other"]),
    ),
    identity_option(required=True),
    name="object",
)  # fmt: skip
def dispute(settings: Settings, use: str, reason: str, identity: str) -> None:
    """对一次使用提出异议。 Object to a use; USE is as `wallet licences` has it."""
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "licences", "object", use, {"objection": reason})
    tell_outcome(settings, outcome, use)


@command(
    click.argument("id_", metavar="ID"),
    click.option("--from", "reader", help="不再同意的账户 · whom to let no more"),
    identity_option(required=True),
)
def withdraw(settings: Settings, id_: str, reader: str | None, identity: str) -> None:
    """撤回授权码（其编号）或同意（其编号与 --from）。 Take back a code or a consent."""
    keys, written = settings.keys(identity), {}
    contract = "licences"
    if reader is not None:
        given = own(settings, identity, "consents")
        places = [each["withdraw"] for each in given if each["reader"] == reader]
        place = next((each for each in places if each["key"] == id_), None)
        if place is None:
            raise Failed(
                f"没有给 {reader} 的同意“{id_}”；用 huabiao wallet consents 查看。"
                f" There is no consent {id_!r} of {reader}: huabiao wallet consents."
            )
        contract, written = place["contract"], {place["field"]: reader}
    outcome = settings.city.call(keys, contract, "withdraw", id_, written)
    tell_outcome(settings, outcome, id_)


@command(
    click.option("--end", "ended", metavar="ID", help="结束此会话 · end this one"),
    click.option("--end-all", "every", is_flag=True, help="全部结束 · end all"),
    identity_option(required=True),
)
def sessions(settings: Settings, ended: str | None, every: bool, identity: str) -> None:
    """我的会话；结束一个或全部。 My open sessions; end one, or all."""
    city = settings.city.as_(settings.keys(identity))
    if ended or every:
        told = city.delete("/api/me/sessions" + (f"/{ended}" if ended else ""))
        return settings.give(told, f"已结束 ended  {told['ended']}")
    found = city.get("/api/me/sessions")["sessions"]
    lines = [
        f"{each['id']}  {each['expires']}  {each['agent']}"
        f"{'  本次 · this one' if each['current'] else ''}"
        for each in found
    ]
    return tell(settings, "sessions", found, lines)


for each in (
    show, licences, codes, credentials, consents, files, code, dispute, withdraw,
    sessions, receive, take, present, sign_in, list_held, drop,
):  # fmt: skip
    wallet.add_command(each)
wallet.add_command(uses)
wallet.add_command(mine, "values")
