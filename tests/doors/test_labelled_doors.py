"""Each door calls a field by the word of its trade: pages, forms, commands."""

import html
import re

import httpx
from served_city import Served

STREET = '''"""Street lamps (路灯报修)."""
from huabiao.contracts import (
    Count, Labels, Party, Record, Scenario, State, Text, Title, anyone, moves, opens,
)


class Lamp(Record):
    """One lamp."""

    pole: Text
    finder: Party
    parts: Text = ""


class StreetLamps(Scenario):
    """Follows a lamp."""

    title = Title(zh="路灯报修", en="Street lamps")
    record, visible, indexes = Lamp, "public", ("finder", "pole")
    dark, lit = State("不亮", "Dark"), State("已亮", "Lit", final=True)
    labels = Labels(pole="灯杆编号", finder="报修人", wear=("损耗件", "worn parts"))

    @opens(dark, by=anyone, title="报修")
    def find(self, pole: Text) -> Lamp:
        """Report a lamp."""
        return Lamp(pole, self.caller)

    @moves(dark >> lit, by=anyone, only="finder", title="修复")
    def mend(self, lamp: Lamp, wear: Text, lumens: Count = 0) -> None:
        """Mend it."""
        lamp.parts = wear
        self.emit("mended", pole=lamp.pole)
'''


def install(served: Served) -> None:
    operator, change = served.keys("operator"), {"action": "install_contract"}
    for operation, given in (("propose", change | {"source": STREET}), ("approve", {})):
        outcome = served.remote().call(
            operator, "governance", operation, "street lamps", given
        )
        assert outcome.accepted, outcome.sentence


def text_of(page: str) -> str:
    """A page without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def refused(served: Served, *words: str) -> str:
    result = served.run("call", *words)
    assert result.exit_code == 1
    return result.stderr


def test_a_contract_of_a_minute_ago_is_called_by_its_own_words(served: Served) -> None:
    install(served)
    finder = served.remote().call(
        served.keys("finder"), "street_lamps", "find", "lamp-1", {"pole": "P 17"}
    )
    assert finder.accepted, finder.sentence

    signed_in = served.browser("finder")
    form = text_of(signed_in.get("/scenarios/street_lamps/lamp-1").text)
    assert "损耗件 worn parts 文本 Text" in form
    assert "lumens 数量 Count 可省 optional" in form  # without a word: its name
    signed_in.cookies["lang"] = "en"
    script = signed_in.get("/scenarios/street_lamps/lamp-1").text
    assert '"wear": "worn parts"' in html.unescape(script)
    why = text_of(served.browser("other").get("/scenarios/street_lamps/lamp-1").text)
    assert "只有记录中的报修人可以" in why and "only the record's finder may" in why

    record = text_of(httpx.get(served.url + "/scenarios/street_lamps/lamp-1").text)
    assert "灯杆编号 pole 文本 Text" in record
    listed = httpx.get(served.url + "/scenarios/street_lamps").text
    assert '<option value="pole">灯杆编号 · pole</option>' in listed
    heads = re.findall(r"<thead>.*?</thead>", listed, re.S)
    assert "灯杆编号 pole" in text_of(heads[-1])
    asked = httpx.get(served.url + "/api/scenarios/street_lamps/records?where=lamp=1")
    assert "可用：“报修人”（finder）、“灯杆编号”（pole）" in asked.json()["detail"]

    said = refused(served, "street_lamps", "mend", "lamp-1", "wear=x", "--as", "other")
    assert "只有记录中的报修人可以“修复”" in said
    said = refused(served, "street_lamps", "find", "lamp-2", "--as", "other")
    assert "缺少参数 “灯杆编号”（pole）" in said

    mended = served.run("call", "street_lamps", "mend", "lamp-1", "wear=灯泡",
                        "--as", "finder")  # fmt: skip
    assert mended.exit_code == 0, mended.stderr
    happened = text_of(httpx.get(served.url + "/events?scenario=street_lamps").text)
    assert "从 from 不亮 Dark 到 to 已亮 Lit" in happened
    assert "灯杆编号 pole P 17" in happened


def test_commands_tell_the_words_and_the_names(served: Served, case: str) -> None:
    shown = served.run("show", "hazardous_waste", case).stdout
    assert "  废物代码 waste_code: 900-041-49" in shown
    told = served.run("call", "hazardous_waste", "draft", "--help").stdout
    assert told.startswith("huabiao call hazardous_waste draft ID\n")
    assert "    declared  申报重量 · declared  Kilograms" in told
    whole = served.run("scenarios", "hazardous_waste").stdout
    assert "Manifest  （记录 · the record）" in whole
    assert (
        "    driver  驾驶员 · driver  Maybe[Personal[Text]]  可省 · optional" in whole
    )
    assert "Usage" in served.run("call", "nothing", "draft", "--help").stdout


def test_a_file_keeps_the_names_of_programs(served: Served, case: str) -> None:
    head = httpx.get(served.url + "/export/hazardous_waste.csv").text.splitlines()[0]
    assert head.lstrip("\ufeff").startswith("id,state,revision,waste_code,declared,")
