"""
The sixteen districts of Beijing, and what `--districts` may say of them.

    haidian,chaoyang:sm,通州:8090        name[:suite][:port], by either name

The codes are those of GB/T 2260—2007 with the changes since (密云 and 延庆 became
districts in 2015).
"""

from pathlib import Path
from typing import NamedTuple

from huabiao.crypto.suite import SUITES


class District(NamedTuple):
    """A district by the name of its folder, route and client; both names; its code."""

    name: str
    zh: str
    en: str
    code: str


DISTRICTS = (
    District("dongcheng", "东城区", "Dongcheng", "110101"),
    District("xicheng", "西城区", "Xicheng", "110102"),
    District("chaoyang", "朝阳区", "Chaoyang", "110105"),
    District("fengtai", "丰台区", "Fengtai", "110106"),
    District("shijingshan", "石景山区", "Shijingshan", "110107"),
    District("haidian", "海淀区", "Haidian", "110108"),
    District("mentougou", "门头沟区", "Mentougou", "110109"),
    District("fangshan", "房山区", "Fangshan", "110111"),
    District("tongzhou", "通州区", "Tongzhou", "110112"),
    District("shunyi", "顺义区", "Shunyi", "110113"),
    District("changping", "昌平区", "Changping", "110114"),
    District("daxing", "大兴区", "Daxing", "110115"),
    District("huairou", "怀柔区", "Huairou", "110116"),
    District("pinggu", "平谷区", "Pinggu", "110117"),
    District("miyun", "密云区", "Miyun", "110118"),
    District("yanqing", "延庆区", "Yanqing", "110119"),
)
MUNICIPAL = District("beijing", "北京市", "Beijing", "110000")


FOLDER = "districts"
"""Of a city's home, with a folder for each district."""


def has_districts(home: Path) -> bool:
    """Whether a home is that of a city with districts."""
    return any(home.glob(f"{FOLDER}/*/node.toml"))


class Wanted(NamedTuple):
    """A district as asked for; without suite or port: the city's, the next one."""

    district: District
    suite: str | None = None
    port: int | None = None


def read_districts(written: str) -> list[Wanted]:
    """What `--districts` says; ValueError with the list of names where it is wrong."""
    found = [_read_one(each.strip()) for each in written.split(",") if each.strip()]
    names = [wanted.district.name for wanted in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice or not found:
        raise ValueError(
            f"每个区写一次：{'、'.join(sorted(twice)) or '未写区名'}。"
            f" Name each district once, and at least one: {written!r}."
        )
    return found


def _read_one(written: str) -> Wanted:
    name, *rest = written.split(":")
    suite, port = None, None
    for each in rest:
        if each in SUITES and suite is None:
            suite = each
        elif each.isascii() and each.isdigit() and 0 < int(each) < 65_536 and not port:
            port = int(each)
        else:
            raise ValueError(
                f"“{written}”中的 {each} 既不是套件（{'、'.join(SUITES)}）也不是端口。"
                f" {each!r} in {written!r} is neither a suite nor a port."
            )
    return Wanted(district(name), suite, port)


def district(name: str) -> District:
    """A district by its Chinese or English name, in any case; ValueError if none."""
    wanted = name.strip().lower()
    for each in DISTRICTS:
        if wanted in (each.name, each.en.lower(), each.zh, each.zh.removesuffix("区")):
            return each
    known = "、".join(f"{each.zh} {each.name}" for each in DISTRICTS)
    raise ValueError(
        f"没有“{name}”区。十六区为：{known}。"
        f" Beijing has no district {name!r}; it is one of these sixteen."
    )
