"""
What fields and parameters are called: words of the trade, drawn from one declaration.

The words that are expected are those of the scenes themselves; that the drawing of a
contract without labels stays as it was is what old chains replay by.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laboratory import HEAD, lab_city

from huabiao.contracts import (
    Books,
    Count,
    Labels,
    MalformedDrawing,
    Record,
    Scenario,
    State,
    Text,
    Title,
    Titles,
    anyone,
    describe,
    opens,
)
from huabiao.contracts.labels import LONGEST_LABEL
from huabiao.ledger.growth import Meter
from huabiao.ledger.lint import Inadmissible
from huabiao.ledger.loader import load_contract
from huabiao.node.catalogue import shipped_sources


class Parcel(Record):
    sender: Text
    reason: Text
    odd: Count = 0


def draw(labels, **parts):
    """A scenario with these labels; its one operation makes a parcel."""
    packed = State("已装", "Packed", final=True)

    def pack(self, sender: Text, reason: Text, shares: Count) -> Parcel:
        """Pack it."""
        return Parcel(sender, reason)

    members = {
        "__doc__": "Sends parcels.",
        "title": Title("包裹", "Parcel"),
        "record": Parcel,
        "packed": packed,
        "pack": opens(packed, by=anyone)(pack),
        "labels": labels,
        **parts,
    }
    return type(Scenario)("Parcels", (Scenario,), members)


def titles(described, record="Parcel"):
    fields = described["records"][record]["fields"]
    return {name: facts.get("title") for name, facts in fields.items()}


def test_a_word_stands_beside_each_field_and_parameter_that_has_one():
    labels = Labels(sender="寄件人", odd=("单数", "left over"))
    described = describe(draw(labels, titles=Titles(), sums=Books(Count)))
    assert described["version"] == 2
    assert titles(described) == {
        "sender": {"zh": "寄件人", "en": "sender"},
        "reason": {"zh": "原因", "en": "reason"},  # a usual word
        "odd": {"zh": "单数", "en": "left over"},
    }
    parameters = described["operations"]["pack"]["parameters"]
    assert [each["title"]["zh"] for each in parameters] == [
        "寄件人",
        "原因",
        "权利人与份额",
    ]


def test_a_part_s_own_records_are_called_by_its_own_words():
    labels = Labels(sender="寄件人")
    described = describe(draw(labels, titles=Titles(), sums=Books(Count)))
    assert titles(described, "PendingAmount")["amount"]["zh"] == "数额"
    assert titles(described, "Encumbrance")["amount"]["zh"] == "担保金额"
    assert titles(described, "Share")["party"] == {"zh": "权利人", "en": "party"}


def test_without_labels_the_description_is_as_it_was():
    described = describe(draw(None, sums=Books(Count)))
    assert described["version"] == 1
    assert '"title":{"zh"' not in json.dumps(
        [described["records"], described["operations"]], separators=(",", ":")
    )


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (Labels(colour="颜色"), "names 'colour', which is no field and no parameter"),
        (Labels(owner="户主"), "names 'owner'"),  # the part's field, not the scenario's
        (Labels(sender=""), "the label of 'sender'"),
        (Labels(sender=" 寄件人"), "the label of 'sender'"),
        (Labels(sender="寄\n件"), "the label of 'sender'"),
        (Labels(sender="长" * (LONGEST_LABEL + 1)), "the label of 'sender'"),
        (Labels(sender=("寄件人", "")), "the label of 'sender'"),
        (Labels(sender=("寄件人", "sender", "x")), "the label of 'sender'"),
        (Labels(**{f"n{n}": "词" for n in range(201)}), "over 200 labels"),
        ({"sender": "寄件人"}, "labels is Labels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_label_that_says_nothing_is_malformed(labels, sentence):
    with pytest.raises(MalformedDrawing, match=sentence):
        draw(labels, sums=Books(Count))


word = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60)


@given(word, word)
@settings(max_examples=25, deadline=None)
def test_every_line_of_up_to_60_characters_is_drawn_as_it_was_written(zh, en):
    told = titles(describe(draw(Labels(sender=(zh, en), odd=zh))))
    assert told["sender"] == {"zh": zh, "en": en}
    assert told["odd"] == {"zh": zh, "en": "odd"}


WEIGH = '''
    {labels}

    @does(by=anyone)
    def weigh(self, gross: Count) -> None:
        """Weigh it."""
'''


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ('labels = Labels(net="净重")', "names 'net'"),
        ('labels = Labels(gross="毛重", gross="重")', "syntax error"),
        ('labels = {"gross": "毛重"}', "no state in a class"),
    ],
    ids=["unknown", "twice", "dictionary"],
)
def test_such_a_source_is_not_admitted(labels, sentence):
    source = HEAD + WEIGH.format(labels=labels)
    with pytest.raises(Inadmissible, match=sentence):
        load_contract(source, Meter())


@pytest.mark.parametrize(
    ("labels", "called"),
    [('labels = Labels(gross="毛重")', "“毛重”（gross）"), ("", "gross")],
    ids=["labelled", "bare"],
)
def test_a_refused_argument_is_named_by_its_word(
    tmp_path: Path, labels: str, called: str
) -> None:
    city = lab_city(tmp_path, WEIGH.format(labels=labels))
    clerk = city.cast("clerk")
    said = city.refused("argument.malformed", clerk, "laboratory", "weigh", gross="x")
    assert said.startswith(f"{called}：须为整数")
    said = city.refused("argument.malformed", clerk, "laboratory", "weigh")
    assert said.startswith(f"缺少参数 {called}。")
    city.close()


def nameless(described):
    """Fields and parameters without a word, or with no Chinese in it."""
    places = {
        f"{record}.{name}": facts
        for record, each in described["records"].items()
        for name, facts in each["fields"].items()
    }
    for operation, each in described["operations"].items():
        places |= {f"{operation}({p['name']})": p for p in each["parameters"]}
    return [
        place
        for place, facts in places.items()
        if not any(
            "一" <= letter <= "鿿" for letter in facts.get("title", {"zh": ""})["zh"]
        )
    ]


def test_every_contract_that_ships_has_a_word_for_every_field_and_parameter():
    missing = {}
    for source in shipped_sources():
        described = load_contract(source, Meter()).description
        missing[described["name"]] = nameless(described)
    assert len(missing) > 40
    assert not any(missing.values()), {n: each for n, each in missing.items() if each}
