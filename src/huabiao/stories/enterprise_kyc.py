"""
A company is verified by one bank, and opens an account at another without new papers.

What it did not consent to is tried on the way, and refused.
"""

from huabiao.testing.stage import Stage

CODE = "91110105MA7K3X9Q26"
DAYS_AHEAD = -24 * 60


def walk(stage: Stage) -> None:
    """One file from opening to closing, another that is declined."""
    company = stage.organisation("某科技公司", CODE)
    first = stage.actor("甲银行", "bank")
    second = stage.actor("乙银行", "bank")
    stranger = stage.actor("某个人")
    papers = stage.digest("营业执照与受益所有人声明 · licence and owners")
    year, month = stage.moment(365 * DAYS_AHEAD), stage.moment(30 * DAYS_AHEAD)
    yesterday = stage.moment(24 * 60)
    purpose = "开立对公账户 · an account"

    file = stage.case("尽调-2026-0001")
    stranger.refused("unknown", "open_file", file, bank=first.account, papers=papers)
    company.does("open_file", file, bank=first.account, papers=papers)
    company.refused("role.missing", "verify", file, until=year)
    second.refused("party.other", "verify", file, until=year)
    first.refused("until", "verify", file, until=yesterday)
    first.does("verify", file, until=year)

    second.refused("entry.unknown", "rely", file, purpose=purpose)
    to = {"bank": second.account, "purpose": purpose}
    first.refused("party.other", "consent", file, **to, until=month)
    company.refused("purpose", "consent", file, **to | {"purpose": ""}, until=month)
    company.refused("until", "consent", file, **to, until=yesterday)
    company.does("consent", file, **to, until=month)
    second.refused("consent", "rely", file, purpose="营销 · marketing")
    second.does("rely", file, purpose=purpose)
    file.stands("verified", uses=2, readers=[second.account])
    company.does("withdraw", file, bank=second.account)
    second.refused("entry.unknown", "rely", file, purpose=purpose)
    company.does("close", file)
    first.refused("state.wrong", "verify", file, until=year)
    file.stands("closed", uses=2, readers=[])

    other = stage.case("尽调-2026-0002")
    company.does("open_file", other, bank=second.account, papers=papers)
    second.refused("reason", "decline", other, reason="")
    second.does("decline", other, reason="材料与登记不符 · papers and register differ")
    other.stands("declined")
