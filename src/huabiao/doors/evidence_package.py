"""
An evidence package: one case as a ZIP that a court can verify with no server of ours.

    README.md            what is in it, and how to verify it offline
    record.json          the record at the height of its proof
    history.json         who did what, oldest first
    description.json     what the contract says of itself, to read the record by
    envelopes/NNN.json   each envelope with its receipt
    proofs/record.proof  the record in the state, with the members' certificate
    proofs/NNN.proof     the receipt of envelope NNN
    trust.json           the chain and its members, as this node says
    missing.json         what could not be proven, and why; [] where nothing is missing
    SHA256SUMS           the digest of every other file

The same case at the same height gives the same bytes.
"""

import hashlib
import io
import json
import re
import zipfile
from typing import Any

from huabiao.doors.city import City
from huabiao.doors.problems import Problem
from huabiao.doors.proof_files import make_proof
from huabiao.doors.supervising import ENVELOPES_TOLD, case, check_supervisor

Json = dict[str, Any]
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can say: no clock stands in a package."""

README = """\
# 证据包 · Evidence package

{title_zh}（{title_en}）“{id}”，链 {chain}，高度 {height}。
The {scenario} “{id}” on chain {chain} at height {height}.

## 离线核验 · Verify offline

不需要本站，也不需要网络：`pip install huabiao`，然后在此文件夹里：
It needs neither this site nor a network: `pip install huabiao`, then in this folder:

    sha256sum -c SHA256SUMS
    huabiao verify proofs/record.proof --trust trust.json
{commands}

每一条都应回答“成立”。证明里是链上的原文；record.json 与 envelopes/ 供人阅读。
Each answers that it holds. What counts are the bytes in the proofs; record.json and
envelopes/ are the same for reading.

trust.json 是取证节点所说的成员。请与您另行取得的信任文件比对（每个成员都公布它）；
两者相同，则本包不依赖任何一台服务器。
trust.json names the members as the node says that made this package. Compare it with a
trust file that you have from elsewhere (each member publishes it): where they agree,
this package rests on no single server.

## 缺少的 · What is missing

{missing}
"""


def package(city: City, scenario: str, key: str, viewer: bytes | None) -> bytes:
    """The ZIP, for who supervises the scenario; a problem for anybody else."""
    supervisor = check_supervisor(city, scenario, viewer)
    height = city.port.height
    found = case(city, scenario, key, supervisor)
    record = city.record(scenario, key, supervisor, height)
    files: dict[str, bytes] = {
        "record.json": _json(record),
        "history.json": _json(found["steps"]),
        "description.json": _json(city.description(scenario)),
        "trust.json": _json(city.port.trust()),
        "proofs/record.proof": make_proof(
            city, f"{scenario}/{key}", supervisor, height
        ),
    }
    missing = []
    for number, (id_, told) in enumerate(found["envelopes"].items(), 1):
        files[f"envelopes/{number:03}.json"] = _json(told)
        try:
            proof = make_proof(city, id_, supervisor, None)
            files[f"proofs/{number:03}.proof"] = proof
        except Problem as problem:
            missing.append({"envelope": id_, "why": problem.detail})
    if len({step.get("envelope") for step in found["steps"]}) > ENVELOPES_TOLD:
        most = f"只含最近 {ENVELOPES_TOLD} 个信封。 Only {ENVELOPES_TOLD} envelopes."
        missing.append({"envelope": "", "why": most})
    files["missing.json"] = _json(missing)
    files["README.md"] = _readme(city, record, height, list(files), missing)
    files["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    ).encode()
    return _zip(files)


def name_of_package(scenario: str, key: str) -> str:
    """A file name of plain characters."""
    plain = re.sub(r"[^0-9A-Za-z._-]+", "-", f"{scenario}-{key}")[:80]
    return f"evidence-{plain}.zip"


def _readme(
    city: City, record: Json, height: int, names: list[str], missing: list[Json]
) -> bytes:
    about = city.description(record["scenario"])
    commands = "\n".join(
        f"    huabiao verify {name} --trust trust.json"
        for name in names
        if name.endswith(".proof") and name != "proofs/record.proof"
    )
    told = "\n".join(f"- {each['envelope']} {each['why']}" for each in missing)
    return README.format(
        title_zh=about["title"]["zh"], title_en=about["title"]["en"], id=record["id"],
        scenario=about["name"], chain=city.port.chain, height=height,
        commands=commands, missing=told or "没有。 Nothing.",
    ).encode()  # fmt: skip


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _zip(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return written.getvalue()
