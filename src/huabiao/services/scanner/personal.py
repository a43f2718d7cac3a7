"""
Which columns are about a citizen: a proposal, with its reasons.

1. The column's name and comment are read for words (`vocabulary`).
2. A bounded sample of values is held against the shape of each kind (`value_shapes`).
3. The two are weighed. A clear word and fitting values: high. One of the two: medium,
   or nothing where the word is faint or the shape is loose. The table counts as well:
   a `name` in a table of people is a person's, in one of airlines it is not.

Grades follow GB/T 35273 (annex B): identity numbers and bank accounts are sensitive.
The owner decides; this only spares reading ten thousand column names.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from huabiao.services.scanner import vocabulary as words_of
from huabiao.services.scanner.records import (
    ColumnScan,
    PersonalKind,
    PersonalProposal,
)
from huabiao.services.scanner.value_shapes import LOOSE, SHAPES, Shape

ZH: dict[PersonalKind, str] = {
    "identity_number": "公民身份号码",
    "bank_card": "银行卡号",
    "mobile": "手机号码",
    "email": "电子邮箱",
    "address": "个人地址",
    "name": "公民姓名",
}
EN: dict[PersonalKind, str] = {
    "identity_number": "an identity number",
    "bank_card": "a bank card number",
    "mobile": "a mobile number",
    "email": "an e-mail address",
    "address": "a personal address",
    "name": "a citizen's name",
}
SENSITIVE: frozenset[PersonalKind] = frozenset({"identity_number", "bank_card"})

ENOUGH_VALUES = 5
MANY_VALUES = 20
AGREES = 0.6
ALL_AGREE = 0.9


class Word(NamedTuple):
    """A word found in a column's name or comment, and how clearly it speaks."""

    text: str
    clear: bool


class Evidence(NamedTuple):
    """What speaks for one kind: a word, the share of values that fit, how many.

    `beginnings` counts different first seven characters: where they are few, the
    values are a running number.
    """

    word: Word | None
    share: float
    values: int
    distinct: int
    beginnings: int

    @property
    def silent(self) -> bool:
        """Too few values to say anything."""
        return self.values < ENOUGH_VALUES


def propose(
    table: str,
    comment: str,
    columns: Sequence[ColumnScan],
    values: Mapping[str, Sequence[str]],
) -> list[ColumnScan]:
    """The columns again, each with its proposal or None. Pure: nothing is kept."""
    people = is_about_people(table, comment)
    found = [judge(c, values.get(c.name, ()), people) for c in columns]
    if not people and any(map(_makes_people, columns, found)):
        later = [judge(c, values.get(c.name, ()), True) for c in columns]
        found = [old or new for old, new in zip(found, later, strict=True)]
    return [
        msgspec.structs.replace(column, personal=proposal)
        for column, proposal in zip(columns, found, strict=True)
    ]


def _makes_people(column: ColumnScan, found: PersonalProposal | None) -> bool:
    """A table whose rows have identity numbers or full names is one of people."""
    if found is None or found.confidence != "high":
        return False
    if words_of.REPRESENTS.search(f"{column.name} {column.comment}"):
        return False
    return found.kind in ("identity_number", "name")


def is_about_people(table: str, comment: str) -> bool:
    """Whether a table's name or comment says that its rows are people."""
    if words_of.PEOPLE_ZH.search(table + comment):
        return not words_of.ABOUT_ZH.search(table + comment)
    spoken = set(words_of.latin_words(table) + words_of.latin_words(comment))
    return bool(spoken & words_of.PEOPLE_LATIN)


def judge(
    column: ColumnScan, values: Sequence[str], people: bool
) -> PersonalProposal | None:
    """The likeliest kind of one column, or None."""
    if column.standard_type not in ("C", "M", "I", "N"):
        return None
    for kind in ZH:
        if kind in ("name", "email", "address") and column.standard_type in ("I", "N"):
            continue
        evidence = weigh(kind, column, values)
        confidence = decide(kind, evidence, people)
        if confidence:
            return PersonalProposal(
                kind=kind,
                confidence=confidence,
                reasons=_reasons(kind, evidence, people),
                grade="sensitive" if kind in SENSITIVE else "personal",
            )
    return None


def weigh(kind: PersonalKind, column: ColumnScan, values: Sequence[str]) -> Evidence:
    """Look for the kind's words and count the values that have its shape."""
    word = find_word(kind, column.name, column.comment)
    fits: Shape = SHAPES[kind]
    fitting = sum(fits(value, word is not None) for value in values)
    share = fitting / len(values) if values else 0.0
    beginnings = {value[:7] for value in values}
    return Evidence(word, share, len(values), len(set(values)), len(beginnings))


def decide(
    kind: PersonalKind, seen: Evidence, people: bool
) -> Literal["high", "medium"] | None:
    """The table of decisions, from the strongest evidence to the weakest."""
    agrees = not seen.silent and seen.share >= AGREES
    if seen.word and seen.word.clear:
        if agrees:
            return "high"
        # encrypted or hashed values still stand for the number they hide
        return "medium" if seen.silent or kind not in LOOSE else None
    if kind == "name":
        varied = seen.distinct >= min(MANY_VALUES, seen.values // 2)
        if seen.word:
            return "medium" if (agrees and varied) or (seen.silent and people) else None
        certain = seen.values >= MANY_VALUES and seen.share >= ALL_AGREE and varied
        return "medium" if people and certain else None
    if kind == "address":
        return "medium" if seen.word and people and (agrees or seen.silent) else None
    if seen.word and seen.silent and people and kind != "bank_card":
        return "medium"
    if seen.word and agrees:
        return "high" if kind == "identity_number" else "medium"
    if seen.values < MANY_VALUES or seen.share < ALL_AGREE:
        return None
    if kind == "identity_number":
        return "high"
    if kind == "email":
        return "medium"
    # a running number can look like telephones by chance of where it began
    running = kind == "mobile" and seen.beginnings < seen.distinct // 2
    return "medium" if seen.distinct >= MANY_VALUES and not running else None


def find_word(kind: PersonalKind, name: str, comment: str) -> Word | None:
    """The clearest word for the kind in a column's name or comment."""
    words = words_of.WORDS[kind]
    chinese = f"{name} {comment}"
    latin = [words_of.latin_words(name), words_of.latin_words(comment)]
    if words_of.ABOUT_ZH.search(chinese) or set(latin[0]) & words_of.ABOUT_LATIN:
        return None
    if kind == "name" and _is_beside_the_name(chinese, latin[0]):
        return None
    clear = _spoken(words.clear_zh, words.clear_latin, chinese, latin)
    excluded = any(no in chinese for no in words.excluding_zh.split()) or bool(
        set(latin[0] + latin[1]) & set(words.excluding_latin.split())
    )
    # 企业法定代表人 is a person's name although 企业 is not: there the clear word wins
    if clear and (kind == "name" or not excluded):
        return Word(clear, True)
    if excluded:
        return None
    faint = _spoken(words.faint_zh, words.faint_latin, chinese, latin)
    return Word(faint, False) if faint else None


def _is_beside_the_name(chinese: str, latin: Sequence[str]) -> bool:
    if words_of.NOT_THE_NAME_ZH.search(chinese):
        return True
    return bool(set(latin) & words_of.NOT_THE_NAME_LATIN)


def _spoken(zh: str, en: str, chinese: str, latin: Sequence[Sequence[str]]) -> str:
    for word in sorted(zh.split(), key=len, reverse=True):
        if word in chinese:
            return word
    joined = [f"_{'_'.join(words)}_" for words in latin]
    for word in sorted(en.split(), key=len, reverse=True):
        if any(f"_{word}_" in text for text in joined):
            return word
    return ""


def _reasons(kind: PersonalKind, seen: Evidence, people: bool) -> list[str]:
    reasons = []
    if seen.word:
        reasons.append(
            f"列名或注释含“{seen.word.text}”，通常是{ZH[kind]}。"
            f" The name or comment has “{seen.word.text}”: usually {EN[kind]}."
        )
    if not seen.silent:
        share = int(seen.share * 100)
        reasons.append(
            f"抽样的 {seen.values} 个值中有 {share}% 符合{ZH[kind]}的形式。"
            f" Of {seen.values} sampled values {share}% have the form of {EN[kind]}."
        )
    elif seen.word:
        reasons.append(
            "可看的值太少，只凭名称判断。 Too few values to look at: judged by name."
        )
    if people and kind in ("name", "address"):
        reasons.append("该表记录的是人员。 The table's rows are people.")
    return reasons
