"""The switch of language: one template, three ways to read it, back where one was."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from served_city import Served

from huabiao.doors.pages.language import own_path


def page_in(served: Served, language: str, path: str = "/") -> str:
    return httpx.get(served.url + path, cookies={"lang": language}).text


@pytest.mark.parametrize(
    ("language", "opening", "title"),
    [
        ("zh", '<html lang="zh-CN" class="only-zh">', "<title>概览 · 华表 Huabiao"),
        ("en", '<html lang="en" class="only-en">', "<title>Overview · 华表 Huabiao"),
        ("both", '<html lang="zh-CN">', "<title>概览 · Overview · 华表 Huabiao"),
        ("<script>", '<html lang="zh-CN">', "<title>概览 · Overview"),
    ],
)
def test_a_page_says_its_language(
    served: Served, language: str, opening: str, title: str
) -> None:
    page = page_in(served, language)
    assert opening in page and title in page


def test_the_switch_leads_back_and_is_remembered(served: Served) -> None:
    with httpx.Client(base_url=served.url, follow_redirects=True) as reader:
        where = "/directory?q=数据&x=1"
        asked = reader.get(where)
        link = next(
            part for part in asked.text.split('"') if part.startswith("/language/en")
        )
        answer = reader.get(link)
        back = answer.url
        assert back.path == "/directory"
        assert parse_qs(urlsplit(str(back)).query) == {"q": ["数据"], "x": ["1"]}
        assert 'class="only-en"' in answer.text
        assert 'class="only-en"' in reader.get("/blocks").text
        assert 'class="only-en"' not in reader.get("/language/both").text


def test_a_problem_page_is_in_the_language_too(served: Served) -> None:
    assert "没有找到" in page_in(served, "zh", "/blocks/999999")
    english = page_in(served, "en", "/blocks/999999")
    assert "没有找到" not in english and "Not found" in english


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example",
     "javascript:alert(1)", "", "evil", "/a b", "/a\r\nset-cookie: x=1"],
)  # fmt: skip
def test_the_switch_leads_to_no_other_site(served: Served, back: str) -> None:
    assert own_path(back) == "/"
    answer = httpx.get(f"{served.url}/language/en", params={"back": back})
    assert answer.status_code == 303 and answer.headers["location"] == "/"


def test_a_language_that_is_not_there_is_refused(served: Served) -> None:
    assert httpx.get(f"{served.url}/language/fr").status_code == 422


@pytest.mark.parametrize(
    ("language", "title", "chart"),
    [
        ("zh", ">危险废物转移联单：状态图<", ">危险废物转移联单：各状态的记录数<"),
        ("en", "manifest: states<", "manifest: records in each state<"),
    ],
)
def test_drawings_are_named_in_the_language(
    served: Served, language: str, title: str, chart: str
) -> None:
    page = page_in(served, language, "/scenarios/hazardous_waste")
    assert title in page and chart in page
    assert ("：状态图" in page) == (language == "zh")
    zh, en = '<tspan lang="zh-CN" class="zh">', '<tspan lang="en" class="en">'
    assert f"{zh}起运</tspan>{en}collect</tspan>" in page
