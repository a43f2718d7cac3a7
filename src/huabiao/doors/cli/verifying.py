"""verify: a proof file, the members that one trusts, and nothing else."""

import json
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("proof", type=_FILE)
@click.argument("original", type=_FILE, required=False)
@click.option("--trust", required=True, type=_FILE, help="信任文件 · TRUST.json")
@click.option("--json", "as_json", is_flag=True, help="一个 JSON · one JSON object")
@click.pass_context
def verify(
    ctx: click.Context, proof: Path, original: Path | None, trust: Path, as_json: bool
) -> None:
    """离线核验证明，无需节点和网络。 Verify with no node or network; exit 0 or 1."""
    # Imported here: `huabiao --help` must not load the cryptography.
    from huabiao.proofs.verify import verify as check

    try:
        members = trust.read_text(encoding="utf-8")
        verdict = check(
            proof.read_bytes(), members, original.read_bytes() if original else None
        )
        ok, sentence, statement = verdict.ok, verdict.sentence, verdict.statement
    except (OSError, UnicodeDecodeError) as error:
        ok, statement = False, {}
        sentence = f"文件读不出：{error}。 A file cannot be read: {error}."
    if as_json:
        found = {"ok": ok, "sentence": sentence, "statement": statement}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(sentence)
    ctx.exit(0 if ok else 1)
