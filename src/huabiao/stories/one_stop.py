"""
A shop moves to another city: its licence is fetched under its owner's code.

Codes that are no good are tried on the way; here everything lies on one chain.
"""

from huabiao.testing.stage import Actor, Stage

ISSUER = "某市场监管局发证处"
CODE = "91110105MA7K3X9Q26"


def walk(stage: Stage) -> None:
    """One matter from the application to its delivery, another that is returned."""
    counter = stage.actor("某政务大厅窗口", "counter")
    bureau = stage.actor("某行政审批局", "department")
    other = stage.actor("另一审批局", "department")
    owner = stage.actor("某店主")
    stage.ground.grant("licences", "department", ISSUER)
    stage.ground.grant_to("licences", "clerk", stage.acting(bureau.name))
    shop, tax = issue(stage, owner, "营业执照"), issue(stage, owner, "完税证明")

    case = stage.case("京津冀-2026-0001")
    matter = {
        "matter": "企业跨省迁移", "applicant": owner.account, "credit_code": CODE,
        "department": bureau.account, "needs": ["营业执照", "完税证明"],
    }  # fmt: skip
    owner.refused("role.missing", "apply", case, **matter)
    counter.refused("credit_code", "apply", case, **matter | {"credit_code": "9111"})
    counter.does("apply", case, **matter)

    first = permit(stage, owner, bureau, shop, case.key)
    other.refused("party.other", "pull", case, material="营业执照", secret=first)
    bureau.refused("material.other", "pull", case, material="户口簿", secret=first)
    bureau.does("pull", case, material="营业执照", secret=first)
    bureau.refused("material.fetched", "pull", case, material="营业执照", secret=first)
    bureau.refused("code.refused", "pull", case, material="完税证明", secret=first)
    elsewhere = permit(stage, owner, bureau, tax, f"{case.key} 以外")
    bureau.refused("code.refused", "pull", case, material="完税证明", secret=elsewhere)
    result = stage.digest("准予迁移通知书 · the move is granted")
    bureau.refused("material.missing", "decide", case, result=result)
    second = permit(stage, owner, bureau, tax, case.key)
    bureau.does("pull", case, material="完税证明", secret=second)
    bureau.does("decide", case, result=result)
    bureau.refused("state.wrong", "decide", case, result=result)
    counter.does("deliver", case)
    case.stands("delivered", result=result, from_afar=False)

    wrong = stage.case("京津冀-2026-0002")
    counter.does("apply", wrong, **matter | {"needs": ["房产证明"]})
    bureau.refused("reasons", "send_back", wrong, reasons="")
    bureau.does("send_back", wrong, reasons="须先办理房产登记 · register first")
    wrong.stands("returned", reasons="须先办理房产登记 · register first")


def issue(stage: Stage, owner: Actor, kind: str) -> str:
    """A licence of the owner's; its content is sealed."""
    licence = stage.id(f"{kind}-2026-0001")
    stage.elsewhere(
        ISSUER, "licences", "issue", licence, licence_type=kind, holder=owner.account,
        entries=["name"], until=stage.moment(-30 * 24 * 60),
        content=stage.digest(f"{licence} 的内容 · its content"),
    )  # fmt: skip
    return licence


def permit(
    stage: Stage, owner: Actor, office: Actor, licence: str, purpose: str
) -> str:
    """The secret of a code that the owner gives an office for a purpose."""
    secret = stage.digest(f"{licence} {purpose} {stage.now}")
    commitment = stage.ground.digest(bytes.fromhex(secret))
    stage.elsewhere(
        owner.name, "licences", "permit", commitment, licence=licence,
        office=stage.acting(office.name), purpose=purpose, entries=["name"],
        until=stage.moment(-60),
    )  # fmt: skip
    return secret
