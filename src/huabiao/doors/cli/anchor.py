"""anchor add, show, verify: hashes of ours in signed logs of others."""

from pathlib import Path

import click

from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_out_option = click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="证明写入此处 · where the proof goes, such as a.tlog-proof",
)  # fmt: skip


@click.group()
def anchor() -> None:
    """外部锚定：把摘要放进他人的签名日志。 Hashes of ours in logs of others."""


@command(
    click.argument("gateway"),
    click.argument("file", required=False, type=_FILE),
    click.option("--height", type=click.IntRange(1), help="锚定此区块 · this block"),
    click.option(
        "--log", "address", required=True, help="日志地址 · the log's address"
    ),
    identity_option(required=True),
)
def add(
    settings: Settings, gateway: str, file: Path | None, height: int | None,
    address: str, identity: str,
) -> None:  # fmt: skip
    """锚定文件或区块（默认最新），证明上链。 Anchor a file or block, keep the proof."""
    from huabiao.client.signing import call
    from huabiao.proofs.signed_log import read_key
    from huabiao.services.foreign.signed_log import anchor as bring

    city = settings.city
    record = city.get(f"/api/scenarios/gateways/records/{gateway}")
    if record["fields"]["trust"] != "signed_log":
        raise Failed("此网关不是签名日志。 This gateway leads to no signed log.")
    if file is not None:
        entry = city.digest(file.read_bytes())
    else:
        at = height or int(city.status()["height"])
        entry = bytes.fromhex(city.get(f"/api/blocks/{at}")["hash"])
    proof = bring(address, read_key(record["fields"]["network"]), entry)
    kept = call("anchors", "keep", gateway, hash=entry, proof=proof.encode())
    tell_outcome(settings, city.send(settings.keys(identity), kept), entry.hex())


@command(click.argument("gateway"), click.argument("hash_"), _out_option)
def show(settings: Settings, gateway: str, hash_: str, out: Path) -> None:
    """取出某摘要的证明。 Take a hash's proof away."""
    wanted = f"{gateway}/{hash_}"
    page = settings.city.get(
        "/api/scenarios/anchors/parts/anchors", prefix=wanted, limit=1
    )
    found = [each for each in page["entries"] if each["key"] == wanted]
    if not found:
        raise Failed(f"没有 {wanted} 的锚定。 Nothing is anchored as {wanted}.")
    out.write_bytes(bytes.fromhex(found[0]["entry"]["proof"]))
    settings.give({"proof": str(out)}, str(out))


@command(
    click.argument("proof", type=_FILE),
    click.argument("file", required=False, type=_FILE),
    click.option("--hash", "hash_", help="摘要（十六进制） · the hash"),
    click.option("--suite", default="intl", help="文件摘要的套件 · of the file's hash"),
    click.option("--key", required=True, help="日志公钥 · the log's key, NAME+ID+KEY"),
)
def verify(
    settings: Settings, proof: Path, file: Path | None, hash_: str | None, suite: str,
    key: str,
) -> None:  # fmt: skip
    """离线核验锚定证明。 Verify an anchor's proof with no node, no log, no network."""
    from huabiao.crypto.suite import suite as suite_of
    from huabiao.proofs.signed_log import read_key, verify_entry

    if (file is None) == (hash_ is None):
        raise Failed("请给出文件或 --hash 之一。 Give a file or --hash, one of both.")
    if file is not None:
        entry = suite_of(suite).digest(file.read_bytes())
    else:
        entry = bytes.fromhex(hash_ or "")
    told = verify_entry(proof.read_text(encoding="utf-8"), read_key(key), entry)
    settings.give(
        {"ok": True, "origin": told.origin, "size": told.size, "root": told.root.hex()},
        f"成立：{entry.hex()} 在日志 {told.origin} 的前 {told.size} 条之中。"
        f" It holds: the hash is among the first {told.size} of {told.origin}.",
    )


for each in (add, show, verify):
    anchor.add_command(each)
