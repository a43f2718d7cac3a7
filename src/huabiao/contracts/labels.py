"""
Labels: what fields and parameters are called, a word of the trade for each name.

    labels = Labels(payer="交款人", lines="明细", city=("入账城市", "city of entry"))

One name has one word in a scenario, wherever it stands. What a part keeps is called by
the part's own labels. What the scenario leaves out is called by its parts' words, so
that `shares` need not be said again where `Titles` says it, and then by the `USUAL`
ones. English is the name itself with blanks for underscores, unless a pair is given.

A scenario without labels is as it was before there were any: its Description, and so
the state of a chain that holds it, stays the same byte for byte. For the same reason a
word of the library is not changed: a scenario that wants another one says it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from huabiao.codec import Kind, Record
from huabiao.contracts.drawing import Title
from huabiao.contracts.operations import MalformedDrawing

if TYPE_CHECKING:
    from huabiao.contracts.scenario import Scenario

MOST_LABELS, LONGEST_LABEL = 200, 60
LIBRARY = "huabiao.contracts."
Word = str | tuple[str, str]


class Labels:
    """A word, or a pair of Chinese and English, for each name."""

    def __init__(self, /, **words: Word) -> None:
        self._words = words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def malformed(self) -> str:
        """The first name whose word cannot be drawn; empty where there is none."""
        for name, word in self._words.items():
            texts = word if isinstance(word, tuple) else (word,)
            if len(texts) > 2 or not all(_is_line(text) for text in texts):
                return name
        return ""


USUAL = Labels(
    account="账户", accounts="账户", address="地址", amount="金额", answer="答复",
    answered_at="答复时间", applicant="申请人", applied_at="申请时间",
    approved_at="批准时间", arguments="参数", asked_at="申请时间", at="时间",
    caller="调用方", catalog="数据目录", chain="链", changed_at="变更时间",
    changed_in="变更高度", city="城市", classified="涉密", closed_at="注销时间",
    code="代码", column="字段", columns="字段", contract="合约", count="数目",
    counterpart="对方路由", credential_type="凭证类型", credit_code="统一社会信用代码",
    department="部门", digest="摘要", due="到期日", duty="职责", ended="结束时间",
    enterprise="企业", evidence="佐证材料", field="字段", grant="授权编号", hash="哈希",
    header="区块头", height="区块高度", holder="持有人", index="位置", issuer="签发方",
    item="项目", keeper="保管方", key="编号", kind="种类", legal_basis="法律依据",
    length="长度", level="层级", login="人员登录", message="原文", name="名称",
    needed="须同意人数", note="备注", operation="操作", organisation="单位",
    owner="所有人", payment="付款回单", personal="个人信息", place="地点", price="价格",
    proof="证明", proposed_by="提议人", public="公钥", purpose="用途", quantity="数量",
    reader="使用方", reason="原因", receiver="收件合约", record="记录编号",
    resource="信息资源", result="结果", revision="修订次数", role="角色", roles="角色",
    route="跨链路由", rows="行数", scenario="场景", sender="发件合约", sentence="说明",
    sequence="序号", serial="序列号", signature="签名", since="起始时间",
    started="开始时间", state="状态", subject="主体", suite="密码套件",
    system="信息系统", table="库表", text="正文", timeout="截止时间", title="名称",
    to="接收方", trust="信任方式", until="有效期至", value="内容", version="版本",
    withdrawn_at="撤销时间",
)  # fmt: skip
"""Words that mean the same in every trade."""


def _is_line(text: object) -> bool:
    fits = isinstance(text, str) and 0 < len(text) <= LONGEST_LABEL
    return fits and str(text).isprintable() and str(text).strip() == text


def words_of(cls: "type[Scenario]") -> dict[str, Word]:
    """What a scenario calls fields and parameters: by its own words, else by those of
    the first part that has one, else by the usual ones; nothing without labels."""
    if cls.labels is None:
        return {}
    found = dict(USUAL._words)
    for part in reversed(cls.drawing.parts.values()):
        found |= part.labels._words
    return found | cls.labels._words


def words_for(
    cls: "type[Scenario]", record: type[Record], words: dict[str, Word]
) -> dict[str, Word]:
    """The same for the fields of a record: those of a part's own by the part first."""
    if not words or not record.__module__.startswith(LIBRARY):
        return words
    for part in reversed(cls.drawing.parts.values()):
        if record in reached(part.records()):
            words = words | part.labels._words
    return words


def title_in(words: dict[str, Word], name: str) -> Title | None:
    """A word as a title in both languages; None where there is none."""
    word = words.get(name)
    if word is None:
        return None
    zh, en = word if isinstance(word, tuple) else (word, name.replace("_", " "))
    return Title(zh, en)


def reached(records: list[type[Record]]) -> list[type[Record]]:
    """Records, and those that their fields hold, in lists too."""
    found: list[type[Record]] = []
    waiting = list(records)
    while waiting:
        record = waiting.pop(0)
        if record not in found:
            found.append(record)
            waiting += [
                held
                for held in map(innermost, record.fields.values())
                if issubclass(held, Record)
            ]
    return found


def innermost(kind: type[Kind]) -> type[Kind]:
    """What a kind is made of in the end: Fen of Maybe[ListOf[Fen]]."""
    while getattr(kind, "item", Kind) is not Kind:
        kind = kind.item  # type: ignore[attr-defined]
    return kind


def check_labels(cls: "type[Scenario]") -> None:
    """Raise MalformedDrawing if a word is none, or names what the scenario lacks."""
    labels = cls.labels
    if labels is None:
        return
    if not isinstance(labels, Labels):
        raise MalformedDrawing(f"{cls.__name__}.labels is Labels(name=…)")
    if len(labels) > MOST_LABELS:
        raise MalformedDrawing(f"{cls.__name__} has over {MOST_LABELS} labels")
    if name := labels.malformed():
        raise MalformedDrawing(
            f"{cls.__name__}: the label of {name!r} is a line of 1 to {LONGEST_LABEL}"
            " characters, or a pair of Chinese and English"
        )
    named = names_of(cls)
    for name in labels:
        if name not in named:
            raise MalformedDrawing(
                f"{cls.__name__}: labels names {name!r}, which is no field and no"
                " parameter"
            )


def names_of(cls: "type[Scenario]") -> list[str]:
    """Every field of the scenario's own records, and every parameter."""
    records = [cls.record] if cls.record else []
    for part in cls.drawing.parts.values():
        records.extend(part.records())
    held = [
        innermost(parameter.kind)
        for operation in cls.drawing.operations.values()
        for parameter in operation.parameters
    ]
    records += [kind for kind in held if issubclass(kind, Record)]
    own = [each for each in reached(records) if not each.__module__.startswith(LIBRARY)]
    names = [name for record in own for name in record.fields]
    for operation in cls.drawing.operations.values():
        names += [parameter.name for parameter in operation.parameters]
    return names
