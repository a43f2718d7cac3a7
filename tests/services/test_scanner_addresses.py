"""Bad addresses get sentences without secrets; types get the guide's letters."""

import traceback

import pytest

from huabiao.services.scanner import CannotScan, scan
from huabiao.services.scanner.standard_types import declared_length, standard_type

SECRET = "s3cr3t-word"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "url"),
        ("", "url"),
        (f"postgresql://u:{SECRET}@host:port/x", "url"),
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", "unreachable"),
        (f"postgresql://u:{SECRET}@no.such.host.invalid/x", "unreachable"),
        (f"postgresql://u:{SECRET}@127.0.0.1/x?foo=bar", "url"),
        (f"mysql://u:{SECRET}@127.0.0.1/x", "driver"),
        (f"postgresql+psycopg2://u:{SECRET}@127.0.0.1/x", "driver"),
        (f"nosuch://u:{SECRET}@127.0.0.1/x", "driver"),
        ("sqlite:////no/such/file.db", "file"),
    ],
)
def test_a_bad_address_gets_a_sentence_without_the_password(url, reason):
    with pytest.raises(CannotScan) as refused:
        scan(url)
    assert refused.value.reason == reason
    assert "。" in str(refused.value)
    assert str(refused.value).endswith(".")
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_wrong_password_and_wrong_database(cluster):
    password = cluster.password()
    with pytest.raises(CannotScan) as refused:
        scan(cluster.url().replace(password, SECRET))
    assert refused.value.reason == "login"
    with pytest.raises(CannotScan) as refused:
        scan(cluster.url("nowhere"))
    assert refused.value.reason == "database"
    assert password not in "".join(traceback.format_exception(refused.value))


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "notes.txt").write_text("not a database at all")
    with pytest.raises(CannotScan) as refused:
        scan(f"sqlite:///{tmp_path / 'notes.txt'}")
    assert refused.value.reason == "file"
    with pytest.raises(CannotScan):
        scan(f"sqlite:///{tmp_path / 'missing.db'}")
    assert not (tmp_path / "missing.db").exists()


@pytest.mark.parametrize(
    ("declared", "letter", "length"),
    [
        ("character varying(30)", "C", 30),
        ("VARCHAR(255)", "C", 255),
        ("numeric(12,2)", "N", 12),
        ("money", "Y", None),
        ("date", "D", None),
        ("timestamp(3) with time zone", "T", None),
        ("DATETIME", "T", None),
        ("boolean", "L", None),
        ("text", "M", None),
        ("LONGTEXT", "M", None),
        ("bytea", "G", None),
        ("geometry(Point,4326)", "G", None),
        ("jsonb", "G", None),
        ("double precision", "B", None),
        ("FLOAT(53)", "B", None),
        ("float(7)", "F", None),
        ("real", "F", None),
        ("INTEGER", "I", None),
        ("bigint unsigned", "I", None),
        ("tinyint(1)", "I", None),
        ("time without time zone", "C", None),
        ("public.citext", "M", None),
        ("", "G", None),
    ],
)
def test_the_guides_letters(declared, letter, length):
    assert standard_type(declared) == letter
    assert declared_length(declared, letter) == length
