"""
One department finds another's data, asks for it, gets less than it asked for, fetches
it under the grant, and is refused whatever the grant does not allow. Then a citizen
asks who used their data.
"""

import time
from collections.abc import Callable
from typing import Any

from huabiao.client.fetching import Rows, fetch_rows
from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.node.day.cast import Cast, DayFailed
from huabiao.node.day.databases import PEOPLE
from huabiao.proofs.verify import verify
from huabiao.services.gateway import subject_tag, tag_key

READER, OTHER, OWNER = "市市场监管局", "市交通委", "市人力资源社会保障局"
CITIZEN = "市民"
BUREAU = "身份登记机构"
GRANT, BRIEF = "共享-2026-0001", "共享-2026-0002"
ASKED = ["identity_number", "employer", "registered", "mobile"]
GIVEN = ["identity_number", "employer", "registered"]
DISTRICT = [["district", "eq", ["110105"]]]
DAY_MS = 86_400_000


def play_sharing(cast: Cast) -> None:
    """Search, request, narrower grant, fetch, refusals, receipt."""
    for words in ("参保人员", "Social insurance"):
        found = cast.city.get("/api/directory/search", q=words)["found"]
        if not found:
            raise DayFailed(f"the directory does not find {words!r}")
        cast.say(f"  查目录“{words}”：{len(found)} 项。 {len(found)} found.")
    _agree(cast, GRANT, _now() + 30 * DAY_MS, 4)
    rows = fetch_rows(cast.city, cast.keys(READER), GRANT, GIVEN, limit=20)
    cast.say(
        f"  取得 {len(rows.rows)} 行，已加密到读取方。 Fetched, sealed to the reader."
    )
    _remember(cast, rows)
    _refusals(cast)
    _check_receipt(cast, rows)


def _agree(cast: Cast, grant: str, until: int, rate: int) -> None:
    """The reader asks for four columns of everybody; the owner grants three of some."""
    since = _now() - 60_000
    cast.do(
        READER,
        call(
            "sharing", "request", grant,
            table=PEOPLE,
            purpose="核查企业用工与登记是否一致",
            legal_basis="《企业信息公示暂行条例》第十四条（演示）",
            terms=[ASKED, [], since, until, rate * 10, 1_000, 10_000, "interface"],
        ),
    )  # fmt: skip
    narrower = [GIVEN, DISTRICT, since, until, rate, 50, 1_000, "interface"]
    cast.do(OWNER, call("sharing", "approve", grant, terms=narrower))
    cast.say("  申请四个字段，授权三个、限一个区。 Asked for 4 columns, granted 3.")


def _refusals(cast: Cast) -> None:
    reader, other = cast.keys(READER), cast.keys(OTHER)
    city = cast.city
    outside = [("home_address", "prefix", ["北京"])]
    _denied(cast, lambda: fetch_rows(city, reader, GRANT, ["mobile"]))
    _denied(cast, lambda: fetch_rows(city, reader, GRANT, GIVEN, outside, 10))
    _denied(cast, lambda: fetch_rows(city, other, GRANT, GIVEN, limit=10))
    brief = _now() + 1_500
    _agree(cast, BRIEF, brief, 4)
    time.sleep(max(0.0, (brief - _now()) / 1000) + 0.05)
    _denied(cast, lambda: fetch_rows(city, reader, BRIEF, GIVEN, limit=10))
    for _ in range(3):
        fetch_rows(city, reader, GRANT, GIVEN, limit=5)
    _denied(cast, lambda: fetch_rows(city, reader, GRANT, GIVEN, limit=5))


def _denied(cast: Cast, fetch: Callable[[], Rows]) -> None:
    try:
        fetch()
    except Answered as refusal:
        cast.say(f"    拒绝 refused · {refusal}")
    else:
        raise DayFailed("the gateway served what the grant does not allow")


def _check_receipt(cast: Cast, rows: Rows) -> None:
    """The receipt is taken away and checked offline; one bit changed, it fails."""
    proof = cast.city.as_(cast.keys(READER)).octets(f"/api/proofs/{rows.envelope}")
    path = cast.folder / "day" / "receipt.proof"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(proof)
    trust = cast.city.get("/api/trust")
    altered = bytes([*proof[:-9], proof[-9] ^ 1, *proof[-8:]])
    if not verify(proof, trust).ok or verify(altered, trust).ok:
        raise DayFailed("the receipt's proof does not behave as it must")
    cast.say(f"  回执证明 {len(proof)} 字节，离线成立。 The receipt verifies offline.")


def _remember(cast: Cast, rows: Rows) -> None:
    """One of the people in the rows becomes the day's citizen, bound by the bureau."""
    number = str(rows.rows[0][0])
    tag = subject_tag(tag_key(cast.folder), number)
    cast.grant("identity", [("registrar", BUREAU)])
    account = cast.keys(CITIZEN).account
    cast.do(BUREAU, call("identity", "bind_person", account=account, tag=tag))


def play_uses(cast: Cast) -> None:
    """The citizen asks who used their data."""
    city = cast.city.as_(cast.keys(CITIZEN))
    uses: list[dict[str, Any]] = city.get("/api/me/uses")["uses"]
    if not uses:
        raise DayFailed("the citizen sees no use of their data")
    for use in uses:
        columns = "、".join(use["columns"])
        cast.say(
            f"    {use['at']} {use['reader_name']} 读取 read {columns}；"
            f"用途 for {use['purpose']}；授权 under {use['grant']}"
        )
    cast.say(f"  {len(uses)} 次使用：{cast.see('/me')} uses of one person's data.")


def _now() -> int:
    return int(time.time() * 1000)
