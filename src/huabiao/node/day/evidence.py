"""
A file is notarised, its proof is taken away, and both are checked with no node: as they
are, and with one bit changed.
"""

import json
from pathlib import Path

from huabiao.client.signing import call
from huabiao.node.day.cast import Cast, DayFailed
from huabiao.proofs.verify import verify

OFFICE = "市市场监管局"
TEXT = """现场检查笔录（演示）
检查日期：2026年11月24日　检查对象：某食品店　结论：合格
Record of an inspection (demonstration): passed.
"""


def play_evidence(cast: Cast) -> None:
    """Notarise one file; keep file, proof and trust under HOME/day/."""
    folder = cast.folder / "day"
    folder.mkdir(exist_ok=True)
    original = folder / "inspection.txt"
    original.write_text(TEXT, encoding="utf-8")
    digest = cast.keys(OFFICE).suite.digest(original.read_bytes())
    outcome = cast.do(OFFICE, call("evidence", "notarize", digests=[digest]))
    record = f"{outcome.envelope}.0"
    proof = cast.city.octets(f"/api/proofs/{record}")
    (folder / "inspection.proof").write_bytes(proof)
    trust = cast.city.get("/api/trust")
    (folder / "trust.json").write_text(json.dumps(trust, ensure_ascii=False))
    verdict = verify(proof, trust, original.read_bytes())
    if not verdict.ok:
        raise DayFailed(verdict.sentence)
    cast.say(f"  已存证：{original.name}，证明 {len(proof)} 字节。 Notarised.")
    cast.say(f"  离线核验：{verdict.sentence}")
    check_altered(cast, proof, trust, original)
    cast.say(f"  {cast.see(f'/envelopes/{outcome.envelope}')}")


def check_altered(cast: Cast, proof: bytes, trust: object, original: Path) -> None:
    """One bit changed, in the file and then in the proof: both must fail."""
    text = bytearray(original.read_bytes())
    text[0] ^= 1
    altered = bytearray(proof)
    altered[len(altered) // 2] ^= 1
    for verdict in (
        verify(proof, trust, bytes(text)),  # type: ignore[arg-type]
        verify(bytes(altered), trust),  # type: ignore[arg-type]
    ):
        if verdict.ok:
            raise DayFailed("an altered file or proof was accepted")
        cast.say(f"    改动一位 one bit changed · {verdict.sentence}")
