"""
Topics: what people look for in the directory, in Chinese and in English.

Every text inside a value of the contracts in SEARCHED, and of SEARCHED_PARTS, can be
found, whatever its fields are; the part's name is its level. Words of three characters
and more are found through SQLite's trigram index (FTS5), shorter ones, and all of them
on PostgreSQL, by scanning; when nothing has all words, the topics that share the most
pairs of characters with the question are given, so that “企业登记” finds
“企业法人登记信息”. Text is compared in its NFKC form.
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

from huabiao.codec import decode
from huabiao.crypto.address import ADDRESS_SIZE, show
from huabiao.services.index.database import Connection
from huabiao.services.index.layouts import Layouts
from huabiao.services.index.rows import storable

SEARCHED = ("directory", "library")
SEARCHED_PARTS = ("organisations/organisations", "organisations/devices")
TITLES = ("title", "name", "zh")
OWNERS = ("owner", "department", "provider", "party", "account")
LONGEST_QUERY, MOST_WORDS, MOST_PAIRS = 200, 8, 12
TRIGRAM = 3
SNIPPET_BEFORE, SNIPPET = 20, 90

_LIKE = "lower(t.text) LIKE ? ESCAPE '\\'"
_COLUMNS = "t.level, t.key, t.title, t.text, t.owner"


def is_searched(state_key: str) -> bool:
    """Whether what lies under a registry's key is looked for in the directory."""
    contract, part, *key = state_key.split("/", 2)
    where = f"{contract}/{part}"
    return bool(key) and (contract in SEARCHED or where in SEARCHED_PARTS)


def write_topic(
    connection: Connection, state_key: str, value: Any, layouts: Layouts
) -> None:
    """Put what a directory key now holds in place of what it held; None removes."""
    found = connection.execute(
        "SELECT topic FROM topics WHERE state_key = ?", (state_key,)
    ).fetchone()
    if found:
        if not connection.is_postgres:
            connection.execute("DELETE FROM words WHERE rowid = ?", found)
        connection.execute("DELETE FROM topics WHERE topic = ?", found)
    if value is None:
        return
    plain = decode(value) if type(value) is bytes else value
    contract, level, key = state_key.split("/", 2)
    named = layouts.named(contract, level, plain)
    leaves = list(texts(plain))
    title = _first(named, TITLES, str) or next(iter(leaves), key)
    text = storable(folded("\n".join([*leaves, key])))
    title, owner = storable(title), storable(_owner(named, plain))
    (topic,) = connection.execute(
        "INSERT INTO topics (state_key, level, key, title, owner, text)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING topic",
        (state_key, level, key, title, owner, text),
    ).fetchone()
    if not connection.is_postgres:
        connection.execute(
            "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)",
            (topic, folded(title), text),
        )


def find_topics(connection: Connection, asked: str, limit: int) -> list[dict[str, Any]]:
    """What the words of a question are found in, the best first."""
    words = folded(asked[:LONGEST_QUERY]).replace("\x00", " ").split()[:MOST_WORDS]
    if not words:
        return []
    rows = _with_all(connection, words, limit) or _with_most(connection, words, limit)
    return [
        {
            "level": level,
            "key": key,
            "title": title,
            "snippet": snippet(text, words),
            "owner": owner,
        }
        for level, key, title, text, owner in rows
    ]


def _with_all(connection: Connection, words: list[str], limit: int) -> list[Any]:
    indexed = not connection.is_postgres
    long = [word for word in words if indexed and len(word) >= TRIGRAM]
    short = [word for word in words if word not in long]
    likes = "".join(f" AND {_LIKE}" for _ in short)
    patterns = [_pattern(word) for word in short]
    if long:
        match = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        return connection.execute(
            f"SELECT {_COLUMNS} FROM words JOIN topics t ON t.topic = words.rowid"
            f" WHERE words MATCH ?{likes} ORDER BY bm25(words, 8.0, 1.0) LIMIT ?",
            (match, *patterns, limit),
        ).fetchall()
    return connection.execute(
        f"SELECT {_COLUMNS} FROM topics t WHERE TRUE{likes}"
        " ORDER BY lower(t.title) LIKE ? ESCAPE '\\' DESC, length(t.title), t.key"
        " LIMIT ?",
        (*patterns, patterns[0], limit),
    ).fetchall()


def _with_most(connection: Connection, words: list[str], limit: int) -> list[Any]:
    """Topics that hold at least half of the question's words or pairs of characters."""
    pairs = list(dict.fromkeys(p for word in words for p in _pairs(word)))[:MOST_PAIRS]
    if len(pairs) < 2:
        return []
    hits = " + ".join(f"CASE WHEN {_LIKE} THEN 1 ELSE 0 END" for _ in pairs)
    return connection.execute(
        f"SELECT {_COLUMNS} FROM (SELECT *, {hits} AS hits FROM topics t) t"
        " WHERE t.hits * 2 >= ? ORDER BY t.hits DESC, length(t.text), t.key LIMIT ?",
        (*[_pattern(pair) for pair in pairs], len(pairs), limit),
    ).fetchall()


def _pairs(word: str) -> Iterator[str]:
    if word.isascii() or len(word) < TRIGRAM:
        yield word
    else:
        yield from (word[at : at + 2] for at in range(len(word) - 1))


def _pattern(word: str) -> str:
    for special in "\\%_":
        word = word.replace(special, "\\" + special)
    return f"%{word.lower()}%"


def texts(plain: Any) -> Iterator[str]:
    """Every text inside a plain value, in its order."""
    if type(plain) is str:
        if plain:
            yield plain
    elif type(plain) is list:
        for item in plain:
            yield from texts(item)
    elif type(plain) is dict:
        for item in plain.values():
            yield from texts(item)


def folded(text: str) -> str:
    """The form in which texts are compared: full-width letters become ordinary."""
    return unicodedata.normalize("NFKC", text)


def snippet(text: str, words: list[str]) -> str:
    """The piece of a text around the first word that it has."""
    low = text.lower()
    places = [low.find(word.lower()) for word in words]
    at = min((place for place in places if place >= 0), default=0)
    start = max(0, at - SNIPPET_BEFORE)
    piece = text[start : start + SNIPPET].replace("\n", " · ")
    before = "…" if start else ""
    return before + piece + ("…" if start + SNIPPET < len(text) else "")


def _first(named: dict[str, Any], names: tuple[str, ...], kind: type) -> Any:
    """The first field of these names, in the value or in a record inside it."""
    inner = [value for value in named.values() if type(value) is dict]
    for fields in (named, *inner):
        for name in names:
            if type(fields.get(name)) is kind and fields[name]:
                return fields[name]
    return None


def _owner(named: dict[str, Any], plain: Any) -> str:
    """The owner as text: a name as it stands, an account as its address."""
    for name in OWNERS:
        value = named.get(name)
        if type(value) is str and value:
            return value
        if type(value) is bytes and len(value) == ADDRESS_SIZE:
            return show(value)
    for value in plain if type(plain) is list else ():
        if type(value) is bytes and len(value) == ADDRESS_SIZE:
            return show(value)
    return ""
